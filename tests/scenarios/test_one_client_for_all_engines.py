"""One client, every dialect: each engine kind opens, is spoken to, calls a tool and is answered, on the emulated services."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import contracts
import pytest
from an_ear import Listener

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.config.schema import Settings
from voiceagent.discreet import Words
from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.scripted import Scripted, Turn
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator
from voiceagent.engines.catalog import connection_of
from voiceagent.engines.realtime import open_engine
from voiceagent.engines.voice_live import Hearing, session_of
from voiceagent.protocol import realtime as wire
from voiceagent.protocol.realtime import audio_delta
from voiceagent.protocol.versions import VERSIONS
from voiceagent.protocol.voice_live import decode_client, decode_server

KEY = "key-of-the-engine"
TOOL = c.ToolSpec("look_up", "Looks up.", {"type": "object", "properties": {}})

KINDS: dict[str, dict[str, Any]] = {
    **{f"voice-live {version}": {"kind": "voice-live", "api_version": version} for version in VERSIONS},
    "voice-live v1": {"kind": "voice-live", "api_version": "v1"},
    "agent mode": {"kind": "voice-live", "agent": {"name": "helper", "project": "shop"}},
    "classic agent": {"kind": "voice-live", "agent": {"id": "asst_1", "project": "shop"}},
    "own model": {"kind": "voice-live", "profile": "byom-azure-openai-realtime", "model": "mine"},
    "openai": {"kind": "openai"},
    "azure-openai": {"kind": "azure-openai"},
    "foundry-agent": {"kind": "foundry-agent", "agent": {"name": "helper"}},
    "openai in ulaw": {"kind": "openai", "audio": "g711_ulaw"},
    "voice-live in ulaw": {"kind": "voice-live", "audio": "g711_ulaw"},
}


@pytest.mark.parametrize("name", KINDS)
async def test_an_engine_opens_speaks_calls_a_tool_and_takes_its_answer(name: str) -> None:
    script = Scripted([Turn("Hello."), Turn(call=[("look_up", {})]), Turn("It is on its way.")])
    options = EmulatorOptions(delta_interval_ms=0, bearer_tokens=(KEY,))
    async with contracts.checked() as tap, VoiceLiveEmulator(script, key=KEY, options=options, tap=tap) as emulator:
        engine = {"endpoint": emulator.endpoint, "api_key": KEY, **KINDS[name]}
        settings = Settings.model_validate({"engine": engine})
        owned = connection_of(settings).owned
        voice = "alloy" if "openai" in name else "en-US-AvaNeural"
        setup = c.EngineSetup("Be kind.", voice, 24_000, tools=(TOOL,))
        listener, shown = Listener(), list[tuple[str, bytes]]()
        opened = await open_engine(
            connection_of(settings), setup, listener, wire=lambda direction, frame: shown.append((direction, frame))
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(opened.run())
            await listener.until(e.EngineReady)
            opened.hear(base64.b64encode(bytes(960)))
            opened.obey(c.AskForReply())
            ended = await listener.until(e.ReplyEnded)
            assert ended.status == "completed"
            assert listener.audio_bytes > 0
            assert listener.audio_bytes % 2 == 0
            opened.obey(c.AddUserText(Words("Where is it?")))
            opened.obey(c.AskForReply())
            called = await listener.until(e.ToolCalled)
            assert (called.name, called.arguments) == ("look_up", "{}")
            await listener.until(e.ReplyEnded, 2)
            opened.obey(c.GiveToolResult(called.tool_call_id, "{}"))
            opened.obey(c.AskForReply())
            await listener.until(e.ReplyEnded, 3)
            said = "".join(event.text.shown for event in listener.events if isinstance(event, e.ReplyWordsEnded))
            assert said == "Hello.It is on its way."
            assert not [event for event in listener.events if isinstance(event, e.EngineRefused)]
            if owned:
                assert "Be kind." not in str(emulator.sessions())
            await opened.close()
        assert [one.rule for one in emulator.findings.told if one.severity == "error"] == []
    _check_shown(shown, setup)


def _check_shown(shown: list[tuple[str, bytes]], setup: c.EngineSetup) -> None:
    """Captures have the words of Voice Live, with our instructions and the call's own sound, whatever was on the wire."""
    out = [decode_client(frame) for direction, frame in shown if direction == "out"]
    configured = next(event for event in out if isinstance(event, wire.SessionUpdate))
    assert configured.session == session_of(setup)
    hearing = Hearing()
    told = [hearing.event_of(decode_server(frame)) for direction, frame in shown if direction == "in"]
    assert {type(event) for event in told} >= {e.EngineReady, e.ToolCalled, e.ReplyWordsEnded, e.ReplyEnded}
    sound = [delta for direction, frame in shown if direction == "in" and (delta := audio_delta(frame)) is not None]
    assert sum(len(base64.b64decode(delta.payload)) for delta in sound) > 0
