"""The phones that ring for a call which the app placed. Pure.

The first who answers takes the caller's place and the call is connected; in a group call others join it later. When nobody is
left who could answer, CreateCallFailed tells why the last one did not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceagent.emulators.acs.callees import Callees
from voiceagent.emulators.acs.humans import FAILURES, Ringing, call_human

if TYPE_CHECKING:
    from voiceagent.emulators.acs.state import Call


class Outgoing:
    """Rings until `tick` has settled every target. They ring as long as a caller would let it ring."""

    def __init__(self, call: Call, targets: tuple[str, ...], callees: Callees, now: float) -> None:
        self._call = call
        self._ringing = [self._ring(target, callees, now) for target in targets]

    def tick(self, now: float) -> None:
        for phone in [one for one in self._ringing if now >= one.until]:
            if self._call.phase == "connecting" and self._call.answered_at is not None:
                return  # the next one joins when the call is connected
            self._ringing.remove(phone)
            if self._call.leg_is_up:
                self._settle(phone, now)

    def _ring(self, target: str, callees: Callees, now: float) -> Ringing:
        callee, options = callees.of(target), self._call.options
        return call_human(target, callee.human, timeout_ms=options.ring_ms, options=options, ring_ms=callee.ring_ms, now=now)

    # unverified: silent-refusers
    def _settle(self, phone: Ringing, now: float) -> None:
        call = self._call
        if phone.outcome == "answer":
            call.diary.note("human_answers", now, target=phone.target)
            if call.answered_at is None:
                call.callee_answered(phone.target, now)
            else:
                call.human_on_line = True
                call.members.add(phone.target)
                call.tell_roster()
            return
        call.diary.note("human_fails", now, target=phone.target, outcome=phone.outcome)
        if call.answered_at is None and not self._ringing:
            call.fail("CreateCallFailed", FAILURES[phone.outcome], f"the callee: {phone.outcome}", now)
