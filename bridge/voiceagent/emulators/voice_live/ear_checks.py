"""What the settings of the ear may be: rate, noise, echo, transcription, and how turns are found.

Each function gives the value as the service echoes it, or refuses it; `checks` has the table of all settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.emulators.voice_live import errors, templates
from voiceagent.emulators.voice_live.errors import bad_session, is_number
from voiceagent.emulators.voice_live.offer import Offer

INPUT_RATES = (8000, 16000, 24000, 44100)
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
MOST_PHRASES = 500


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
    phrases = value.get("phrase_list") or []
    if not isinstance(phrases, list) or len(phrases) > MOST_PHRASES:
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
