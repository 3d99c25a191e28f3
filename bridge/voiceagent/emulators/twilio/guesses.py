"""What the emulated Twilio does without knowing that Twilio does it."""

from __future__ import annotations

from voiceagent.emulators.guess import Guess

TWILIO_GUESSES: tuple[Guess, ...] = (
    Guess(
        "twilio-declined",
        "twilio",
        "A call that is declined is reported as busy, with SIP 603.",
        "the words of DialCallStatus are documented, and none of them is declined",
    ),
    Guess(
        "twilio-report-order",
        "twilio",
        "Reports on a dialled number come one after the other, and for a second the request to `action` waits for them.",
        "both requests are documented, their order is not",
    ),
)
