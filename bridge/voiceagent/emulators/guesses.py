"""All guesses of all emulators."""

from __future__ import annotations

from voiceagent.emulators.acs.guesses import ACS_GUESSES
from voiceagent.emulators.arm.guesses import ARM_GUESSES
from voiceagent.emulators.event_grid.guesses import EVENT_GRID_GUESSES
from voiceagent.emulators.faults.guesses import FAULT_GUESSES
from voiceagent.emulators.guess import Guess
from voiceagent.emulators.numbers.guesses import NUMBERS_GUESSES
from voiceagent.emulators.twilio.guesses import TWILIO_GUESSES
from voiceagent.emulators.voice_live.guesses import VOICE_LIVE_GUESSES

GUESSES: tuple[Guess, ...] = (
    *ACS_GUESSES,
    *EVENT_GRID_GUESSES,
    *NUMBERS_GUESSES,
    *ARM_GUESSES,
    *VOICE_LIVE_GUESSES,
    *TWILIO_GUESSES,
    *FAULT_GUESSES,
)
