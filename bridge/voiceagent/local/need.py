"""Which emulators a bridge needs, decided by the settings it has: whatever is not Azure's is emulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings


def needed(settings: Settings, *, phone: bool = False) -> str:
    """`all`, `acs`, `voice-live` or "". With `phone` the telephony side must be an emulated one, whatever the settings say.

    An ACS emulator that runs already is as good as one of our own.
    """
    phone = phone and not settings.acs.emulator_url
    telephony = phone or not (settings.acs.connection_string or settings.acs.endpoint)
    engine = settings.engine.kind == "embedded" or (settings.engine.kind == "auto" and not settings.engine.endpoint)
    return {(True, True): "all", (True, False): "acs", (False, True): "voice-live", (False, False): ""}[telephony, engine]


def sentence(which: str, *, phone: str = "") -> str:
    """What is emulated, and therefore works without Azure. `phone`: the address of the ACS emulator that rings, if one does."""
    if phone and which in ("", "voice-live"):
        engine = "the embedded engine answers" if which else "the engine is the one of the settings"
        return f"Calls come from the ACS emulator at {phone}; {engine}."
    return {
        "all": "No Azure settings: an emulated phone and the embedded engine, all on this machine.",
        "acs": "An emulated phone on this machine; Voice Live is Azure's.",
        "voice-live": "Calls are Azure's; the embedded engine answers on this machine.",
        "": "Calls and engine are Azure's.",
    }[which]
