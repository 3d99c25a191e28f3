"""How the emulated Resource Manager behaves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArmOptions:
    """The defaults are right for people; tests shorten the delays."""

    operation_seconds: float = 0.3
    """How long making or deleting something takes, beside the handshake with a webhook."""
    retry_after_seconds: int = 1
    """What pollers are told to wait; 0: nothing, and Azure's clients wait 30 s unless told otherwise."""
    by_hand_seconds: float = 600
    """A subscription whose endpoint did not return the code may be validated by hand for this long."""
    empty: bool = False
    """Nothing is in the subscription: no group, no ACS resource, and no resource provider is registered."""
