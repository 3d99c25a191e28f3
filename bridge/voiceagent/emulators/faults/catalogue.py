"""All faults by name."""

from __future__ import annotations

from difflib import get_close_matches

from voiceagent.emulators.faults.engine_faults import ENGINE_FAULTS
from voiceagent.emulators.faults.fault import Fault
from voiceagent.emulators.faults.media_faults import MEDIA_FAULTS
from voiceagent.emulators.faults.phone_faults import PHONE_FAULTS
from voiceagent.errors import UserError

FAULTS: tuple[Fault, ...] = (*PHONE_FAULTS, *MEDIA_FAULTS, *ENGINE_FAULTS)


def find(name: str) -> Fault:
    """The fault of that name. UserError names one that is spelled like it."""
    for fault in FAULTS:
        if fault.name == name:
            return fault
    near = get_close_matches(name, [fault.name for fault in FAULTS], 1)
    meant = f"Did you mean {near[0]}? " if near else ""
    raise UserError(f"There is no fault {name!r}.", remedy=f"{meant}`voiceagent trigger fault --list` shows all.")
