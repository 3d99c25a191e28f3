"""What an emulator does without knowing that the real service does it: the shape in which every emulator tells its guesses.

Where the code follows a guess a comment names it: `# unverified: media-dial-delay`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Guess:
    """One thing that a capture of the real service may prove wrong."""

    id: str
    """Lower-case words with hyphens; unique among all emulators."""
    about: str
    """The service: acs, event-grid, numbers, arm, voice-live, twilio, faults."""
    sentence: str
    """What is done here."""
    source: str
    """Why this and nothing else: where something like it was seen, or `not documented`."""

    def json(self) -> dict[str, str]:
        return asdict(self)
