"""What a transfer means for the rest of the call: who is on hold, what a human is told, when the agent leaves or comes back."""

from __future__ import annotations

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.consent import answer_of
from voiceagent.call.ending import Ending
from voiceagent.call.parts import Parts
from voiceagent.call.tools import error_output
from voiceagent.call.transfer import Attempt, Reaction, outcome_output
from voiceagent.call.transfer_tools import parse_decision, parse_transfer
from voiceagent.discreet import Words

_GONE = 404
_OPERATIONS = {"transfer_caller", "transfer", "add_participant"}
DECISIONS = {"1": True, "2": False}
"""The keys by which a human takes a caller or does not."""
_AFTER_THE_BRIEFING = "the human was told what it is about and does not take the call; the caller is with you again"
_HUNG_UP = "the human hung up again; the caller is with you again"


class Handover:
    """The transfers of one call and their consequences."""

    def __init__(self, parts: Parts, ending: Ending) -> None:
        self._parts = parts
        self._ending = ending

    def settle(self, now: float) -> None:
        """Whatever of a transfer has become due or possible."""
        parts, transfer = self._parts, self._parts.transfer
        before = None
        while transfer.state != before and not parts.life.over:
            before = transfer.state
            heard = not parts.speech.busy and parts.replies.idle and parts.turns.state != "speaking"
            self._act(transfer.settle(now, agent_heard=heard), now)
            if transfer.in_private and self._nobody_can_speak():
                self._act(transfer.accepted(now), now)
            elif transfer.state == "briefing" and parts.replies.quiet and not parts.speech.busy:
                self._act(transfer.briefed(now), now)
                if transfer.deciding:
                    parts.do(*parts.ear.open("briefing"))  # not before: a late "Hello?" would interrupt the briefing

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
        (target, policy), *queue = parts.settings.to_call(request.target)
        attempt = Attempt(
            called.tool_call_id, called.reply_id, target, request.reason, policy, request.summary, queue=tuple(queue)
        )
        parts.transfer.request(attempt, now)

    def rescue(self, target: str, now: float) -> bool:
        """Nobody else can talk to the caller any more, so a human shall; False if none can be called."""
        parts = self._parts
        if target not in parts.settings.targets or parts.transfer.refusal() is not None or not parts.life.talking:
            return False
        (name, policy), *queue = parts.settings.to_call(target)
        parts.transfer.request(Attempt("", "", name, "the agent is out of order", policy, queue=tuple(queue)), now)
        return True

    def ended(self, event: e.TransferEnded, now: float) -> None:
        """A human answered, or did not. Of an attempt given up for another one only that somebody is there after all counts."""
        attempt = self._parts.transfer.attempt
        if attempt is None or attempt.target != event.target:
            if event.outcome == "connected":
                self._answered_late(event.target, now)
            return
        if event.outcome == "connected":
            self._act(self._parts.transfer.human_answered(now), now)
        else:
            code = str(event.subcode or event.code or "") if event.outcome == "failed" else ""
            self._act(self._parts.transfer.failed(event.outcome, code, now), now, event.message)

    def _answered_late(self, target: str, now: float) -> None:
        """Somebody whom we had given up for another one is there: moved callers are theirs, and else they are not needed."""
        transfer = self._parts.transfer
        if transfer.was_moved_to(target):
            self._act(transfer.moved_late(target, now), now)
        elif transfer.tried(target):
            self._parts.do(c.DismissHuman(target))

    def participants_changed(self, event: e.ParticipantsChanged, now: float) -> None:
        """One of two people may hang up while we are there: nobody would talk to the other then."""
        here = event.caller_here
        reaction = self._parts.transfer.participants_changed(event.count, caller_here=here, now=now)
        self._act(reaction, now, _HUNG_UP if here else "")

    def refused(self, event: e.ControlFailed, now: float) -> bool:
        """Call control could not do what a transfer needs; False if the failure is not about a transfer."""
        if event.operation == "hold_caller":
            self._cannot_hold(event)
            return True
        if event.operation == "mute_ourselves":
            parts = self._parts
            parts.warn(
                "mute_refused", f"the telephony service does not mute the agent, who is silent all the same ({event.message})"
            )
            return True
        if event.operation not in _OPERATIONS:
            return False
        if event.status == _GONE:
            return True  # the call is over: that is told in a moment, and no failure of the target's
        self._act(self._parts.transfer.failed("failed", event.code, now), now, event.message)
        return True

    # --- the human in private

    @property
    def asks(self) -> bool:
        """Keys are a human's, who may decide by them."""
        transfer = self._parts.transfer
        return transfer.in_private and transfer.attempt is not None and transfer.attempt.policy.mode == "consult"

    def meaning(self, text: str) -> str:
        """What somebody said means as the answer of a human who was asked; "" when none is."""
        settings = self._parts.settings
        return answer_of(text, settings.yes, settings.no) if self._parts.transfer.deciding else ""

    def key_pressed(self, choice: str, now: float) -> bool:
        """A key of the human's, by what it means; False if the caller is the one who types."""
        if not self._parts.transfer.in_private:
            return False
        if self.asks and choice in DECISIONS:
            self._decide(DECISIONS[choice], now)
        return True

    def heard(self, means: str, now: float) -> None:
        """What somebody said; a human who thinks about it may have answered by that."""
        if self._parts.transfer.deciding and means in ("yes", "no"):
            self._decide(means == "yes", now)

    def decided(self, called: e.ToolCalled, now: float) -> None:
        """The model understood what the human wants."""
        parts = self._parts
        if not parts.tools.opened(called, now, ours=True):
            return
        decision = parse_decision(called.arguments)
        if decision is None or not parts.transfer.deciding:
            sentence = "no human is being asked now" if decision is not None else "`accepted` must be true or false"
            parts.do(*parts.tools.answer(called.tool_call_id, "error", error_output(sentence), None, now))
            return
        parts.do(*parts.tools.answer(called.tool_call_id, "ok", '{"ok": true}', None, now))
        parts.tools.excuse(called.reply_id)
        self._decide(decision, now)

    def _decide(self, accepted: bool, now: float) -> None:
        transfer = self._parts.transfer
        if accepted:
            self._act(transfer.accepted(now), now)
        else:
            self._act(transfer.declined(now), now, _AFTER_THE_BRIEFING)

    def _nobody_can_speak(self) -> bool:
        parts = self._parts
        return parts.engine_is_lost or parts.life.state in ("detached", "ending") or parts.transfer.in_the_open

    def _cannot_hold(self, event: e.ControlFailed) -> None:
        parts = self._parts
        parts.warn("hold_failed", f"the caller hears everything, so the human is not briefed ({event.message})")
        parts.transfer.cannot_hold = True
        if parts.transfer.released() and not parts.transfer.in_private:  # there is no hold to undo
            parts.do(*parts.ear.open("briefing"))

    # --- what is to be done

    def _act(self, reaction: Reaction, now: float, message: str = "") -> None:
        action, commands = reaction
        parts = self._parts
        if action == "place":
            self._place(commands)
            return
        parts.do(*commands)
        match action:
            case "meet":
                parts.do(*parts.ear.close("briefing"))
            case "brief":
                self._brief()
            case "attend":
                self._human_has_caller(now)
            case "leave" if commands:
                self._human_has_caller(now)
            case "leave":
                self._ending.depart("transferred", now)
            case "take_back" | "release":
                self._take_back(action == "release", commands, message, now)
            case "dismiss" if parts.transfer.attempt is not None:
                parts.do(c.DismissHuman(parts.transfer.attempt.target))
            case "listen":
                parts.do(c.MuteOurselves())
            case "hang_up":
                self._ending.depart("human_left" if message else "caller_left", now)
            case _:
                pass

    def _place(self, commands: list[c.Command]) -> None:
        first = not any(isinstance(command, c.TransferNoted) for command in commands)
        held = any(isinstance(command, c.HoldCaller) for command in commands)
        deaf = self._parts.ear.close("briefing") if held else []
        self._parts.do(*([c.PhaseNoted("transferring")] if first else []), *commands, *deaf)

    def _brief(self) -> None:
        """Word for word: what a human is told about a caller is not left to chance."""
        transfer, policy = self._parts.transfer, self._parts.settings.handover
        assert transfer.attempt is not None
        attempt = transfer.attempt
        told = policy.briefing.replace("{summary}", attempt.summary or attempt.reason).strip()
        if transfer.cannot_hold:
            told = ""  # the caller hears it too, and the summary was not written for them
        question = policy.question if attempt.policy.mode == "consult" else ""
        self._parts.replies.forget_wishes()
        self._parts.replies.want(c.AskForReply(exactly=Words(f"{told} {question}".strip())))

    def _human_has_caller(self, now: float) -> None:
        parts, transfer = self._parts, self._parts.transfer
        assert transfer.attempt is not None
        attempt = transfer.attempt
        parts.do(*parts.tools.close(attempt.tool_call_id, "ok", outcome_output("connected"), None, now))
        parts.tools.excuse(attempt.reply_id)
        parts.replies.forget_wishes()
        parts.cut_off(now, cancel=True)
        self._bring_caller_back()
        lost = parts.engine_is_lost or parts.life.state in ("ending", "detached")
        if transfer.state == "attending" and transfer.stays and not lost:
            parts.do(c.MuteAgent())
        else:
            self._ending.depart("transferred", now)

    def _take_back(self, release: bool, commands: list[c.Command], message: str, now: float) -> None:
        parts = self._parts
        attempt = parts.transfer.attempt
        assert attempt is not None
        noted = next(one for one in commands if isinstance(one, c.TransferNoted))
        if release:
            parts.do(c.DismissHuman(attempt.target))
        if parts.transfer.met:
            parts.do(c.UnmuteAgent())
        if release or noted.code == "human_left":
            parts.cut_off(now, cancel=True)
        self._bring_caller_back()
        output = outcome_output(noted.outcome, message)
        answered = parts.tools.answer(attempt.tool_call_id, "error", output, None, now)
        if answered:
            parts.do(*answered)
        elif parts.transfer.met:
            parts.do(c.GiveToolResult(attempt.tool_call_id, output))  # withheld when the human had the caller
            parts.replies.want(c.AskForReply())
        parts.transfer.met = False

    def _bring_caller_back(self) -> None:
        parts = self._parts
        parts.do(*parts.transfer.released(), *parts.ear.open("briefing"))
