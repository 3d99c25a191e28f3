"""Telephone keys of a call in both directions: those the caller presses, those the app sends. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.compatibility import Media, must_fit
from voiceagent.emulators.acs.effects import Result, SoundKeys
from voiceagent.emulators.acs.requests import Operation

if TYPE_CHECKING:
    from voiceagent.emulators.acs.state import Call

# unverified: tone-length
TONE_MS = 200.0
"""From one sent tone to the next: 100 ms of sound and as much of silence. Not documented."""


@dataclass(slots=True)
class Watch:
    """A continuous recognition. `sequence` counts its tones from 1."""

    operation: Operation
    sequence: int = 0


class Keypad:
    """The keys of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._watches: dict[str, Watch] = {}
        self._sending: Operation | None = None
        self._sent_at = 0.0

    def watch(self, target: str, operation: Operation) -> None:
        """startContinuousDtmfRecognition. A second one for the same participant replaces the first."""
        call = self._call
        call.must_be_connected()
        call.participant(target)
        must_fit("ContinuousDtmf", [*call.prompting.running(), *self.running()])
        self._watches[target] = Watch(operation)

    def unwatch(self, target: str, operation: Operation) -> None:
        """stopContinuousDtmfRecognition."""
        self._call.must_be_connected()
        if self._watches.pop(target, None) is None:
            raise errors.wrong_state("continuous DTMF recognition is not active for this participant.")
        self._call.tell("ContinuousDtmfRecognitionStopped", operation, Result())

    def send(self, keys: str, target: str, operation: Operation, now: float) -> None:
        """sendDtmfTones."""
        call = self._call
        call.must_be_connected()
        call.participant(target)
        must_fit("SendDtmf", [*call.prompting.running(), *self.running()])
        self._sending, self._sent_at = operation, now + TONE_MS * len(keys)
        call.diary.note("keys_sent", now, target=target, keys=keys)
        if target == call.order.caller:
            call.ask(SoundKeys(keys))

    def pressed(self, key: str, now: float) -> None:
        """The caller pressed a key."""
        watch = self._watches.get(self._call.order.caller)
        if watch is not None:
            watch.sequence += 1
            self._call.tell(
                "ContinuousDtmfRecognitionToneReceived", watch.operation, Result(), key=key, sequence_id=watch.sequence
            )
        self._call.prompting.key(key, now)

    def running(self) -> list[Media]:
        found: list[Media] = ["ContinuousDtmf"] if self._watches else []
        return [*found, "SendDtmf"] if self._sending is not None else found

    def tick(self, now: float) -> None:
        if self._sending is not None and now >= self._sent_at:
            operation, self._sending = self._sending, None
            self._call.tell("SendDtmfTonesCompleted", operation, Result())

    def forget(self, raw_id: str) -> None:
        """A participant has left."""
        self._watches.pop(raw_id, None)

    def close(self) -> None:
        self._watches.clear()
        self._sending = None
