"""One agent of a bridge: its project, who watches its calls, how its engine is opened. A bridge may serve several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Protocol

from voiceagent.agent.project import AgentProject
from voiceagent.call.commands import EngineSetup
from voiceagent.call.playback import Playback
from voiceagent.call.session import SessionSettings
from voiceagent.call.settings import OutboundPolicy
from voiceagent.discreet import PhoneNumber
from voiceagent.errors import UserError
from voiceagent.ports import Engine, EngineListener, Sink, WireFn, WireTap
from voiceagent.runtime.runner import CallSession

OpenEngineFor = Callable[[AgentProject, EngineSetup, EngineListener, WireFn | None], Awaitable[Engine]]
Witness = Callable[[str, CallSession, SessionSettings], CallSession]
"""Wraps the session of a call so that somebody sees every step of it."""
Account = Callable[[str], Playback]
"""Opens the playback account of a call."""


class Watchers(Protocol):
    """`server.observers.Observers`, as far as an agent needs them."""

    @property
    def sinks(self) -> tuple[Sink, ...]: ...
    @property
    def taps(self) -> tuple[WireTap, ...]: ...
    def witness(self, call_id: str, session: CallSession, settings: SessionSettings) -> CallSession: ...
    def account(self, call_id: str) -> Playback: ...


@dataclass(slots=True)
class Served:
    """`project` is replaced when its files change; everything a call depends on is taken when it rings."""

    project: AgentProject
    engine_name: str
    open_engine: OpenEngineFor
    sinks: Sequence[Sink] = ()
    taps: Sequence[WireTap] = ()
    witness: Witness | None = None
    account: Account | None = None
    _turns: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        return self.project.settings.agent.name

    def settings_of_a_call(self, *, outbound: bool = False) -> SessionSettings:
        """What the session of the next call decides by: a queue that goes round begins one further each time."""
        settings = self.project.session_settings()
        targets = dict(settings.targets)
        for name, target in self.project.settings.transfer.targets.items():
            if target.order == "round_robin" and target.queue:
                turn = self._turns[name] % len(target.queue)
                self._turns[name] += 1
                targets[name] = replace(targets[name], members=(*target.queue[turn:], *target.queue[:turn]))
        settings = replace(settings, targets=targets)
        return self._outbound(settings) if outbound else settings

    def _outbound(self, settings: SessionSettings) -> SessionSettings:
        chosen = self.project.settings.outbound
        message = chosen.message if chosen.voicemail == "leave_message" else ""
        return replace(settings, greeting=chosen.greeting or settings.greeting, outbound=OutboundPolicy(message=message))


def agent_for(agents: Sequence[Served], called: PhoneNumber | None) -> Served | None:
    """Whose number was called; an agent without numbers takes what is nobody else's."""
    if called is not None:
        for agent in agents:
            if called.shown in agent.project.settings.agent.numbers:
                return agent
    return next((agent for agent in agents if not agent.project.settings.agent.numbers), None)


def check_apart(projects: Sequence[AgentProject]) -> None:
    """UserError for two agents of which one could never be reached: by its callers, or by its name."""
    for one, other in combinations(projects, 2):
        first, second, both = one.settings.agent, other.settings.agent, f"{one.dir} and {other.dir}"
        if first.name == second.name:
            raise UserError(f"{both} are both named {first.name}", remedy="give each a name of its own in agent.name")
        if not first.numbers and not second.numbers:
            raise UserError(
                f"{both} both have no numbers, so the second would never be called",
                remedy="write the numbers of each into its agent.numbers; one may be without, and takes all others",
            )
        if shared := sorted(set(first.numbers) & set(second.numbers)):
            raise UserError(f"{both} both answer {PhoneNumber(shared[0])}", remedy="leave it in the agent.numbers of one")
