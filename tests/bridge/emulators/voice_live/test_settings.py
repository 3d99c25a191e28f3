from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.voice_live import settings, templates
from voiceagent.emulators.voice_live.errors import Refusal
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.source import Listening, TurnRules
from voiceagent.emulators.voice_live.templates import Session


def fresh(model: str = "gpt-realtime") -> Session:
    return templates.created(session_id="sess_1", expires_at=1, offer=Offer(model))


def update(patch: dict[str, Any], *, model: str = "gpt-realtime", heard: bool = False, spoke: bool = False) -> Session:
    return settings.updated(fresh(model), patch, Offer(model), heard_audio=heard, spoke_audio=spoke)


def test_a_native_session_begins_with_the_backends_defaults() -> None:
    session = fresh()
    assert session["model"] == "gpt-realtime-global-standard"
    assert session["voice"] == {"name": "alloy", "type": "openai"}
    assert session["turn_detection"]["prefix_padding_ms"] == 300
    assert session["turn_detection"]["silence_duration_ms"] == 200
    assert "temperature" not in session


def test_a_cascaded_session_transcribes_by_itself_and_has_an_azure_voice() -> None:
    session = fresh("gpt-4o")
    assert session["input_audio_transcription"]["model"] == "azure-speech"
    assert session["voice"]["type"] == "azure-standard"


def test_naming_the_detection_brings_voice_lives_own_defaults() -> None:
    detection = update({"turn_detection": {"type": "server_vad"}})["turn_detection"]
    assert (detection["prefix_padding_ms"], detection["silence_duration_ms"]) == (400, 500)


def test_detection_is_rebuilt_from_its_type_not_merged_with_the_last() -> None:
    first = update({"turn_detection": {"type": "server_vad", "silence_duration_ms": 900}})
    second = settings.updated(
        first, {"turn_detection": {"type": "azure_semantic_vad"}}, Offer("gpt-realtime"), heard_audio=False, spoke_audio=False
    )
    assert second["turn_detection"]["silence_duration_ms"] == 500
    assert second["turn_detection"]["prefix_padding_ms"] == 420
    assert second["turn_detection"]["remove_filler_words"] is False


@pytest.mark.parametrize("none", [None, {"type": "none"}])
def test_null_switches_detection_off(none: object) -> None:
    session = update({"turn_detection": none})
    assert session["turn_detection"] is None
    assert settings.listening(session) == Listening(24000, None)


def test_null_clears_transcription() -> None:
    session = update({"input_audio_transcription": {"model": "whisper-1"}})
    assert session["input_audio_transcription"] == {
        "model": "whisper-1",
        "language": None,
        "prompt": None,
        "custom_speech": None,
        "phrase_list": None,
    }
    assert update({"input_audio_transcription": None})["input_audio_transcription"] is None


def test_fields_not_named_stay() -> None:
    assert update({"tools": [{"type": "function", "name": "f"}]})["voice"] == fresh()["voice"]


def test_empty_instructions_leave_the_default_in_force() -> None:
    assert update({"instructions": ""})["instructions"] == templates.DEFAULT_INSTRUCTIONS


@pytest.mark.parametrize("spelling", ["pcm16-16000hz", "pcm16_16000hz"])
def test_both_spellings_of_a_format_mean_the_same(spelling: str) -> None:
    assert update({"output_audio_format": spelling})["output_audio_format"] == "pcm16_16000hz"


def test_both_names_of_the_token_limit_mean_the_same() -> None:
    assert update({"max_output_tokens": 200})["max_response_output_tokens"] == 200
    assert update({"max_response_output_tokens": 300})["max_response_output_tokens"] == 300


def test_a_voice_by_name_comes_back_as_an_object() -> None:
    assert update({"voice": "verse"})["voice"] == {"name": "verse", "type": "openai"}
    assert update({"voice": "en-US-AvaNeural"})["voice"] == {"name": "en-US-AvaNeural", "type": "azure-standard"}


def test_an_option_without_default_is_echoed_once_set() -> None:
    assert update({"temperature": 0.7})["temperature"] == 0.7


def test_unknown_fields_are_told_and_ignored() -> None:
    assert settings.unknown_settings(fresh(), {"voise": "alloy", "temperature": 1, "tools": []}, Offer("gpt-realtime")) == [
        "voise"
    ]
    assert "voise" not in update({"voise": "alloy"})


@pytest.mark.parametrize(
    ("patch", "param"),
    [
        ({"model": "gpt-4o"}, "session.model"),
        ({"turn_detection": {"type": "psychic"}}, "session.turn_detection.type"),
        ({"turn_detection": "server_vad"}, "session.turn_detection"),
        ({"turn_detection": {"type": "server_vad", "threshold": 1.5}}, "session.turn_detection.threshold"),
        (
            {"turn_detection": {"type": "server_vad", "silence_duration_ms": "long"}},
            "session.turn_detection.silence_duration_ms",
        ),
        ({"output_audio_format": "mp3"}, "session.output_audio_format"),
        ({"input_audio_sampling_rate": 11025}, "session.input_audio_sampling_rate"),
        ({"modalities": []}, "session.modalities"),
        ({"voice": 3}, "session.voice"),
    ],
)
def test_what_cannot_be_is_refused_by_name(patch: dict[str, Any], param: str) -> None:
    with pytest.raises(Refusal) as refused:
        update(patch)
    assert refused.value.param == param
    assert refused.value.code == "invalid_session_update_message"


def test_naming_the_same_model_again_is_no_change() -> None:
    assert update({"model": "gpt-realtime"})["model"] == "gpt-realtime-global-standard"


@pytest.mark.parametrize("name", ["input_audio_format", "input_audio_sampling_rate"])
def test_the_input_format_is_fixed_once_audio_came(name: str) -> None:
    patch = {"input_audio_format": "g711_ulaw"} if name == "input_audio_format" else {name: 16000}
    assert update(patch)[name] == patch[name]
    with pytest.raises(Refusal, match=name):
        update(patch, heard=True)


def test_the_voice_is_fixed_once_it_was_heard() -> None:
    with pytest.raises(Refusal, match="voice"):
        update({"voice": "verse"}, spoke=True)
    assert update({"voice": "alloy"}, spoke=True)["voice"]["name"] == "alloy"


def test_end_of_utterance_detection_wedges_a_native_session() -> None:
    patch = {"turn_detection": {"type": "server_vad", "end_of_utterance_detection": {"model": "semantic_detection_v1"}}}
    with pytest.raises(Refusal) as refused:
        update(patch)
    assert refused.value.wedges
    assert update(patch, model="gpt-4o")["turn_detection"]["end_of_utterance_detection"]


def test_semantic_vad_is_for_native_models() -> None:
    assert update({"turn_detection": {"type": "semantic_vad"}})["turn_detection"]["eagerness"] == "auto"
    with pytest.raises(Refusal):
        update({"turn_detection": {"type": "semantic_vad"}}, model="gpt-4o")


def test_the_ear_is_told_rate_and_rules() -> None:
    session = update({"input_audio_sampling_rate": 16000, "turn_detection": {"type": "server_vad", "threshold": 0.7}})
    assert settings.listening(session) == Listening(16000, TurnRules(0.7, 400, 500))
    assert settings.listening(update({"input_audio_format": "g711_ulaw"})).rate == 8000


@pytest.mark.parametrize(
    ("name", "rate"),
    [("pcm16", 24000), (None, 24000), ("pcm16_16000hz", 16000), ("pcm16_8000hz", 8000), ("g711_alaw", 8000)],
)
def test_an_output_format_has_a_rate(name: str | None, rate: int) -> None:
    assert settings.output_rate(name) == rate
