"""One connection: frames in from the socket, steps of the session carried out, frames out at the service's pace.

Reading is the backpressure: the next frame is read when the ear has taken the last one, so a client that sends faster than the
ear hears is slowed down by TCP and nothing is dropped. Writing goes through an outbox, bounded in bytes; a client that does not
read loses the session, as on the real service.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.voice_live import answers, errors, sound
from voiceagent.emulators.voice_live.delivery import Delivery
from voiceagent.emulators.voice_live.mcp_client import McpSession
from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.outbox import Outbox
from voiceagent.emulators.voice_live.source import AnswerRequest, AnswerSource, Utterance
from voiceagent.emulators.voice_live.state import SessionState
from voiceagent.emulators.voice_live.steps import (
    Answer,
    CallTool,
    ForgetBuffer,
    Listen,
    ListTools,
    McpServer,
    Send,
    Silence,
    Step,
    TakeBuffer,
    Transcribe,
)
from voiceagent.emulators.voice_live.wording import Wording

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

log = logging.getLogger(__name__)

APPENDS = ("input_audio_buffer.append", "input_audio.turn.append")
GOING_AWAY = 1001  # unverified: vl-expiry
POLICY_VIOLATION = 1008


class Connection:
    """Runs one session over one socket until either side ends it."""

    def __init__(self, socket: ServerConnection, state: SessionState, source: AnswerSource, options: EmulatorOptions) -> None:
        self.socket = socket
        self.state = state
        self._source = source
        self._options = options
        self._dialect = state.offer.dialect
        self._wording = Wording(self._dialect, state.ids, rate_limits=options.rate_limits)
        self._outbox = Outbox(socket.send, limit=options.outbox_bytes)
        self._tasks: asyncio.TaskGroup
        self._running: set[asyncio.Task[None]] = set()
        self._answers: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Serve until the socket is closed, the session's time is up or the client reads too slowly."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._begin(self._outbox.run())
                self._begin(self._close_when_overflowing())
                try:
                    await self._read_until_expiry()
                finally:
                    for task in self._running:
                        task.cancel()
        finally:
            await self._source.close()

    async def _read_until_expiry(self) -> None:
        from websockets.exceptions import ConnectionClosed

        seconds = self._options.session_seconds
        with contextlib.suppress(ConnectionClosed):
            try:
                async with asyncio.timeout(seconds):
                    await self._read()
            except TimeoutError:
                self._carry_out(self.state.refused(errors.session_expired(seconds / 60), {}))
                await self._outbox.drained()
                await self.socket.close(GOING_AWAY, str(errors.session_expired(seconds / 60)))

    async def _read(self) -> None:
        self._source.open(self.state.scene, self._begin)
        self._carry_out(self.state.opened())
        while True:
            frame = await self.socket.recv()
            event = read_event(frame)
            if event is None:
                self._carry_out(self.state.refused(errors.bad_json(), {}))
            elif event.get("type") in APPENDS and not self.state.wedged:
                await self._append(event)
            else:
                self._carry_out(self.state.client_event(self._dialect.to_canonical(event)))

    async def _append(self, event: dict[str, Any]) -> None:
        session = self.state.session
        try:
            self.state.may_append(event)
            pcm = sound.decode_append(event.get("audio"), session["input_audio_format"])
        except errors.Refusal as refusal:
            self._carry_out(self.state.refused(refusal, event))
            return
        self.state.appended(len(pcm) * 500 / self.state.listening.rate)
        for notice in await self._source.hear(pcm):
            self._carry_out(self.state.noticed(notice))
        self._carry_out(self.state.nobody_spoke())

    def _carry_out(self, steps: list[Step]) -> None:
        for step in steps:
            match step:
                case Send(event):
                    for said in self._wording.said(event):
                        self._outbox.put(json.dumps(said, ensure_ascii=False))
                case Listen(listening):
                    self._source.listen(listening)
                case TakeBuffer():
                    self._carry_out(self.state.committed(self._source.commit()))
                case ForgetBuffer():
                    self._source.clear()
                case Transcribe(item_id, utterance):
                    self._begin(self._transcribe(item_id, utterance))
                case Answer(request):
                    self._answers[request.response_id] = self._begin(self._answer(request))
                case Silence(response_id):
                    if task := self._answers.pop(response_id, None):
                        task.cancel()
                case ListTools(item_id, server):
                    self._begin(self._list_tools(item_id, server))
                case CallTool():
                    self._begin(self._call_tool(step))

    async def _list_tools(self, item_id: str, server: McpServer) -> None:
        try:
            async with McpSession(server) as session:
                tools = await session.tools()
        except Exception as error:  # an MCP server may fail in any way; on the wire that is one event
            log.warning("the tools of the MCP server %s were not listed: %s: %s", server.label, type(error).__name__, error)
            self._carry_out(self.state.tools_not_listed(item_id))
        else:
            self._carry_out(self.state.tools_listed(item_id, tools))

    async def _call_tool(self, step: CallTool) -> None:
        try:
            async with McpSession(step.server) as session:
                output = await session.call(step.name, step.arguments)
        except Exception as error:  # an MCP server may fail in any way; on the wire that is one event
            log.warning("the MCP server %s did not answer: %s: %s", step.server.label, type(error).__name__, error)
            self._carry_out(self.state.tool_failed(step.item_id, str(error)))
        else:
            self._carry_out(self.state.tool_answered(step.item_id, output))

    async def _transcribe(self, item_id: str, utterance: Utterance) -> None:
        try:
            transcript = await self._source.transcribe(utterance)
        except Exception as error:  # a source may fail in any way; on the wire that is one event
            log.warning("transcription failed: %s: %s", type(error).__name__, error)
            code = getattr(error, "code", "") or "transcription_failed"
            self._carry_out(self.state.transcription_failed(item_id, str(code), str(error)))
        else:
            self._carry_out(self.state.transcribed(item_id, transcript))

    async def _answer(self, request: AnswerRequest) -> None:
        try:
            await self._delivery(request).run(self._source.answer(request))
        except Exception as error:  # a source may fail in any way; on the wire that is a failed response
            log.warning("answer failed: %s: %s", type(error).__name__, error)
            code = getattr(error, "code", "") or "server_error"
            self._carry_out(self.state.answer_failed(request.response_id, str(code), str(error)))
        else:
            self._carry_out(self.state.answered(request.response_id))
        finally:
            self._answers.pop(request.response_id, None)

    def _delivery(self, request: AnswerRequest) -> Delivery:
        options = self._options
        return Delivery(
            self.state,
            self._carry_out,
            request,
            delta_ms=options.delta_ms,
            interval_ms=options.delta_interval_ms,
            begin=self._begin,
            speak=self._source.answer,
        )

    async def _close_when_overflowing(self) -> None:
        await self._outbox.overflowed.wait()
        refusal = errors.output_overflow()
        with contextlib.suppress(TimeoutError):  # who does not read may not get this either
            async with asyncio.timeout(1):
                await self.socket.send(json.dumps(answers.error(refusal.body(None))))
        await self.socket.close(POLICY_VIOLATION, str(refusal))

    def _begin(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = self._tasks.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


def read_event(frame: str | bytes) -> dict[str, Any] | None:
    """The JSON object in a frame, text or binary; None when it is none."""
    try:
        event = json.loads(frame)
    except (ValueError, RecursionError):  # RecursionError: a frame of ten thousand opening brackets
        return None
    return event if isinstance(event, dict) else None
