"""A conversation written down as *this arrives, this must go out*, and compared to the letter.

    Playbook(session_settings(greeting="Hello."))
        .start(ConfigureEngine(ANY))
        .at(100, EngineReady("s1"), PhaseNoted("engine_ready"))
        .at(200, CallAnswered(), PhaseNoted("answered"), AskForReply(exactly=Words("Hello.")))
        .audio(900, "r1", "i1", 1000)
        .by(1000, At(920, PhaseNoted("first_audio")), AgentSpeechBegan("i1", None))
        .run()

Every command counts: one too many is a mismatch as much as one too few. A playbook that is never run complains when it is
thrown away, for a test that compares nothing always passes.
"""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from voiceagent.call.commands import Command
from voiceagent.call.events import Event
from voiceagent.call.settings import SessionSettings
from voiceagent.discreet import Words
from voiceagent.testing.rehearsal import Rehearsal


class _Anything:
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "ANY"


ANY: Any = _Anything()
"""Equal to whatever stands in its place."""


class Same:
    """A value that is not known beforehand but must be the same wherever this placeholder stands; read it from `value`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._values: list[Any] = []

    @property
    def value(self) -> Any:
        """What stood in its place; IndexError before that."""
        return self._values[0]

    def __eq__(self, other: object) -> bool:
        if not self._values:
            self._values.append(other)
        return bool(self._values[0] == other)

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f"<{self._name}={self._values[0]!r}>" if self._values else f"<{self._name}>"


@dataclass(frozen=True, slots=True)
class At:
    """A command that must go out at this very time; for `Playbook.by`."""

    at_ms: float
    command: Command


class Mismatch(AssertionError):
    """What went out is not what the playbook says; the message is the difference."""


Step = Callable[[Rehearsal], None]


class Playbook:
    """Steps of a conversation, played by `run`. `rehearsal` is the call it was played in."""

    def __init__(self, settings: SessionSettings, *, ahead_ms: float = 200.0) -> None:
        self.rehearsal = Rehearsal(settings, ahead_ms=ahead_ms)
        self._steps: list[Step] = []
        self._was_run = False

    def start(self, *expected: Command) -> Playbook:
        """The call begins, at 0."""
        return self._step(lambda call: _compare(expected, call.start(), "at the start"))

    def at(self, at_ms: float, event: Event, *expected: Command) -> Playbook:
        """This arrives; exactly these go out, at once. Nothing may have gone out since the step before."""

        def step(call: Rehearsal) -> None:
            _nothing(call.pass_until(at_ms), at_ms)
            _compare(expected, call.happens(at_ms, event), f"at {at_ms:g} ms, after {show(event)}")

        return self._step(step)

    def audio(self, at_ms: float, reply_id: str, item_id: str, ms: float, *expected: Command) -> Playbook:
        """Audio arrives from the engine, and is played to the caller in its own time from then on."""

        def step(call: Rehearsal) -> None:
            _nothing(call.pass_until(at_ms), at_ms)
            _compare(expected, call.audio(at_ms, reply_id, item_id, ms), f"at {at_ms:g} ms, after audio of {item_id}")

        return self._step(step)

    def by(self, at_ms: float, *expected: Command | At) -> Playbook:
        """Time passes; exactly these go out by themselves on the way, those in `At` at their time."""
        return self._step(lambda call: _compare_timed(expected, call.pass_until(at_ms), at_ms))

    def run(self) -> Playbook:
        """Play all steps; raises `Mismatch` at the first difference."""
        self._was_run = True
        for step in self._steps:
            step(self.rehearsal)
        return self

    def _step(self, step: Step) -> Playbook:
        self._steps.append(step)
        return self

    def __del__(self) -> None:
        if not getattr(self, "_was_run", True):
            warnings.warn("a Playbook was written and never run", ResourceWarning, stacklevel=2, source=self)


def show(value: object) -> str:
    """Like `repr`, with the words in plain sight: in a test they are not private."""
    if isinstance(value, Words):
        return repr(value.shown)
    if is_dataclass(value) and not isinstance(value, type):
        inside = ", ".join(f"{field.name}={show(getattr(value, field.name))}" for field in fields(value))
        return f"{type(value).__name__}({inside})"
    return repr(value)


def _nothing(went_out: Sequence[tuple[float, Command]], at_ms: float) -> None:
    if went_out:
        _compare_timed([], went_out, at_ms)


def _compare(expected: Sequence[Command], actual: Sequence[Command], when: str) -> None:
    if list(expected) != list(actual):
        raise Mismatch(_difference([show(command) for command in expected], [show(command) for command in actual], when))


def _compare_timed(expected: Sequence[Command | At], actual: Sequence[tuple[float, Command]], at_ms: float) -> None:
    wanted = [(one.at_ms, one.command) if isinstance(one, At) else (ANY, one) for one in expected]
    if wanted == list(actual):
        return
    times = [time for time, _ in actual]
    shown = [f"{_time_of(time, times, index)} {show(command)}" for index, (time, command) in enumerate(wanted)]
    raise Mismatch(_difference(shown, [f"{time:g} ms {show(command)}" for time, command in actual], f"by {at_ms:g} ms"))


def _time_of(time: Any, times: Sequence[float], index: int) -> str:
    if time is not ANY:
        return f"{time:g} ms"
    return f"{times[index]:g} ms" if index < len(times) else "ANY"


def _difference(expected: Sequence[str], actual: Sequence[str], when: str) -> str:
    lines = difflib.ndiff(expected, actual)
    return "\n".join([f"{when} (- expected, + went out):", *(f"  {line.rstrip()}" for line in lines)])
