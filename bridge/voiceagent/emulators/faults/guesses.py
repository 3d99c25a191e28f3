"""Faults that happen here in a way nobody has seen on Azure."""

from __future__ import annotations

from voiceagent.emulators.guess import Guess

FAULT_GUESSES: tuple[Guess, ...] = (
    Guess(
        "redial",
        "faults",
        "After media.dropped with redial_ms the service dials again and tells MediaStreamingStarted.",
        "streamConnectionReestablished exists; who sees it and when is not documented",
    ),
    Guess(
        "expiry-close",
        "faults",
        "A session's end is an error event session_expired and close code 1001.",
        "seen from OpenAI and Azure OpenAI, not from Voice Live",
    ),
    Guess(
        "throttled-body",
        "faults",
        "A throttled request has subcode 8516 in its body.",
        "the subcode is documented, the whole answer is not",
    ),
    Guess(
        "engine-throttled-shape",
        "faults",
        "A Voice Live session over quota is refused with HTTP 429 before the upgrade.",
        "the quota is documented, its answer is not",
    ),
)
