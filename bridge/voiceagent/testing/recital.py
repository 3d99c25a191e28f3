"""A whole captured call without phone, engine or waiting: the real runner, leg, engine client and capture, and scripted edges.

Caller and agent take turns of a few seconds, as noise of the loudness of speech; every so often the caller interrupts, a tool
runs, a key is pressed. For tests and benchmarks of everything that reads captures.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
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
from voiceagent.legs.acs import AcsLeg
from voiceagent.ports import Deliver
from voiceagent.protocol.acs_media import AudioData, AudioMetadata, DtmfData, encode_caller_audio, encode_dtmf, encode_metadata
from voiceagent.runtime.runner import CallRunner
from voiceagent.runtime.ticker import Ticker
from voiceagent.testing.programme import FRAME_MS, RATE, Programme, noise_frames
from voiceagent.testing.recited_voice import RecitedVoice
from voiceagent.testing.virtual import VirtualLoop, run_virtually

CALL_ID = "recital"

GREETING_MS = 3_000
"""The caller lets the agent say hello."""


def recite(
    folder: Path,
    programme: Programme | None = None,
    *,
    policy: Literal["redacted", "full"] = "redacted",
    settings: SessionSettings | None = None,
) -> Path:
    """Perform the call, the usual half a minute without a programme; returns its capture."""
    settings = settings or SessionSettings(
        setup=EngineSetup(
            "Be brief.", "en-US-AvaNeural", RATE, tools=(ToolSpec("lookup_order", "Finds an order.", {"type": "object"}),)
        ),
        greeting="Hello, how can I help you?",
    )
    with CaptureWriter(
        folder, policy=policy, engine="scripted", key=b"recital", bound=1 << 24, wall=lambda: 1_790_000_000.0
    ) as writer:
        run_virtually(_perform(programme or Programme(), settings, writer))
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
    engine = RecitedVoice(programme)

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

    def __init__(self, runner: CallRunner, programme: Programme, engine: RecitedVoice) -> None:
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
