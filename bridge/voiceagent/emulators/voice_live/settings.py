"""What a `session.update` changes in the session object, and what of it the ear and the voice must know.

Top-level settings are replaced, `turn_detection` and `input_audio_transcription` are rebuilt from their defaults, null clears.
Pure; a refused update raises and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.emulators.voice_live import errors
from voiceagent.emulators.voice_live.checks import CHECKS
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.source import Listening, TurnRules
from voiceagent.emulators.voice_live.templates import Session
from voiceagent.protocol import owned

_OPTIONAL = ("temperature", "parallel_tool_calls", "reasoning_effort", "interim_response", "metadata", "scene")
"""Settings Voice Live knows but does not echo until they were set."""
_READ_ONLY = ("id", "object", "expires_at", "agent", "type")
_ALIASES = {"max_output_tokens": "max_response_output_tokens"}


def updated(session: Session, patch: Mapping[str, Any], offer: Offer, *, heard_audio: bool, spoke_audio: bool) -> Session:
    """The object after `session.update`; raises `Refusal`.

    Audio formats are fixed once audio was appended (`heard_audio`), the voice once audio was produced (`spoke_audio`).
    """
    if not offer.azure:
        _check_openai(session, patch, offer)
    after = dict(session)
    for given, value in patch.items():
        name = _ALIASES.get(given, given)
        # What an agent has decided stays so. unverified: vl-agent-settings
        if name in _READ_ONLY or not _known(session, name, offer) or (offer.agent and name in owned.IGNORED):
            continue  # what nobody knows is answered with a warning: see unknown_settings
        check = CHECKS.get(name)
        after[name] = _merged(session.get(name), value) if check is None else check(value, offer)
    _refuse_late_changes(session, after, heard_audio=heard_audio, spoke_audio=spoke_audio)
    return after


def unknown_settings(session: Mapping[str, Any], patch: Mapping[str, Any], offer: Offer) -> list[str]:
    """Settings of a patch that this version of the service does not know. unverified: vl-unknown-settings"""
    return [name for name in patch if name not in _READ_ONLY and not _known(session, _ALIASES.get(name, name), offer)]


def _known(session: Mapping[str, Any], name: str, offer: Offer) -> bool:
    if name in offer.dialect.missing_settings():
        return False
    return name in session or (offer.azure and name in _OPTIONAL) or (not offer.ga and name == "temperature")


def _check_openai(session: Session, patch: Mapping[str, Any], offer: Offer) -> None:
    """OpenAI's own API refuses what Voice Live overlooks."""
    if offer.ga and patch.get("type") != "realtime":
        raise (
            errors.missing("session.type")
            if "type" not in patch
            else errors.Refusal(f"Invalid value: '{patch['type']}'.", param="session.type")
        )
    if unknown := unknown_settings(session, patch, offer):
        raise errors.Refusal(
            f"Unknown parameter: 'session.{unknown[0]}'.", code="unknown_parameter", param=f"session.{unknown[0]}"
        )


def _merged(before: Any, value: Any) -> Any:
    """GA's branch `audio.output.speed` is changed, not replaced; everything else without a check is taken as it is."""
    if isinstance(before, Mapping) and isinstance(value, Mapping):
        return {**before, **{name: _merged(before.get(name), one) for name, one in value.items()}}
    return value


def _refuse_late_changes(before: Session, after: Session, *, heard_audio: bool, spoke_audio: bool) -> None:
    if after["model"] != before["model"] and not before["model"].startswith(str(after["model"])):
        raise errors.bad_session("The model of a session cannot be changed.", "session.model")
    after["model"] = before["model"]
    fixed = [
        *(("input_audio_format", "input_audio_sampling_rate", "input_audio_echo_cancellation") if heard_audio else ()),
        *(("output_audio_format", "voice") if spoke_audio else ()),
    ]
    for name in fixed:
        if after.get(name) != before.get(name):
            raise errors.bad_session(f"Cannot update '{name}' once audio is flowing.", f"session.{name}")


def listening(session: Session) -> Listening:
    """What the ear must know of the session. unverified: vl-one-detector"""
    detection = session["turn_detection"]
    rate = session.get("input_audio_sampling_rate", 24000) if session["input_audio_format"] == "pcm16" else 8000
    if detection is None:
        return Listening(rate, None)
    return Listening(
        rate,
        TurnRules(
            threshold=float(detection.get("threshold", 0.5)),
            prefix_padding_ms=int(detection.get("prefix_padding_ms", 400)),
            silence_duration_ms=int(detection.get("silence_duration_ms", 500)),
        ),
    )


def output_rate(output_format: str | None) -> int:
    """PCM rate of an output format; G.711 is made from 8 kHz."""
    if output_format in ("g711_ulaw", "g711_alaw"):
        return 8000
    _, _, rate = (output_format or "pcm16").partition("_")
    return int(rate.removesuffix("hz")) if rate else 24000
