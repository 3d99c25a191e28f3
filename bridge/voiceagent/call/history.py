"""What was said and done so far, as commands that tell it to an engine that was not there.

Written down from what the session itself gives out: the caller's turns and the agent's as they were heard, tool calls with
their results, what the caller did in writing. So a new engine session remembers what the caller remembers, and no more.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field

from voiceagent.call import commands as c
from voiceagent.call.events import ToolCalled
from voiceagent.discreet import Words

MOST_RECORDS = 1_000
"""Turns and calls that are remembered; the oldest go first, and a tool call never without its result. Hours of talk."""

_OF_SESSION = "written-"
"""How turns in writing are noted; what was written is told to the engine by a command of its own."""


@dataclass(order=True, slots=True)
class _Record:
    at_ms: float
    number: int
    said: list[c.EngineCommand] = field(compare=False)


class History:
    """The history of one call."""

    def __init__(self) -> None:
        self._records: list[_Record] = []
        self._calls: dict[str, _Record] = {}
        self._count = 0
        self.now = 0.0
        """The time of what is written down next, where it has none of its own."""

    def called(self, called: ToolCalled) -> None:
        """The model called a tool; the result comes later, or never."""
        if called.tool_call_id not in self._calls:
            said = c.AddToolCall(called.tool_call_id, called.name, called.arguments)
            self._calls[called.tool_call_id] = self._add(self.now, said)

    def went_out(self, commands: Iterable[c.Command]) -> None:
        """The session gave these out."""
        for command in commands:
            match command:
                case c.CallerTurnNoted(item_id, text, start_ms) if not item_id.startswith(_OF_SESSION):
                    self._add(start_ms, c.AddUserText(text))
                case c.AgentTurnNoted(_, text, start_ms) if text.strip():
                    self._add(start_ms, c.AddAgentText(text))
                case c.AddUserText():
                    self._add(self.now, command)
                case c.AddToolCall(tool_call_id):
                    self._calls[tool_call_id] = self._add(self.now, command)
                case c.GiveToolResult(tool_call_id) if tool_call_id in self._calls:
                    self._calls[tool_call_id].said.append(command)

    def told(self, being_said: Iterable[Words] = ()) -> list[c.EngineCommand]:
        """All of it in its order, and then what the agent is saying now."""
        said = [command for record in self._records for command in record.said]
        return [*said, *(c.AddAgentText(text) for text in being_said if text.strip())]

    def _add(self, at_ms: float, said: c.EngineCommand) -> _Record:
        self._count += 1
        record = _Record(at_ms, self._count, [said])
        insort(self._records, record)
        if len(self._records) > MOST_RECORDS:
            gone = self._records.pop(0)
            self._calls = {call_id: one for call_id, one in self._calls.items() if one is not gone}
        return record
