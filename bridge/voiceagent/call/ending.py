"""How a call is brought to its end: after the last words, or at once, and what is given up on the way."""

from __future__ import annotations

from voiceagent.call import commands as c
from voiceagent.call.life import LifeAction
from voiceagent.call.parts import Parts
from voiceagent.discreet import Words


class Ending:
    """The end of one call. Ending it again, or otherwise, changes only what the life of the call allows."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def end(self, reason: str, now: float, *, goodbye: bool) -> None:
        """End the call after what is being said, and after the goodbye."""
        parts = self._parts
        if parts.transfer.reached or parts.engine_is_lost:
            self.depart(reason, now)
            return
        action = parts.life.end(reason, now)
        if action == "say_last":
            parts.phase("ending")
            parts.replies.forget_wishes()
            if goodbye:
                self.say_goodbye()
        self.obey(action, now)

    def say_goodbye(self) -> None:
        """The configured goodbye, if there is one."""
        if self._parts.settings.goodbye:
            self._parts.replies.want(c.AskForReply(exactly=Words(self._parts.settings.goodbye)))

    def depart(self, reason: str, now: float) -> None:
        """End the call now."""
        self.obey(self._parts.life.depart(reason, now), now)

    def obey(self, action: LifeAction | None, now: float) -> None:
        """Carry out what the call's life demands."""
        parts = self._parts
        if action == "depart":
            parts.phase("ending")
            goodbye = self._goodbye()
            parts.do(*parts.transfer.part(now))
            self._wind_up(now)
            parts.do(*goodbye)
        elif action == "close":
            self._wind_up(now)
            parts.phase("ended")
            parts.do(c.CloseCall(parts.life.outcome(transferred=parts.transfer.reached), parts.life.reason))

    def _goodbye(self) -> list[c.Command]:
        """Hanging up ends the call for everyone; a human who is there keeps the caller, or has them already."""
        transfer = self._parts.transfer
        if transfer.was_moved and not transfer.invited_in_vain:
            return []
        if transfer.was_moved:  # it ends what is left of our call, which the caller is not in
            return [c.HangUp(self._parts.life.reason)]
        return [c.LeaveCall() if transfer.human_is_there else c.HangUp(self._parts.life.reason)]

    def _wind_up(self, now: float) -> None:
        parts = self._parts
        parts.do(*parts.speech.stop(now), *parts.transfer.cancel(now), *parts.tools.cancel_all(now))
