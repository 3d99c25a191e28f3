"""Which voices there are, what each type must name, and for which models they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.emulators.voice_live import errors
from voiceagent.emulators.voice_live.offer import Offer

OPENAI_VOICES = ("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "openai": ("name",),
    "azure-standard": ("name",),
    "azure-custom": ("name", "endpoint_id"),
    "azure-personal": ("name", "model"),
    "avatar-voice-sync": ("model",),
    "azure-realtime-native": ("name",),
}
"""The members a voice of each type must have."""


def voice(value: Any, offer: Offer) -> Any:
    """A voice as the service echoes it: on Voice Live always an object. Raises `Refusal`."""
    if not offer.azure:
        return _openai_voice(value)
    if isinstance(value, str):
        value = {"name": value, "type": "openai" if value in OPENAI_VOICES else "azure-standard"}
    if value is None:
        return None
    kind = str(value.get("type")) if isinstance(value, Mapping) else ""
    if kind not in REQUIRED:
        raise errors.bad_session(f"A voice is a name or an object with a type: {', '.join(REQUIRED)}.", "session.voice")
    for name in REQUIRED[kind]:
        if not isinstance(value.get(name), str) or not value[name]:
            raise errors.bad_session(f"A voice of type '{kind}' needs '{name}'.", f"session.voice.{name}")
    _check_numbers(value)
    _check_model(value, kind, offer)
    return dict(value)


def speaks_for_azure(value: Any) -> bool:
    """Whether Azure's own text to speech makes the sound of this voice: it alone has word times, mouth shapes and greetings."""
    return isinstance(value, Mapping) and str(value.get("type", "")).startswith(
        ("azure-standard", "azure-custom", "azure-pers")
    )


def _openai_voice(value: Any) -> Any:
    if value in OPENAI_VOICES or (isinstance(value, Mapping) and isinstance(value.get("id"), str)):
        return value
    raise errors.Refusal(f"Invalid value: '{value}'. Supported values are: {', '.join(OPENAI_VOICES)}.", param="session.voice")


def _check_numbers(value: Mapping[str, Any]) -> None:
    temperature = value.get("temperature")
    if temperature is not None and not (errors.is_number(temperature) and 0 <= temperature <= 1):
        raise errors.bad_session("The temperature of a voice is between 0 and 1.", "session.voice.temperature")
    rate = value.get("rate")
    if rate is not None and not isinstance(rate, str):
        raise errors.bad_session("The rate of a voice is a string such as '1.1'.", "session.voice.rate")


def _check_model(value: Mapping[str, Any], kind: str, offer: Offer) -> None:
    if kind == "openai" and not offer.openai_voices:  # unverified: vl-openai-voice
        raise errors.bad_session(f"The model '{offer.model}' speaks with Azure voices only.", "session.voice")
    if kind == "openai" and value["name"] not in OPENAI_VOICES:
        raise errors.bad_session(f"There is no OpenAI voice '{value['name']}'.", "session.voice.name")
    if kind == "azure-realtime-native" and not offer.model.startswith("azure-realtime"):
        raise errors.bad_session("A voice of type 'azure-realtime-native' is for the model azure-realtime.", "session.voice")
