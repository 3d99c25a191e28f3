from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.recorded import read_recording
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
