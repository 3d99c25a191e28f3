"""How a table of states is followed and drawn; it knows nothing of calls.

A rule reads: *in this state, this signal leads to that state and has that action*. A pair without a rule means that the
signal says nothing new in that state: nothing changes and nothing is to be done. The outside world may say anything at any
time, so that is no error here. The diagrams of docs/states.md are drawn from the same tables (`scripts/gen_states.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

State = TypeVar("State", bound=str)
Signal = TypeVar("Signal", bound=str)
Action = TypeVar("Action", bound=str)


@dataclass(frozen=True, slots=True)
class Table(Generic[State, Signal, Action]):
    """The rules of one machine. `about` is one sentence for the documentation."""

    name: str
    about: str
    start: State
    rules: Mapping[tuple[State, Signal], tuple[State, Action | None]]

    def states(self) -> list[State]:
        """Every state, in the order the rules mention them."""
        found: dict[State, None] = {self.start: None}
        for (state, _), (target, _) in self.rules.items():
            found.update({state: None, target: None})
        return list(found)


class Machine(Generic[State, Signal, Action]):
    """One walk through a table."""

    __slots__ = ("_rules", "state")

    def __init__(self, table: Table[State, Signal, Action]) -> None:
        self._rules = table.rules
        self.state: State = table.start

    def signal(self, signal: Signal) -> Action | None:
        """Follow the rule for this signal, if there is one, and return its action."""
        rule = self._rules.get((self.state, signal))
        if rule is None:
            return None
        self.state, action = rule
        return action

    def allows(self, signal: Signal) -> bool:
        """True if the signal has a rule in the present state."""
        return (self.state, signal) in self._rules


def diagram(table: Table[State, Signal, Action]) -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {table.start}"]
    for (state, signal), (target, action) in table.rules.items():
        label = f"{signal} / {action}" if action else signal
        lines.append(f"    {state} --> {target}: {label}")
    ends = [state for state in table.states() if not any(start == state for start, _ in table.rules)]
    lines += [f"    {state} --> [*]" for state in ends]
    return "\n".join(lines)


def listing(table: Table[State, Signal, Action]) -> str:
    """The table as rows of Markdown."""
    rows = ["| state | signal | next state | action |", "|---|---|---|---|"]
    for (state, signal), (target, action) in table.rules.items():
        rows.append(f"| {state} | {signal} | {target} | {action or '–'} |")
    return "\n".join(rows)
