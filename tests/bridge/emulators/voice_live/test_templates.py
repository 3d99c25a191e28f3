from __future__ import annotations

import pytest

from voiceagent.emulators.voice_live import templates
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.protocol.dialects import AZURE_OPENAI_PREVIEW, OPENAI, VOICE_LIVE


def created(offer: Offer) -> templates.Session:
    return templates.created(session_id="sess_1", expires_at=1, offer=offer)


def test_a_native_session_begins_with_the_backends_defaults() -> None:
    session = created(Offer("gpt-realtime"))
    assert session["model"] == "gpt-realtime-global-standard"
    assert session["voice"] == {"name": "alloy", "type": "openai"}
    assert session["turn_detection"]["prefix_padding_ms"] == 300
    assert session["turn_detection"]["silence_duration_ms"] == 200
    assert "temperature" not in session


def test_a_cascaded_session_transcribes_by_itself_and_has_an_azure_voice() -> None:
    session = created(Offer("gpt-4o"))
    assert session["input_audio_transcription"]["model"] == "azure-speech"
    assert session["voice"]["type"] == "azure-standard"


def test_phi_hears_by_itself_and_speaks_with_an_azure_voice() -> None:
    session = created(Offer("phi4-mm-realtime"))
    assert session["input_audio_transcription"] is None
    assert session["voice"]["type"] == "azure-standard"


def test_a_session_names_its_agent() -> None:
    session = created(Offer("", agent="desk", project="calls"))
    assert session["agent"]["name"] == "desk"
    assert session["model"] == "agent"


def test_openais_session_has_openais_settings_only() -> None:
    session = created(Offer("gpt-realtime", OPENAI))
    assert session["type"] == "realtime"
    assert session["model"] == "gpt-realtime"
    assert not {"avatar", "greeting", "temperature"} & set(session)
    assert created(Offer("gpt-realtime", AZURE_OPENAI_PREVIEW))["temperature"] == 0.8


def test_v1_is_voice_lives_session_with_a_type() -> None:
    session = created(Offer("gpt-4o", VOICE_LIVE["v1"]))
    assert session["type"] == "realtime"
    assert "avatar" in session


@pytest.mark.parametrize(
    ("kind", "version", "padding"),
    [
        ("server_vad", "2026-07-15", 400),
        ("azure_semantic_vad", "2026-07-15", 420),
        ("azure_semantic_vad", "2025-10-01", 300),
        ("semantic_vad", "2026-07-15", None),
    ],
)
def test_detections_have_their_versions_defaults(kind: str, version: str, padding: int | None) -> None:
    detection = templates.detection(kind, Offer("gpt-4o", VOICE_LIVE[version]))
    assert detection is not None
    assert detection.get("prefix_padding_ms") == padding


def test_azures_detections_are_not_openais() -> None:
    assert templates.detection("azure_semantic_vad", Offer("gpt-realtime", OPENAI)) is None
    assert templates.detection("psychic", Offer("gpt-realtime")) is None
