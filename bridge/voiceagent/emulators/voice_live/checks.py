"""What each setting of a session may be: one function for each, which gives the value as the service echoes it or refuses it.

What is refused here the service refuses at once. What it takes and breaks on later is in `late`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voiceagent.emulators.voice_live import errors, templates
from voiceagent.emulators.voice_live.errors import bad_session, is_number
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.voices import voice

Check = Callable[[Any, Offer], Any]

INPUT_FORMATS = ("pcm16", "g711_ulaw", "g711_alaw")
OUTPUT_FORMATS = (*INPUT_FORMATS, *(f"pcm16_{rate}hz" for rate in (8000, 16000, 22050, 24000, 44100, 48000)))
INPUT_RATES = (8000, 16000, 24000, 44100)
MODALITIES = ("text", "audio", "animation", "avatar")
TRANSCRIBERS = (
    "azure-speech",
    "mai-transcribe",
    "mai-transcribe-1",
    "whisper-1",
    "gpt-4o-transcribe",
    "gpt-4o-mini-transcribe",
    "gpt-4o-transcribe-diarize",
)
END_OF_UTTERANCE = (
    "semantic_detection_v1",
    "semantic_detection_v1_en",
    "semantic_detection_v1_multilingual",
    "smart_end_of_turn_detection",
)
LEVELS = ("low", "medium", "high", "default")
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")
INCLUDABLE = (
    "item.input_audio_transcription.logprobs",
    "item.input_audio_transcription.phrases",
    "file_search_call.results",
)
INTERIM_TYPES = ("static_interim_response", "llm_interim_response")
MOST_TOKENS = 4096
MOST_PHRASES = 500


def one_of(param: str, allowed: tuple[str, ...]) -> Check:
    def check(value: Any, _: Offer) -> Any:
        if value is not None and value not in allowed:
            raise bad_session(f"Invalid value: {value!r}. Supported values are: {', '.join(allowed)}.", f"session.{param}")
        return value

    return check


def list_of(param: str, allowed: tuple[str, ...]) -> Check:
    def check(value: Any, _: Offer) -> Any:
        if value is not None and not (isinstance(value, list) and all(one in allowed for one in value)):
            raise bad_session(f"Invalid value: {value!r}. Each is one of: {', '.join(allowed)}.", f"session.{param}")
        return value

    return check


def instructions(value: Any, offer: Offer) -> Any:
    if offer.agent:
        raise bad_session("Instructions cannot be set: the agent has its own.", "session.instructions")
    if value is not None and not isinstance(value, str):
        raise bad_session("Instructions are text.", "session.instructions")
    return value or templates.DEFAULT_INSTRUCTIONS


def modalities(value: Any, _: Offer) -> list[str]:
    if not isinstance(value, list) or not value or any(one not in MODALITIES for one in value):
        raise bad_session(f"Invalid modalities: {value!r}.", "session.modalities")
    return list(value)


def audio_format(value: Any, allowed: tuple[str, ...], param: str) -> str:
    """One spelling for both that are in use: early SDKs wrote `pcm16-16000hz`."""
    spelled = value.replace("-", "_") if isinstance(value, str) else value
    if spelled not in allowed:
        raise bad_session(f"Unsupported audio format: {value!r}.", param)
    return str(spelled)


def sampling_rate(value: Any, offer: Offer) -> Any:
    if value not in INPUT_RATES or (not offer.azure and value != 24000):
        raise bad_session(f"Unsupported sampling rate: {value!r}.", "session.input_audio_sampling_rate")
    return value


def noise_reduction(value: Any, offer: Offer) -> Any:
    if value is None:
        return None
    azures, natives = ("azure_deep_noise_suppression",) * offer.azure, ("near_field", "far_field") * offer.native
    allowed: tuple[str, ...] = (*azures, *natives)
    if not isinstance(value, Mapping) or value.get("type") not in allowed:
        raise bad_session(
            f"Noise reduction for this model is one of: {', '.join(allowed)}.", "session.input_audio_noise_reduction"
        )
    return dict(value)


def echo_cancellation(value: Any, offer: Offer) -> Any:
    if value is None:
        return None
    param = "session.input_audio_echo_cancellation"
    if not isinstance(value, Mapping) or value.get("type", "server_echo_cancellation") != "server_echo_cancellation":
        raise bad_session("Echo cancellation is of the type 'server_echo_cancellation'.", f"{param}.type")
    source, channels = value.get("reference_source") or "server", value.get("channels") or 1
    if source not in ("server", "client") or channels not in (1, 2):
        raise bad_session("The reference comes from 'server' or 'client', in 1 or 2 channels.", param)
    if channels == 2 and source != "client":
        raise errors.Refusal(
            "Two channels need a reference from the client.",
            code="invalid_ec_channels_requires_client",
            param=f"{param}.channels",
        )
    if source == "client" and (channels != 2 or not offer.client_echo_reference):
        raise errors.Refusal(
            "A reference from the client needs two channels and features=client_ec_reference:true in the address.",
            code="invalid_ec_reference_channels",
            param=f"{param}.reference_source",
        )
    return dict(value)


def transcription(value: Any, offer: Offer) -> Any:
    if value is None:
        return None
    param = "session.input_audio_transcription"
    if not isinstance(value, Mapping) or not isinstance(value.get("model"), str | None):
        raise bad_session("Transcription is an object with a model, or null.", param)
    model = value.get("model")
    if offer.azure and model not in (None, *TRANSCRIBERS):
        raise bad_session(f"There is no transcription model '{model}'.", f"{param}.model")
    for name in ("phrase_list", "custom_speech"):
        if value.get(name) and (model != "azure-speech" or offer.native):
            raise bad_session(f"'{name}' is for azure-speech on cascaded models only.", f"{param}.{name}")
    if len(value.get("phrase_list") or ()) > MOST_PHRASES:
        raise bad_session(f"A phrase list has at most {MOST_PHRASES} phrases.", f"{param}.phrase_list")
    return {**templates.transcription(offer), **value}


def turn_detection(value: Any, offer: Offer) -> dict[str, Any] | None:
    """The effective object for what the client sent; None means the client commits itself."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise bad_session("'session.turn_detection' must be an object or null.", "session.turn_detection")
    kind = value.get("type")
    if kind == "none":
        return None
    defaults = templates.detection(str(kind), offer)
    if defaults is None:
        raise bad_session(f"Unknown turn detection type: {kind!r}.", "session.turn_detection.type")
    if kind == "semantic_vad" and not offer.native:
        raise bad_session("semantic_vad is not available for this model.", "session.turn_detection.type")
    _check_end_of_utterance(value.get("end_of_utterance_detection"), offer)
    _check_detection(value)
    return {**defaults, **{name: one for name, one in value.items() if one is not None}}


def _check_end_of_utterance(value: Any, offer: Offer) -> None:
    if value is None:
        return
    param = "session.turn_detection.end_of_utterance_detection"
    if offer.native:
        raise bad_session("End of utterance detection is not supported by this model.", param, wedges=True)
    if not isinstance(value, Mapping) or value.get("model") not in END_OF_UTTERANCE:
        raise bad_session(f"Its model is one of: {', '.join(END_OF_UTTERANCE)}.", f"{param}.model")
    if value.get("threshold_level") not in (None, *LEVELS):
        raise bad_session(f"Its level is one of: {', '.join(LEVELS)}.", f"{param}.threshold_level")


def _check_detection(value: Mapping[str, Any]) -> None:
    threshold = value.get("threshold")
    if threshold is not None and not (is_number(threshold) and 0 < threshold < 1):
        raise bad_session("threshold must be above 0 and below 1.", "session.turn_detection.threshold")
    for name in ("prefix_padding_ms", "silence_duration_ms", "speech_duration_ms"):
        duration = value.get(name)
        if duration is not None and not (is_number(duration) and duration >= 0):
            raise bad_session(f"{name} must be a number of milliseconds.", f"session.turn_detection.{name}")
    if value.get("auto_truncate") and value.get("interrupt_response") is False:
        raise bad_session("auto_truncate needs interrupt_response.", "session.turn_detection.auto_truncate")


def tools(value: Any, _: Offer) -> Any:
    if value is not None and not isinstance(value, list):
        raise bad_session("Tools are a list.", "session.tools")
    for place, tool in enumerate(value or ()):
        kind = tool.get("type") if isinstance(tool, Mapping) else None
        needed = {"function": ("name",), "mcp": ("server_label", "server_url"), "foundry_agent": ("agent_name",)}.get(str(kind))
        if needed is None:
            raise bad_session(f"Invalid value: {kind!r}. A tool is a function or mcp.", f"session.tools[{place}].type")
        for name in needed:
            if not isinstance(tool.get(name), str) or not tool[name]:
                raise bad_session(f"A tool of type '{kind}' needs '{name}'.", f"session.tools[{place}].{name}")
    return value or []


def tool_choice(value: Any, _: Offer) -> Any:
    named = isinstance(value, Mapping) and value.get("type") in ("function", "mcp")
    if value is not None and value not in ("auto", "none", "required") and not named:
        raise bad_session(f"Invalid value: {value!r}.", "session.tool_choice")
    return value if value is not None else "auto"


def parallel_tool_calls(value: Any, offer: Offer) -> Any:
    if value not in (None, True, False):
        raise bad_session("parallel_tool_calls is true or false.", "session.parallel_tool_calls")
    if value is True and offer.refuses_parallel_calls:
        raise bad_session(f"Parallel tool calls are not supported by '{offer.model}'.", "session.parallel_tool_calls")
    return value


def temperature(value: Any, _: Offer) -> Any:
    if value is not None and not (is_number(value) and 0 <= value <= 2):
        raise bad_session("The temperature is between 0 and 2.", "session.temperature")
    return value


def max_tokens(value: Any, _: Offer) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_TOKENS
    if value not in (None, "inf") and not whole:
        raise bad_session(f"The limit is 1 to {MOST_TOKENS}, or 'inf'.", "session.max_response_output_tokens")
    return "inf" if value is None else value


def interim_response(value: Any, _: Offer) -> Any:
    if value is None:
        return None
    if not isinstance(value, Mapping) or value.get("type") not in INTERIM_TYPES:
        raise bad_session(f"An interim response is one of: {', '.join(INTERIM_TYPES)}.", "session.interim_response.type")
    triggers = value.get("triggers")
    if triggers is not None and not (isinstance(triggers, list) and all(one in ("latency", "tool") for one in triggers)):
        raise bad_session("Its triggers are latency and tool.", "session.interim_response.triggers")
    if value["type"] == "static_interim_response" and not all(isinstance(one, str) for one in value.get("texts") or ()):
        raise bad_session("Its texts are a list of texts.", "session.interim_response.texts")
    return dict(value)


def animation(value: Any, offer: Offer) -> Any:
    if value is not None and not isinstance(value, Mapping):
        raise bad_session("Animation is an object or null.", "session.animation")
    if value is not None:
        list_of("animation.outputs", ("blendshapes", "viseme_id"))(value.get("outputs"), offer)
    return value


def avatar(value: Any, _: Offer) -> Any:
    if value is not None and not (isinstance(value, Mapping) and isinstance(value.get("character"), str)):
        raise bad_session("An avatar needs a 'character'.", "session.avatar.character")
    return value


def metadata(value: Any, _: Offer) -> Any:
    good = isinstance(value, Mapping) and len(value) <= 16 and all(isinstance(one, str) for one in value.values())
    if value is not None and not good:
        raise bad_session("Metadata is at most 16 texts by name.", "session.metadata")
    return value


CHECKS: Mapping[str, Check] = {
    "instructions": instructions,
    "voice": voice,
    "modalities": modalities,
    "input_audio_format": lambda value, _: audio_format(value, INPUT_FORMATS, "session.input_audio_format"),
    "output_audio_format": lambda value, _: audio_format(value, OUTPUT_FORMATS, "session.output_audio_format"),
    "input_audio_sampling_rate": sampling_rate,
    "input_audio_noise_reduction": noise_reduction,
    "input_audio_echo_cancellation": echo_cancellation,
    "input_audio_transcription": transcription,
    "turn_detection": turn_detection,
    "tools": tools,
    "tool_choice": tool_choice,
    "parallel_tool_calls": parallel_tool_calls,
    "temperature": temperature,
    "max_response_output_tokens": max_tokens,
    "reasoning_effort": one_of("reasoning_effort", EFFORTS),
    "interim_response": interim_response,
    "output_audio_timestamp_types": list_of("output_audio_timestamp_types", ("word",)),
    "include": list_of("include", INCLUDABLE),
    "animation": animation,
    "avatar": avatar,
    "metadata": metadata,
}
"""By the setting's canonical name; a setting without a check is taken as it is."""
