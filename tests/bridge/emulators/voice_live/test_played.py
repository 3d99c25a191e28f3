from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.played import PlayedConnection
from voiceagent.emulators.voice_live.recorded import Line, Playback, Recorded, read_recording
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator

CAPTURES = Path(__file__).parents[3] / "data/voice-live/captures"
WRITTEN = read_recording(CAPTURES / "voicelive-2026-04-10__text_output_modality_returns_text.jsonl")
Calls = Callable[..., Any]


async def test_a_client_is_answered_as_the_recorded_one_was(call: Calls) -> None:
    async with VoiceLiveEmulator(WRITTEN, key="k") as emulator, call(emulator) as caller:
        for line in WRITTEN.lines:
            if line.sent:
                await caller.send(line.event["type"], **{name: one for name, one in line.event.items() if name != "type"})
        done = await caller.until("response.done")
        assert done == WRITTEN.lines[-1].event
        (view,) = emulator.sessions()
        assert (view["recording"], view["over"], view["differences"]) == (WRITTEN.name, True, [])


async def test_what_is_no_event_is_an_error(call: Calls) -> None:
    async with VoiceLiveEmulator(WRITTEN) as emulator, call(emulator) as caller:
        await caller.socket.send("[]")
        assert (await caller.until("error"))["error"]["code"] == "invalid_json"


async def test_a_played_session_ends_in_time(call: Calls) -> None:
    async with VoiceLiveEmulator(WRITTEN, options=EmulatorOptions(session_seconds=0.05)) as emulator, call(emulator) as caller:
        assert (await caller.until("error"))["error"]["code"] == "session_expired"
        with pytest.raises(ConnectionClosed) as closed:
            await caller.next()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001


@pytest.mark.parametrize(("speed", "slept"), [(1.0, [0.2, 0.4]), (2.0, [0.1, 0.2]), (0.0, [])])
async def test_it_is_played_at_the_recorded_pace(speed: float, slept: list[float]) -> None:
    lines = Line(True, {"type": "response.create"}, 0), Line(False, {"type": "a"}, 200), Line(False, {"type": "b"}, 600)
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    class Socket:
        def __init__(self) -> None:
            self.sent: list[str] = []

        async def recv(self) -> str:
            if self.sent:
                raise ConnectionClosedOK(None, None)
            return '{"type": "response.create"}'

        async def send(self, frame: str) -> None:
            self.sent.append(frame)

    socket: Any = Socket()
    playback = Playback(Recorded(lines), expires_at=9)
    await PlayedConnection(socket, playback, session_seconds=9, speed=speed, sleep=sleep).run()
    assert (socket.sent, pauses) == (['{"type": "a"}', '{"type": "b"}'], slept)
