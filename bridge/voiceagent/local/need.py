"""Which emulators a bridge needs, decided by the settings it has: whatever is not Azure's is emulated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from voiceagent.config.answering import is_ours

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings


Leg = Literal["acs", "twilio"]
"""Over which telephone service a call comes."""


def needed(settings: Settings, *, phone: bool = False, leg: Leg = "acs") -> str:
    """`all`, `acs`, `twilio`, `voice-live` or "". With `phone` the telephony side must be an emulated one, whatever the
    settings say; `leg` tells which.

    An ACS emulator that runs already is as good as one of our own.
    """
    twilio = phone and leg == "twilio"
    phone = phone and (twilio or not settings.acs.emulator_url)
    real = settings.acs.connection_string or settings.acs.endpoint or settings.twilio.account_sid
    telephony = phone or not real
    runs_already = settings.engine.kind == "auto" and bool(settings.engine.endpoint)
    engine = is_ours(settings.engine) and not runs_already
    alone = "twilio" if twilio else "acs"
    return {(True, True): "all", (True, False): alone, (False, True): "voice-live", (False, False): ""}[telephony, engine]


def sentence(which: str, *, phone: str = "") -> str:
    """What is emulated, and therefore works without Azure. `phone`: the address of the ACS emulator that rings, if one does."""
    if phone and which in ("", "voice-live"):
        engine = "the embedded engine answers" if which else "the engine is the one of the settings"
        return f"Calls come from the ACS emulator at {phone}; {engine}."
    return {
        "all": "No Azure settings: an emulated phone and the embedded engine, all on this machine.",
        "acs": "An emulated phone on this machine; the engine is the one of the settings.",
        "twilio": "An emulated Twilio number on this machine; the engine is the one of the settings.",
        "voice-live": "Calls are Azure's; the embedded engine answers on this machine.",
        "": "Calls and engine are those of the settings.",
    }[which]
