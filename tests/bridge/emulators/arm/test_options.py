"""How the Resource Manager behaves."""

from __future__ import annotations

from voiceagent.emulators.arm.options import ArmOptions


def test_a_webhook_may_be_validated_by_hand_for_ten_minutes() -> None:
    assert ArmOptions().by_hand_seconds == 600
