"""A whole captured call without phone, engine or waiting: the real runner, leg, engine client and capture, and scripted edges.

Caller and agent take turns of a few seconds, as noise of the loudness of speech; every so often the caller interrupts, a tool
runs, a key is pressed. For tests and benchmarks of everything that reads captures.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from voiceagent.call.commands import CallBeganNoted, ControlCommand, EngineSetup, HangUp, ToolSpec
from voiceagent.call.events import CallConnected, CallerLeft, ToolReturned
from voiceagent.call.session import Session
from voiceagent.call.settings import SessionSettings
from voiceagent.capture.witness import WitnessedPlayback, WitnessedSession
from voiceagent.capture.write import CaptureWriter
from voiceagent.discreet import PhoneNumber
from voiceagent.engines.realtime import EngineConnection, open_engine
from voiceagent.engines.wires import OnText
from voiceagent.legs.acs import AcsLeg
from voiceagent.ports import Deliver
from voiceagent.protocol.acs_media import AudioData, AudioMetadata, DtmfData, encode_caller_audio, encode_dtmf, encode_metadata
from voiceagent.runtime.runner import CallRunner
from voiceagent.runtime.ticker import Ticker
from voiceagent.testing.virtual import VirtualLoop, run_virtually

RATE = 24_000
FRAME_MS = 20
CALL_ID = "recital"
LOUDNESS = 2_000
"""Root mean square of a sample: a telephone's -26 dBFS, near enough."""

GREETING_MS = 3_000
"""The caller lets the agent say hello."""

WORDS = "I am looking for my order and would like to know where it is now"


@dataclass(frozen=True, slots=True)
class Programme:
    """What happens, in milliseconds. One round is a turn of the caller, a thought, and a turn of the agent.

    In every `interrupt_every`th round the caller speaks when the agent has said a third; in every `tool_every`th the agent
    looks something up first; in every `key_every`th the caller presses keys. 0: never.
    """

    seconds: float = 30.0
    caller_ms: int = 3_000
    agent_ms: int = 3_600
    thought_ms: int = 600
    interrupt_every: int = 4
    tool_every: int = 3
    key_every: int = 0

    @property
    def round_ms(self) -> int:
        """How long a round lasts."""
        return self.caller_ms + self.thought_ms + self.agent_ms + 600


def recite(
    folder: Path,
    programme: Programme = Programme(),
    *,
    policy: Literal["redacted", "full"] = "redacted",
    settings: SessionSettings | None = None,
) -> Path:
    """Perform the call; returns its capture."""
    settings = settings or SessionSettings(
        setup=EngineSetup(
            "Be brief.", "en-US-AvaNeural", RATE, tools=(ToolSpec("lookup_order", "Finds an order.", {"type": "object"}),)
        ),
        greeting="Hello, how can I help you?",
    )
    with CaptureWriter(
        folder, policy=policy, engine="scripted", key=b"recital", bound=1 << 24, wall=lambda: 1_790_000_000.0
    ) as writer:
        run_virtually(_perform(programme, settings, writer))
        path = writer.path(CALL_ID)
    assert path is not None
    return path


async def _perform(programme: Programme, settings: SessionSettings, writer: CaptureWriter) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    playback = WitnessedPlayback(call_id=CALL_ID, writer=writer)
    control = _Control()
    runner = CallRunner(
        call_id=CALL_ID,
        session=WitnessedSession(Session(settings, playback), call_id=CALL_ID, writer=writer, settings=settings),
        playback=playback,
        rate=RATE,
        ahead_ms=200,
        clock=loop,
        ticker=Ticker(loop),
        control=control,
        tools=_Tools(),
        sinks=(writer,),
        taps=(writer,),
        began=CallBeganNoted(
            "recital", "scripted", "correlation", PhoneNumber("+14255550142"), PhoneNumber("+14255550199"), 1_790_000_000.0
        ),
    )
    control.deliver = runner.deliver
    engine = _Voice(programme)

    async def answer() -> None:
        await asyncio.sleep(0.08)

    async with asyncio.TaskGroup() as tasks:
        calling = tasks.create_task(
            runner.run(
                answer=answer,
                open_engine=lambda setup, listener: open_engine(
                    EngineConnection(endpoint="ws://recital", model="m", api_version="v", connect_timeout_seconds=60),
                    setup,
                    listener,
                    wire=runner.wire("engine"),
                    dialled=engine.dialled,
                ),
            )
        )
        speaking = tasks.create_task(_Caller(runner, programme, engine).speak())
        await calling
        speaking.cancel()


class _Control:
    """Does what it is asked at once."""

    def __init__(self) -> None:
        self.deliver: Deliver = lambda _: None

    async def carry_out(self, command: ControlCommand) -> None:
        if isinstance(command, HangUp):
            self.deliver(CallerLeft("disconnected", 200, 5001))


class _Tools:
    def specs(self) -> list[ToolSpec]:
        return []

    async def run(
        self,
        name: str,  # noqa: ARG002 - the port's signature
        arguments: str,  # noqa: ARG002
        *,
        tool_call_id: str,
        timeout_ms: int,  # noqa: ARG002
        context: Mapping[str, Any],  # noqa: ARG002
    ) -> ToolReturned:
        await asyncio.sleep(0.05)
        return ToolReturned(tool_call_id, "ok", '{"status": "shipped", "order_id": "4271"}', 50.0)


class _Socket:
    """The service's end of the media path: takes everything."""

    def send_text(self, payload: bytes) -> None:
        pass

    def backlog(self) -> int:
        return 0

    def shut(self, code: int, reason: str) -> None:
        pass


class _Caller:
    """Speaks every 20 ms, words or silence, and tells the engine's script when a turn of the caller begins and ends."""

    def __init__(self, runner: CallRunner, programme: Programme, engine: _Voice) -> None:
        self._runner = runner
        self._programme = programme
        self._engine = engine
        self._silence = base64.b64encode(bytes(RATE // 50 * 2))
        self._words = noise_frames(programme.caller_ms // FRAME_MS, seed=1)

    async def speak(self) -> None:
        runner, programme = self._runner, self._programme
        await asyncio.sleep(0.15)
        leg = AcsLeg(
            _Socket(),
            sample_rate=RATE,
            clock=runner.clock,
            hear=runner.lane.caller_audio,
            deliver=runner.deliver,
            opened=lambda: runner.attach_leg(leg),
            on_failure=runner.failed,
            wire=runner.wire("media"),
        )
        leg.on_text(encode_metadata(AudioMetadata("subscription", "PCM", RATE, 1, 640)))
        runner.deliver(CallConnected())
        for frame in range(int(programme.seconds * 1000) // FRAME_MS):
            self._frame(leg, frame * FRAME_MS)
            await asyncio.sleep(FRAME_MS / 1000)
        runner.deliver(CallerLeft("disconnected", 200, 5000))

    def _frame(self, leg: AcsLeg, at_ms: int) -> None:
        number = (at_ms - GREETING_MS) // self._programme.round_ms
        begins, ends = self._turn(number)
        speaking = number >= 0 and begins <= at_ms < ends
        following, _ = self._turn(number + 1)
        if at_ms >= following >= 0:
            number, begins, speaking = number + 1, following, True
            ends = begins + self._programme.caller_ms
        if number >= 0 and at_ms == begins:
            self._engine.caller_began(number)
        if number >= 0 and at_ms == ends:
            self._engine.caller_ended(number)
            if self._programme.key_every and number % self._programme.key_every == 0:
                for key in "42#":
                    leg.on_text(encode_dtmf(DtmfData(key)))
        payload = self._words[(at_ms - begins) // FRAME_MS % len(self._words)] if speaking else self._silence
        leg.on_text(encode_caller_audio(AudioData(payload, "2026-11-22T05:00:00.000Z", "4:+14255550142", silent=not speaking)))

    def _turn(self, number: int) -> tuple[int, int]:
        """When the caller's turn of this round begins and ends; an interruption begins inside the round before."""
        programme = self._programme
        begins = GREETING_MS + number * programme.round_ms
        if number > 0 and self._engine.interrupted_in(number - 1):
            begins -= programme.agent_ms * 2 // 3 // FRAME_MS * FRAME_MS
        return begins, begins + programme.caller_ms


@dataclass(slots=True)
class _Turn:
    item: str
    began_ms: float
    timers: list[asyncio.TimerHandle] = field(default_factory=list)


class _Wire:
    """One connection to the voice."""

    dropped = 0

    def __init__(self, voice: _Voice, say: OnText) -> None:
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


class _Voice:
    """The engine's end of the wires: answers like Voice Live, with noise for a voice, whoever it hears."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._say: OnText = lambda _: None
        self._heard = 0
        self._ids = self._sent = 0
        self._speaking: list[asyncio.TimerHandle] = []
        self._deltas = _deltas(noise_frames(programme.agent_ms // FRAME_MS, seed=2))

    def interrupted_in(self, number: int) -> bool:
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
        await asyncio.sleep(0.03)
        wire = _Wire(self, on_text)
        self._at(0.005, wire.say, {"type": "session.created", "session": _SESSION})
        return wire

    def sent(self, wire: _Wire, frame: bytes, *, droppable: bool) -> None:
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
        for timer in self._speaking:
            timer.cancel()
        self._speaking.clear()
        start = self._heard * FRAME_MS
        self._later(0.09, type="input_audio_buffer.speech_started", item_id=f"caller_{number}", audio_start_ms=start)

    def caller_ended(self, number: int) -> None:
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


_SESSION = {"id": "sess_recital", "model": "scripted", "object": "realtime.session"}


def noise_frames(count: int, *, seed: int) -> list[bytes]:
    """Frames of noise as loud as speech, base64; always the same ones for a seed."""
    chance = random.Random(seed)  # noqa: S311 - sound, not a secret
    samples = RATE // 50
    return [
        base64.b64encode(array("h", (int(chance.gauss(0, LOUDNESS)) for _ in range(samples))).tobytes()) for _ in range(count)
    ]


def _deltas(frames: list[bytes]) -> list[bytes]:
    """The frames in deltas of 100 ms; they end on whole base64 groups, so they can be put together as they are."""
    return [b"".join(frames[at : at + 5]) for at in range(0, len(frames), 5)]
