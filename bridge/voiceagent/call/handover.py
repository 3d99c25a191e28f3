"""What a transfer means for the rest of the call: the agent falls silent, leaves or listens, or takes the caller back."""

from __future__ import annotations

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.ending import Ending
from voiceagent.call.parts import Parts
from voiceagent.call.tools import error_output, parse_transfer
from voiceagent.call.transfer import Attempt, TransferAction, outcome_output

_OPERATIONS = {"transfer_caller", "transfer", "add_participant"}


class Handover:
    """The transfers of one call and their consequences."""

    def __init__(self, parts: Parts, ending: Ending) -> None:
        self._parts = parts
        self._ending = ending

    def settle(self, now: float) -> None:
        """Place what the caller has heard announced; take the caller back from a phone that rings too long."""
        parts = self._parts
        heard = not parts.speech.busy and parts.replies.idle and parts.turns.state != "speaking"
        action, placed = parts.transfer.settle(now, agent_heard=heard)
        if placed:
            parts.do(c.PhaseNoted("transferring"), *placed)
        if action == "take_back":
            self._take_back("no_answer", "", now)

    def requested(self, called: e.ToolCalled, now: float) -> None:
        """The model wants the caller transferred."""
        parts = self._parts
        if not parts.tools.opened(called, now, ours=True):
            return
        request = parse_transfer(called.arguments, parts.settings.targets)
        refusal = request if isinstance(request, str) else parts.transfer.refusal()
        if isinstance(request, str) or refusal is not None:
            parts.do(*parts.tools.answer(called.tool_call_id, "error", error_output(refusal or ""), None, now))
            return
        policy = parts.settings.targets[request.target]
        parts.transfer.request(Attempt(called.tool_call_id, called.reply_id, request.target, request.reason, policy), now)

    def ended(self, event: e.TransferEnded, now: float) -> None:
        """A human answered, or did not. Of an attempt given up for another one nothing is believed."""
        attempt = self._parts.transfer.attempt
        if attempt is None or attempt.target != event.target:
            return
        if event.outcome == "connected":
            self._human_answered(self._parts.transfer.human_answered(), attempt, now)
        elif self._parts.transfer.failed() == "take_back":
            self._take_back(event.outcome, event.message, now)

    def participants_changed(self, count: int, now: float) -> None:
        """The human we listen to may hang up first; nobody would talk to the caller then."""
        if self._parts.transfer.participants_changed(count) == "hang_up":
            self._ending.depart("human_left", now)

    def refused(self, event: e.ControlFailed, now: float) -> bool:
        """Call control could not do what a transfer needs; False if the failure is not about a transfer."""
        if event.operation not in _OPERATIONS:
            return False
        if self._parts.transfer.failed() == "take_back":
            self._take_back("failed", event.message, now)
        return True

    def _human_answered(self, action: TransferAction | None, attempt: Attempt, now: float) -> None:
        if action is None:
            return
        parts = self._parts
        parts.do(*parts.transfer.note("connected", now))
        parts.do(*parts.tools.close(attempt.tool_call_id, "ok", outcome_output("connected"), None, now))
        parts.tools.excuse(attempt.reply_id)
        parts.replies.forget_wishes()
        parts.cut_off(now, cancel=True)
        if action == "listen" and not parts.engine_is_lost and parts.life.state != "ending":
            parts.do(c.MuteAgent())
        else:
            self._ending.depart("transferred", now)

    def _take_back(self, outcome: e.TransferOutcome, message: str, now: float) -> None:
        parts = self._parts
        attempt = parts.transfer.attempt
        assert attempt is not None
        parts.do(*parts.transfer.note(outcome, now))
        parts.do(*parts.tools.answer(attempt.tool_call_id, "error", outcome_output(outcome, message), None, now))
        if parts.engine_is_lost:
            self._ending.depart("engine_lost", now)
