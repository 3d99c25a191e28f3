"""The engine of a recited call: answers like Voice Live, in time with the programme and with noise for a voice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from voiceagent.engines.wires import OnText
from voiceagent.testing.programme import FRAME_MS, Programme, noise_frames

WORDS = "I am looking for my order and would like to know where it is now"
"""What caller and agent say; nobody listens to them."""

_SESSION = {"id": "sess_recital", "model": "scripted", "object": "realtime.session"}


class RecitedVoice:
    """The engine's end of the wires: answers like Voice Live, with noise for a voice, whoever it hears."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._say: OnText = lambda _: None
        self._heard = 0
        self._ids = self._sent = 0
        self._speaking: list[asyncio.TimerHandle] = []
        self._deltas = _deltas(noise_frames(programme.agent_ms // FRAME_MS, seed=2))

    def interrupted_in(self, number: int) -> bool:
        """Whether the agent is interrupted in this round."""
        every = self._programme.interrupt_every
        return bool(every) and number % every == every - 1

    # --- the wire

    async def dialled(
        self,
        url: str,  # noqa: ARG002 - the port's signature
        headers: Mapping[str, str],  # noqa: ARG002
        on_text: OnText,
        *,
        timeout: float,  # noqa: ARG002
        short_path: bool,  # noqa: ARG002
        subprotocol: str = "",  # noqa: ARG002
    ) -> _Wire:
        """For `open_engine`; the session opens by itself."""
        await asyncio.sleep(0.03)
        wire = _Wire(self, on_text)
        self._at(0.005, wire.say, {"type": "session.created", "session": _SESSION})
        return wire

    def sent(self, wire: _Wire, frame: bytes, *, droppable: bool) -> None:
        """What the client said on a wire. What may be dropped is audio, of `FRAME_MS`."""
        if droppable:
            self._heard += 1
            self._say = wire.say  # whoever is heard speaks
            return
        told = json.loads(frame)
        match told["type"]:
            case "session.update":
                self._at(0.01, wire.say, {"type": "session.updated", "session": {**told["session"], **_SESSION}})
            case "response.create":
                self._reply(0.1, tool=False)
            case "conversation.item.truncate":
                self._later(
                    0.01,
                    type="conversation.item.truncated",
                    item_id=told["item_id"],
                    content_index=0,
                    audio_end_ms=told["audio_end_ms"],
                )

    # --- the conversation

    def caller_began(self, number: int) -> None:
        """The caller speaks in this round: heard a little later; the agent falls silent."""
        for timer in self._speaking:
            timer.cancel()
        self._speaking.clear()
        start = self._heard * FRAME_MS
        self._later(0.09, type="input_audio_buffer.speech_started", item_id=f"caller_{number}", audio_start_ms=start)

    def caller_ended(self, number: int) -> None:
        """The caller's turn is over: it is taken down, and answered after the thought."""
        item = f"caller_{number}"
        self._later(0.4, type="input_audio_buffer.speech_stopped", item_id=item, audio_end_ms=self._heard * FRAME_MS + 400)
        self._later(0.4, type="input_audio_buffer.committed", item_id=item, previous_item_id=None)
        self._later(
            0.45, type="conversation.item.input_audio_transcription.completed", item_id=item, content_index=0, transcript=WORDS
        )
        every = self._programme.tool_every
        self._reply(self._programme.thought_ms / 1000, tool=bool(every) and number % every == every - 1)

    def _reply(self, after: float, *, tool: bool) -> None:
        self._ids += 1
        reply, item = f"resp_{self._ids:04}", f"item_{self._ids:04}"
        about = {"response_id": reply, "item_id": item, "output_index": 0}
        self._later(
            after, type="response.created", response={"id": reply, "object": "realtime.response", "status": "in_progress"}
        )
        if tool:
            self._tool_call(after, reply, item)
            return
        self._later(
            after, type="response.output_item.added", response_id=reply, output_index=0, item={"id": item, "type": "message"}
        )
        words = WORDS.split()
        for index, word in enumerate(words):
            self._later(
                after + 0.02 + index * 0.05, type="response.audio_transcript.delta", delta=f"{word} ", content_index=0, **about
            )
        for index, audio in enumerate(self._deltas):
            head = b'{"event_id":"event_%06d","type":"response.audio.delta","response_id":"%b","item_id":"%b",' % (
                index,
                reply.encode(),
                item.encode(),
            )
            self._speaking.append(
                asyncio.get_running_loop().call_later(
                    after + 0.03 + index * 0.05,
                    self._tell,
                    head + b'"output_index":0,"content_index":0,"delta":"%b"}' % audio,
                )
            )
        done = after + 0.05 + len(self._deltas) * 0.05
        self._later(done, type="response.audio.done", content_index=0, **about)
        self._later(done, type="response.audio_transcript.done", content_index=0, transcript=WORDS, **about)
        self._done(done, reply)

    def _tool_call(self, after: float, reply: str, item: str) -> None:
        call = {"id": item, "type": "function_call", "name": "lookup_order", "call_id": f"call_{item}"}
        self._later(after, type="response.output_item.added", response_id=reply, output_index=0, item=call)
        self._later(
            after + 0.05,
            type="response.function_call_arguments.done",
            response_id=reply,
            item_id=item,
            output_index=0,
            call_id=f"call_{item}",
            name="lookup_order",
            arguments='{"order_id": "4271"}',
        )
        self._done(after + 0.06, reply)

    def _done(self, after: float, reply: str) -> None:
        usage = {"total_tokens": 100, "input_tokens": 60, "output_tokens": 40}
        self._later(after, type="response.done", response={"id": reply, "status": "completed", "output": [], "usage": usage})

    def _later(self, seconds: float, **event: Any) -> None:
        self._at(seconds, self._tell, event)

    def _at(self, seconds: float, say: OnText, event: Mapping[str, Any]) -> None:
        # Timers of the same moment go off in any order: each of ours is a hair later than the one before.
        self._sent += 1
        told = {"event_id": f"event_{self._sent:06}", **event}
        asyncio.get_running_loop().call_later(seconds + self._sent * 1e-7, say, json.dumps(told).encode())

    def _tell(self, frame: bytes) -> None:
        self._say(frame)


class _Wire:
    """One connection to the voice."""

    dropped = 0

    def __init__(self, voice: RecitedVoice, say: OnText) -> None:
        self.say = say
        self._voice = voice
        self._over = asyncio.Event()

    def send(self, frame: bytes, *, droppable: bool = False) -> None:
        self._voice.sent(self, frame, droppable=droppable)

    async def receive(self) -> None:
        await self._over.wait()

    async def close(self) -> None:
        self._over.set()

    def ending(self) -> tuple[int | None, str]:
        return 1000, ""


def _deltas(frames: list[bytes]) -> list[bytes]:
    """The frames in deltas of 100 ms; they end on whole base64 groups, so they can be put together as they are."""
    return [b"".join(frames[at : at + 5]) for at in range(0, len(frames), 5)]
