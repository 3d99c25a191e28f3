"""What the emulated Resource Manager does without knowing that Azure's does it."""

from __future__ import annotations

from voiceagent.emulators.guess import Guess


def _of(id_: str, sentence: str, source: str = "not documented") -> Guess:
    return Guess(id_, "arm", sentence, source)


ARM_GUESSES: tuple[Guess, ...] = (
    _of("second-topic", "A second system topic for a source is 409/Conflict.", "one topic per source is documented"),
    _of("waits-for-a-hand", "The operation of a subscription that waits for a hand goes on, and fails after ten minutes."),
    _of("arm-invalid", "What is wrong with a request is 400/InvalidRequest."),
    _of("revision-traffic", "A revision that has traffic cannot be deactivated: 409/Conflict."),
    _of("app-consents", "An emulated app that takes calls consents to deliveries: no bridge runs in it.", "an emulator's own"),
)
