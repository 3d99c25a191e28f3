"""Which session options fit which engine: what a model refuses, and what it accepts and then fails at in every reply.

A wrong option is rarely refused when the session opens. Some close it to every later frame, some let each reply fail, some do
nothing at all; a caller would be the first to notice. So they are refused here, with the reason. A model that is not known (a
deployment of one's own) is not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from voiceagent.config.parallel_calls import refuses_parallel_calls
from voiceagent.config.schema import EngineSection, Settings
from voiceagent.config.voices import OPENAI_VOICES
from voiceagent.errors import UserError

_SEMANTIC = ("azure_semantic_vad", "azure_semantic_vad_multilingual")
OWN_OPTIONS = {
    "temperature": "temperature",
    "reasoning_effort": "reasoning_effort",
    "max_response_output_tokens": "max_output_tokens",
    "parallel_tool_calls": "parallel_tool_calls",
    "input_audio_noise_reduction": "noise_reduction",
    "input_audio_echo_cancellation": "echo_cancellation",
    "output_audio_timestamp_types": "word_timestamps",
    "interim_response": "interim_response",
    "turn_detection": "turn_detection",
    "input_audio_transcription": "transcription",
    "voice": "voice",
}
"""Session options that have a setting of their own, by the engine's name."""

_OURS = {
    "instructions": "say it in agent.prompt",
    "tools": "write them in tools.py, or under [tools]",
    "modalities": "remove it",
    "input_audio_format": "use engine.audio",
    "output_audio_format": "use engine.audio",
    "input_audio_sampling_rate": "use bridge.audio_format",
    "model": "use engine.model",
}
"""Session options that the bridge sets itself in every call, and what to do instead."""

_EARS = ("azure-speech", "mai-transcribe", "whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe")
"""Voice Live's transcription models; each has variants whose names go on, such as gpt-4o-transcribe-diarize."""


@dataclass(frozen=True, slots=True)
class Family:
    """What kind of model answers. Native: it hears and speaks itself; otherwise Azure does both for a text model."""

    kind: Literal["native", "cascaded", "unknown"]
    openai_realtime: bool = False
    reasoning: bool = False


def family_of(model: str) -> Family:
    """The family of a model by its name, also of `-datazone` and sized variants."""
    if model.startswith("gpt-realtime"):
        return Family("native", openai_realtime=True)
    if model.startswith(("azure-realtime", "phi4-mm-realtime")):
        return Family("native")
    if model.startswith(("gpt-4o", "gpt-4.1")) or model == "gpt-5-chat":
        return Family("cascaded")
    if model.startswith("gpt-5"):
        return Family("cascaded", reasoning=True)
    return Family("unknown")


@dataclass(frozen=True, slots=True)
class Misfit:
    """One setting that cannot work: its key, its value as a reader would write it, why, and what to do."""

    key: str
    value: str
    why: str
    remedy: str


def check_engine(settings: Settings, where: Callable[[str], str]) -> None:
    """UserError for the first combination that cannot work. Engines of our own take them all, and agents have their own."""
    if settings.engine.kind in ("embedded", "pipeline", "foundry-agent"):
        return
    for misfit in misfits(settings):
        raise UserError(f"`{misfit.key}` is {misfit.value} ({where(misfit.key)}); {misfit.why}", remedy=misfit.remedy)


def misfits(settings: Settings) -> Iterator[Misfit]:
    """All combinations that cannot work."""
    engine = settings.engine
    own_model = bool(engine.profile or engine.agent.name or engine.agent.id)
    family = Family("unknown") if own_model else family_of(engine.model)
    yield from _voice(settings, family)
    yield from _turn_detection(engine, family)
    yield from _transcription(engine, family)
    yield from _thinking(engine, family)
    yield from _sound(settings, family)
    yield from _twice(engine)
    yield from _ours(engine)
    yield from _further_voices(settings)


def voice_type(settings: Settings) -> str:
    """The voice's type, found by its name when it is not given."""
    if settings.engine.voice.type != "auto":
        return settings.engine.voice.type
    return "openai" if settings.agent.voice in OPENAI_VOICES else "azure-standard"


def _voice(settings: Settings, family: Family) -> Iterator[Misfit]:
    voice, kind, model = settings.engine.voice, voice_type(settings), settings.engine.model
    name = f'"{settings.agent.voice}"'
    if kind == "openai":
        if family.kind != "unknown" and not family.openai_realtime:
            why = f"{model} speaks only through Azure's voices"
            yield Misfit("agent.voice", name, why, "choose an Azure voice such as en-US-Ava:DragonHDLatestNeural")
        odd = next((key for key, value in voice.model_dump(exclude={"type"}).items() if value not in (None, "", [])), None)
        if odd is not None:
            yield Misfit(f"engine.voice.{odd}", _shown(getattr(voice, odd)), "OpenAI's voices have no such option", "remove it")
        return
    if kind == "azure-realtime-native" and not model.startswith("azure-realtime") and family.kind != "unknown":
        why = f"only the model azure-realtime speaks with such voices, and engine.model is {model}"
        yield Misfit("engine.voice.type", f'"{kind}"', why, "use type azure-standard, or engine.model = azure-realtime")
    if kind == "azure-custom" and not voice.endpoint_id:
        yield Misfit(
            "engine.voice.endpoint_id", "empty", "a custom voice is found by its deployment", "give the deployment's id"
        )
    if kind == "azure-personal" and not voice.model:
        yield Misfit("engine.voice.model", "empty", "a personal voice needs its base model", "write DragonLatestNeural, say")
    if voice.temperature is not None and kind == "azure-standard" and "HD" not in settings.agent.voice:
        why = f"only HD voices vary, and {settings.agent.voice} is none"
        yield Misfit("engine.voice.temperature", f"{voice.temperature:g}", why, "remove it, or choose a DragonHD voice")


def _turn_detection(engine: EngineSection, family: Family) -> Iterator[Misfit]:
    detection, at = engine.turn_detection, "engine.turn_detection"
    kind = detection.type
    if kind == "semantic_vad" and family.kind != "unknown" and not family.openai_realtime:
        why = f"only gpt-realtime models detect turns so, and engine.model is {engine.model}"
        yield Misfit(f"{at}.type", '"semantic_vad"', why, "use azure_semantic_vad")
    if detection.end_of_utterance.model and family.kind == "native":
        why = f"{engine.model} hears by itself: the session would refuse this and every later frame"
        value = f'"{detection.end_of_utterance.model}"'
        yield Misfit(f"{at}.end_of_utterance.model", value, why, "remove [engine.turn_detection.end_of_utterance]")
    if detection.eagerness and kind != "semantic_vad":
        yield Misfit(f"{at}.eagerness", f'"{detection.eagerness}"', f"{kind} has no eagerness", "remove it")
    if kind == "semantic_vad":
        for name in ("threshold", "prefix_padding_ms", "silence_duration_ms", "speech_duration_ms"):
            if (value := getattr(detection, name)) is not None:
                yield Misfit(f"{at}.{name}", f"{value:g}", "semantic_vad decides by words, and has `eagerness`", "remove it")
    if detection.remove_filler_words is not None and not kind.startswith("azure_semantic_vad"):
        yield Misfit(f"{at}.remove_filler_words", _shown(detection.remove_filler_words), f"{kind} hears no words", "remove it")
    if detection.languages and kind not in _SEMANTIC:
        yield Misfit(f"{at}.languages", _shown(detection.languages), f"{kind} knows no languages", "use azure_semantic_vad")
    if detection.auto_truncate and kind == "azure_semantic_vad_en":
        yield Misfit(f"{at}.auto_truncate", "true", f"{kind} cannot", "remove it: the bridge shortens the memory itself")
    if detection.appended_text_after_truncation and not detection.auto_truncate:
        value = f'"{detection.appended_text_after_truncation}"'
        yield Misfit(f"{at}.appended_text_after_truncation", value, "it goes with auto_truncate", "set auto_truncate = true")


def _transcription(engine: EngineSection, family: Family) -> Iterator[Misfit]:
    ears, at = engine.transcription, "engine.transcription"
    azure = ears.model in ("", "azure-speech")
    if engine.kind in ("auto", "voice-live") and not azure and not ears.model.startswith(_EARS):
        yield Misfit(f"{at}.model", f'"{ears.model}"', "Voice Live has no such ears", f"use one of {', '.join(_EARS)}")
    for name in ("phrases", "custom_speech"):
        value = getattr(ears, name)
        if value and not azure:
            why = f"only azure-speech has it, and {at}.model is {ears.model}"
            yield Misfit(f"{at}.{name}", _shown(value), why, "use the model azure-speech")
        elif value and (family.openai_realtime or engine.model.startswith("phi4")):
            why = f"with {engine.model} it has no effect"
            yield Misfit(
                f"{at}.{name}", _shown(value), why, "remove it, or choose a model that Azure hears for, such as gpt-4.1"
            )
    if ears.prompt and (azure or ears.model.startswith("mai-")):
        why = f"{ears.model or 'azure-speech'} takes no prompt"
        yield Misfit(f"{at}.prompt", f'"{ears.prompt}"', why, "use `phrases`, or a model of OpenAI's such as gpt-4o-transcribe")


def _thinking(engine: EngineSection, family: Family) -> Iterator[Misfit]:
    if engine.temperature is not None and family.reasoning:
        why = f"{engine.model} reasons: the session takes it, and then every reply fails"
        yield Misfit("engine.temperature", f"{engine.temperature:g}", why, "remove it, or choose gpt-4.1")
    if engine.reasoning_effort is not None and family.kind == "cascaded" and not family.reasoning:
        why = f"{engine.model} does not reason: the session takes it, and then every reply fails"
        yield Misfit("engine.reasoning_effort", f'"{engine.reasoning_effort}"', why, "remove it, or choose a gpt-5 model")
    if engine.parallel_tool_calls and refuses_parallel_calls(engine.model):
        why = f"{engine.model} refuses to be told so, and calls tools in parallel anyway"
        yield Misfit("engine.parallel_tool_calls", "true", why, "remove it")


def _sound(settings: Settings, family: Family) -> Iterator[Misfit]:
    engine, azure_voice = settings.engine, voice_type(settings) != "openai"
    if engine.noise_reduction.endswith("_field") and family.kind != "unknown" and not family.openai_realtime:
        why = f"only gpt-realtime models have it, and engine.model is {engine.model}"
        remedy = "use azure_deep_noise_suppression"
        yield Misfit("engine.noise_reduction", f'"{engine.noise_reduction}"', why, remedy)
    if engine.word_timestamps and not azure_voice:
        why = "OpenAI's voices never tell when a word is spoken"
        yield Misfit("engine.word_timestamps", "true", why, "remove it, or choose an Azure voice")
    interim = engine.interim_response
    if interim.type != "none" and (family.kind == "native" or not azure_voice):
        why = f"{engine.model} with the voice {settings.agent.voice} says none: it takes a text model and an Azure voice"
        yield Misfit("engine.interim_response.type", f'"{interim.type}"', why, "remove it, or choose a model such as gpt-4.1")
    if interim.type == "static" and not interim.texts:
        yield Misfit("engine.interim_response.texts", "empty", "static interim responses are these texts", "give at least one")


def _twice(engine: EngineSection) -> Iterator[Misfit]:
    for option, name in OWN_OPTIONS.items():
        if option in engine.options and getattr(engine, name) != EngineSection.model_fields[name].default:
            key = f"engine.options.{option}"
            yield Misfit(key, _shown(engine.options[option]), f"`engine.{name}` says it too", "keep one of the two")


def _ours(engine: EngineSection) -> Iterator[Misfit]:
    for option, remedy in _OURS.items():
        if option in engine.options:
            value = _shown(engine.options[option])
            yield Misfit(f"engine.options.{option}", value, "the bridge itself tells the engine that", remedy)


def _further_voices(settings: Settings) -> Iterator[Misfit]:
    """How words are said exactly follows from the first agent's voice, and holds for the whole session."""
    first = settings.agent.voice in OPENAI_VOICES
    for name, agent in settings.agents.items():
        if agent.voice and (agent.voice in OPENAI_VOICES) is not first:
            whose, other = ("Azure's", "OpenAI's") if first else ("OpenAI's", "Azure's")
            why = f"it is {whose}, and {settings.agent.voice} is {other}: one session speaks with voices of one service"
            yield Misfit(f"agents.{name}.voice", f'"{agent.voice}"', why, f"choose one of {other} voices, or leave it out")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, dict)):
        return f"a {'list' if isinstance(value, list) else 'table'} of {len(value)}"
    return f'"{value}"' if isinstance(value, str) else str(value)
