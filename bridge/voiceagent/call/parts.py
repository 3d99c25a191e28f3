"""The parts of one call side by side, and the commands they give rise to: what every module of the agent's conduct works on.

The parts themselves (`life`, `turns`, `barge_in`, `replies`, `speech`, `tools`, `transfer`, `silence`, `keys`, `ear`,
`tenure`) do not know each other and not this module.
"""

from __future__ import annotations

from voiceagent.call import commands as c
from voiceagent.call.barge_in import BargeIn
from voiceagent.call.ear import Ear
from voiceagent.call.history import History
from voiceagent.call.interrupt import cut_off
from voiceagent.call.keys import Keys
from voiceagent.call.life import Life
from voiceagent.call.playback import Playback
from voiceagent.call.replies import Replies
from voiceagent.call.settings import SessionSettings
from voiceagent.call.silence import Silence
from voiceagent.call.speech import Speech
from voiceagent.call.tenure import Tenure
from voiceagent.call.tools import ToolCalls
from voiceagent.call.transfer import Transfer
from voiceagent.call.turns import CallerTurns


class Parts:
    """One of each. Commands gather until `take`."""

    def __init__(self, settings: SessionSettings, playback: Playback) -> None:
        self.settings = settings
        self.playback = playback
        self.life = Life(settings.max_call_ms, settings.warn_before_ms if settings.warning else 0.0)
        self.turns = CallerTurns(settings.end_silence_ms, settings.onset_padding_ms)
        self.barge_in = BargeIn(settings.interruptions, settings.end_silence_ms)
        self.replies = Replies()
        self.speech = Speech(playback)
        self.tools = ToolCalls(settings.tool_timeout_ms, settings.tools)
        self.transfer = Transfer(settings.handover)
        self.silence = Silence(settings.silence_after_ms, settings.silence_prompts)
        self.keys = Keys(settings.keys)
        self.ear = Ear()
        self.engine_is_ready = False
        self.tenure = Tenure(renew_ms=settings.renew_ms, reconnect_ms=settings.reconnect_ms)
        self.history = History()
        self._out: list[c.Command] = []
        self._done_once: set[str] = set()

    def do(self, *commands: c.Command) -> None:
        """These commands, in this order."""
        self.history.went_out(commands)
        self._out.extend(commands)

    def tell_again(self, *commands: c.Command) -> None:
        """The same, for what is history already."""
        self._out.extend(commands)

    @property
    def engine_is_lost(self) -> bool:
        """There is no engine, for the moment or for good."""
        return self.tenure.lost

    def take(self) -> list[c.Command]:
        """What has gathered since the last time."""
        out, self._out = self._out, []
        return out

    def warn(self, code: str, sentence: str) -> None:
        """Tell the developer; the call goes on."""
        self.do(c.Warned(code, sentence))

    def once(self, what: str) -> bool:
        """True the first time."""
        first = what not in self._done_once
        self._done_once.add(what)
        return first

    def phase(self, phase: str) -> None:
        """Note that the call reached a phase, the first time."""
        if self.once(phase):
            self.do(c.PhaseNoted(phase))

    def cut_off(self, now: float, *, cancel: bool) -> None:
        """The agent falls silent now. `cancel`: the engine does not cancel its active reply by itself."""
        if self.barge_in.held and not self.playback.audible(now):
            self.do(c.ResumePlayback())  # nothing is held back, and the next reply shall be heard
        self.barge_in.over()
        truncate = not self.settings.engine_truncates
        self.do(*cut_off(self.speech, self.playback, self.replies.active_id, now, cancel=cancel, truncate=truncate))

    def calm(self) -> bool:
        """Nothing is being said, and nobody is waiting for anything."""
        return (
            self.replies.quiet
            and not self.speech.busy
            and self.turns.silent
            and not self.tools.busy
            and not self.transfer.pending
            and not self.keys.typing
        )
