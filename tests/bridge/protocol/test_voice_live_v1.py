from __future__ import annotations

from voiceagent.protocol.openai_ga import to_canonical, to_wire
from voiceagent.protocol.voice_live_v1 import V1

NESTED = {
    "type": "realtime",
    "output_modalities": ["audio"],
    "audio": {
        "input": {"echo_cancellation": {"reference_source": "server"}, "turn_detection": None},
        "output": {
            "output_audio_timestamp_types": ["word"],
            "voice": "en-US-Ava:DragonHDLatestNeural",
            "voice_type": "azure-standard",
            "voice_temperature": 0.8,
        },
    },
    "avatar": {"character": "lisa"},
}
FLAT = {
    "type": "realtime",
    "modalities": ["audio"],
    "input_audio_echo_cancellation": {"reference_source": "server"},
    "output_audio_timestamp_types": ["word"],
    "turn_detection": None,
    "voice": {"type": "azure-standard", "name": "en-US-Ava:DragonHDLatestNeural", "temperature": 0.8},
    "avatar": {"character": "lisa"},
}


def test_azures_settings_lie_flat_in_the_audio_of_v1() -> None:
    assert to_canonical({"type": "session.updated", "session": NESTED}, V1)["session"] == FLAT
    assert to_wire({"type": "session.updated", "session": FLAT}, V1)["session"] == NESTED


def test_a_personal_voice_keeps_its_model() -> None:
    voice = {"type": "azure-personal", "name": "me", "model": "PhoenixV2Neural"}
    wire = to_wire({"type": "session.update", "session": {"voice": voice}}, V1)
    assert wire["session"]["audio"]["output"] == {
        "voice_type": "azure-personal",
        "voice": "me",
        "personal_voice_model": "PhoenixV2Neural",
    }
    assert to_canonical(wire, V1)["session"]["voice"] == voice


def test_an_openai_voice_is_a_bare_name() -> None:
    session = {"voice": {"type": "openai", "name": "marin"}}
    assert to_wire({"type": "session.updated", "session": session}, V1)["session"] == {"audio": {"output": {"voice": "marin"}}}
