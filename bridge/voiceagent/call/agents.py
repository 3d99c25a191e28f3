"""The agents of one call: who answers now, with which prompt and tools, and how the conversation goes from one to another.

Each has a way to every other, offered to the model as a tool. The engine keeps its memory of the conversation; what changes is
what it follows from then on. A voice is changed apart from the rest: an engine that refuses that still follows the new prompt.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from voiceagent.call import commands as c
from voiceagent.call.commands import EngineSetup, ToolSpec
from voiceagent.call.policies import AgentPolicy
from voiceagent.call.settings import SessionSettings
from voiceagent.call.tools import REASON_ONLY

HAND_TO = "hand_to_"
"""Before an agent's name: the tool that hands the conversation to it."""


class Agents:
    """Who answers in one call. `ours` are the session's own tools, which every agent has."""

    def __init__(self, settings: SessionSettings, ours: Sequence[ToolSpec]) -> None:
        self._settings = settings
        self._ours = tuple(ours)
        self.active = settings.agent
        """The agent who answers now."""

    @property
    def setup(self) -> EngineSetup:
        """How an engine has to be configured that answers from now on."""
        setup, policy = self._settings.setup, self._settings.agents.get(self.active)
        if policy is None:
            return replace(setup, tools=self._tools(setup.tools))
        voice = setup.voice if policy.voice is None else policy.voice
        return replace(setup, instructions=policy.instructions, tools=self._tools(policy.tools), voice=voice)

    def meant(self, tool: str) -> str | None:
        """The agent that a tool hands to; None for any other tool, and for one that hands to whom it is."""
        name = tool.removeprefix(HAND_TO)
        return name if tool.startswith(HAND_TO) and name != self.active and self.has(name) else None

    def has(self, name: str) -> bool:
        """There is an agent of this name."""
        return bool(self._settings.agents) and (name == self._settings.agent or name in self._settings.agents)

    def knows(self, tool: str) -> bool:
        """The active agent may call a tool; a call without further agents leaves that to whoever runs it."""
        return not self._settings.agents or any(tool == spec.name for spec in self.setup.tools)

    def hand_to(self, name: str) -> list[c.Command]:
        """From here on `name` answers."""
        before = self.setup.voice
        self.active = name
        setup = self.setup
        out: list[c.Command] = [
            c.ReviseEngine(instructions=setup.instructions, tools=setup.tools, engine_tools=setup.engine_tools)
        ]
        if setup.voice is not None and setup.voice != before:
            out.append(c.ReviseEngine(voice=setup.voice))
        return [*out, c.AgentChangedNoted(name)]

    def _tools(self, theirs: Sequence[ToolSpec]) -> tuple[ToolSpec, ...]:
        ours = (*self._ours, *self._ways())
        names = {spec.name for spec in ours}
        return (*(spec for spec in theirs if spec.name not in names), *ours)

    def _ways(self) -> list[ToolSpec]:
        settings = self._settings
        if not settings.agents:
            return []
        everybody = {settings.agent: AgentPolicy(instructions="", description="the agent who took the call"), **settings.agents}
        return [_way(name, policy) for name, policy in everybody.items() if name != self.active]


def handed_output(name: str) -> str:
    """What the model is told when it has become another agent."""
    return json.dumps({"agent": name, "note": "you are this agent now; go on with the caller"}, ensure_ascii=False)


def _way(name: str, policy: AgentPolicy) -> ToolSpec:
    about = f" ({policy.description})" if policy.description else ""
    description = f"Hand the conversation to {name}{about}. Nothing is said by it; {name} goes on."
    return ToolSpec(HAND_TO + name, description, REASON_ONLY)
