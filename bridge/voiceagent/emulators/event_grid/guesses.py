"""What the emulated Event Grid does without knowing that Azure's does it."""

from __future__ import annotations

from voiceagent.emulators.guess import Guess

EVENT_GRID_GUESSES: tuple[Guess, ...] = (
    Guess(
        "consent-origin",
        "event-grid",
        "The CloudEvents question names eventgrid.azure.net as its origin.",
        "the header is documented, its value is not",
    ),
    Guess(
        "validation-headers",
        "event-grid",
        "Validation requests carry the delivery headers of the subscription.",
        "not documented",
    ),
    Guess(
        "single-quotes",
        "event-grid",
        "An answer to the validation event in single quotes is taken as JSON.",
        "Microsoft's sample callautomation-live-transcription answers so",
    ),
    Guess(
        "dead-letters-at-once",
        "event-grid",
        "An event that is given up is written down at once.",
        "Azure takes five minutes; waiting for them helps nobody",
    ),
    Guess(
        "no-muted-endpoints",
        "event-grid",
        "New events go to an endpoint that failed before as if nothing had happened.",
        "documented: they are delayed, for how long is not said; the fault delivery.late does it",
    ),
)
