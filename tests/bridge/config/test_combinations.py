"""What would fail late is refused early, with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.config.checks import check
from voiceagent.config.combinations import Family, family_of, misfits
from voiceagent.config.schema import Settings
from voiceagent.errors import UserError

MODELS = ("gpt-realtime", "gpt-realtime-mini", "azure-realtime", "phi4-mm-realtime", "gpt-4.1", "gpt-5", "gpt-5-chat", "mine")


def settings(**engine: Any) -> Settings:
    return Settings.model_validate({"engine": engine})


def spoken_by(name: str, **engine: Any) -> Settings:
    return Settings.model_validate({"agent": {"voice": name}, "engine": engine})


def refused_models(key: str, **engine: Any) -> list[str]:
    """The models with which this does not fit, for the reason of this key."""
    found = []
    for model in MODELS:
        if any(misfit.key == key for misfit in misfits(settings(**engine, model=model))):
            found.append(model)
    return found


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-realtime-2.1-mini", Family("native", openai_realtime=True)),
        ("gpt-realtime-datazone", Family("native", openai_realtime=True)),
        ("azure-realtime", Family("native")),
        ("gpt-4o-mini", Family("cascaded")),
        ("gpt-5-chat", Family("cascaded")),
        ("gpt-5.6-terra", Family("cascaded", reasoning=True)),
        ("our-deployment", Family("unknown")),
    ],
)
def test_a_family_is_told_by_the_models_name(model: str, family: Family) -> None:
    assert family_of(model) == family


@pytest.mark.parametrize(
    ("key", "engine", "refused"),
    [
        (
            "engine.turn_detection.end_of_utterance.model",
            {"turn_detection": {"end_of_utterance": {"model": "semantic_detection_v1"}}},
            ["gpt-realtime", "gpt-realtime-mini", "azure-realtime", "phi4-mm-realtime"],
        ),
        ("engine.temperature", {"temperature": 0.7}, ["gpt-5"]),
        ("engine.reasoning_effort", {"reasoning_effort": "low"}, ["gpt-4.1", "gpt-5-chat"]),
        ("engine.parallel_tool_calls", {"parallel_tool_calls": True}, ["gpt-realtime", "gpt-realtime-mini"]),
        ("engine.parallel_tool_calls", {"parallel_tool_calls": False}, []),
        (
            "engine.turn_detection.type",
            {"turn_detection": {"type": "semantic_vad"}},
            ["azure-realtime", "phi4-mm-realtime", "gpt-4.1", "gpt-5", "gpt-5-chat"],
        ),
        (
            "engine.noise_reduction",
            {"noise_reduction": "near_field"},
            ["azure-realtime", "phi4-mm-realtime", "gpt-4.1", "gpt-5", "gpt-5-chat"],
        ),
        ("engine.noise_reduction", {"noise_reduction": "azure_deep_noise_suppression"}, []),
        (
            "engine.transcription.phrases",
            {"transcription": {"phrases": ["Contoso"]}},
            ["gpt-realtime", "gpt-realtime-mini", "phi4-mm-realtime"],
        ),
        (
            "engine.interim_response.type",
            {"interim_response": {"type": "llm"}},
            ["gpt-realtime", "gpt-realtime-mini", "azure-realtime", "phi4-mm-realtime"],
        ),
        (
            "agent.voice",
            {"voice": {"type": "openai"}},
            ["azure-realtime", "phi4-mm-realtime", "gpt-4.1", "gpt-5", "gpt-5-chat"],
        ),
        (
            "engine.voice.type",
            {"voice": {"type": "azure-realtime-native"}},
            ["gpt-realtime", "gpt-realtime-mini", "phi4-mm-realtime", "gpt-4.1", "gpt-5", "gpt-5-chat"],
        ),
    ],
)
def test_what_a_model_cannot_do_is_refused_and_only_that(key: str, engine: dict[str, Any], refused: list[str]) -> None:
    assert refused_models(key, **engine) == refused


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("engine.voice.endpoint_id", {"voice": {"type": "azure-custom"}}),
        ("engine.voice.model", {"voice": {"type": "azure-personal"}}),
        ("engine.turn_detection.eagerness", {"turn_detection": {"eagerness": "low"}}),
        ("engine.turn_detection.threshold", {"turn_detection": {"type": "semantic_vad", "threshold": 0.5}}),
        ("engine.turn_detection.remove_filler_words", {"turn_detection": {"remove_filler_words": True}}),
        ("engine.turn_detection.languages", {"turn_detection": {"type": "azure_semantic_vad_en", "languages": ["de"]}}),
        (
            "engine.turn_detection.auto_truncate",
            {"turn_detection": {"type": "azure_semantic_vad_en", "auto_truncate": True}},
        ),
        (
            "engine.turn_detection.appended_text_after_truncation",
            {"turn_detection": {"appended_text_after_truncation": "[cut]"}},
        ),
        ("engine.transcription.prompt", {"transcription": {"prompt": "names"}}),
        ("engine.transcription.custom_speech", {"transcription": {"model": "whisper-1", "custom_speech": {"de": "x"}}}),
        ("engine.interim_response.texts", {"model": "gpt-4.1", "interim_response": {"type": "static"}}),
        ("engine.options.temperature", {"temperature": 0.7, "options": {"temperature": 0.9}}),
        ("engine.options.instructions", {"options": {"instructions": "Be kind."}}),
        ("engine.options.output_audio_format", {"options": {"output_audio_format": "g711_ulaw"}}),
        ("engine.transcription.model", {"transcription": {"model": "azure-speach"}}),
    ],
)
def test_options_that_need_or_exclude_each_other(key: str, given: dict[str, Any]) -> None:
    assert [misfit.key for misfit in misfits(settings(**given))] == [key]


def test_ears_that_voice_live_does_not_have_may_be_another_engines() -> None:
    ears = {"model": "a-deployment-of-mine"}
    assert [one.key for one in misfits(settings(transcription=ears))] == ["engine.transcription.model"]
    assert list(misfits(settings(kind="azure-openai", transcription=ears))) == []
    assert list(misfits(settings(transcription={"model": "gpt-4o-transcribe-diarize"}))) == []


@pytest.mark.parametrize(
    ("first", "further", "why"),
    [
        ("en-US-AvaNeural", "en-US-AndrewNeural", ""),
        ("en-US-AvaNeural", "", ""),
        ("marin", "cedar", ""),
        ("en-US-AvaNeural", "alloy", "it is OpenAI's, and en-US-AvaNeural is Azure's"),
        ("alloy", "en-US-AvaNeural", "it is Azure's, and alloy is OpenAI's"),
    ],
)
def test_further_agents_speak_with_voices_of_the_same_service(first: str, further: str, why: str) -> None:
    """With the other's, words that are to be said exactly would be silence."""
    loans = {"loans": {"prompt": "loans.md", "voice": further}}
    found = list(misfits(Settings.model_validate({"agent": {"voice": first}, "agents": loans})))
    assert [(one.key, one.why.partition(":")[0]) for one in found] == ([("agents.loans.voice", why)] if why else [])


def test_options_of_azures_voices_are_not_openais() -> None:
    for given, key in (
        (spoken_by("alloy", word_timestamps=True), "engine.word_timestamps"),
        (spoken_by("alloy", voice={"style": "cheerful"}), "engine.voice.style"),
        (spoken_by("en-US-AvaNeural", voice={"temperature": 0.5}), "engine.voice.temperature"),
    ):
        assert [one.key for one in misfits(given)] == [key]


def test_the_refusal_names_setting_value_reason_and_remedy() -> None:
    with pytest.raises(UserError) as caught:
        check(settings(model="gpt-5", temperature=0.7), lambda key: f"voiceagent.toml:3, {key}")
    assert str(caught.value) == (
        "`engine.temperature` is 0.7 (voiceagent.toml:3, engine.temperature); "
        "gpt-5 reasons: the session takes it, and then every reply fails"
    )
    assert caught.value.remedy == "remove it, or choose gpt-4.1"


@pytest.mark.parametrize("kind", ["embedded", "pipeline", "foundry-agent"])
def test_engines_of_our_own_take_them_all(kind: str) -> None:
    check(settings(kind=kind, model="gpt-5", temperature=0.7), lambda _: "")


@pytest.mark.parametrize("own", [{"profile": "byom-azure-openai-realtime"}, {"agent": {"name": "a", "project": "p"}}])
def test_a_model_of_ones_own_is_not_judged_by_its_name(own: dict[str, Any]) -> None:
    assert list(misfits(settings(model="gpt-5", temperature=0.7, **own))) == []


def test_the_defaults_fit() -> None:
    assert list(misfits(Settings())) == []
