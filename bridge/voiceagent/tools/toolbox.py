"""All tools of a project in one set, wherever they come from: Python functions, declared requests, servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from voiceagent.call.commands import ToolSpec
from voiceagent.call.events import ToolReturned
from voiceagent.call.policies import ToolPolicy
from voiceagent.errors import UserError
from voiceagent.tools.output import error_text


class ToolSource(Protocol):
    """Tools of one kind."""

    def specs(self) -> Sequence[ToolSpec]:
        """The tools as the engine must know them."""
        ...

    def policies(self, defaults: ToolPolicy, *, question: str) -> Mapping[str, ToolPolicy]:
        """How a call treats each of them."""
        ...

    async def run(
        self, name: str, arguments: str, *, tool_call_id: str, timeout_ms: int, context: Mapping[str, Any]
    ) -> ToolReturned:
        """Run one of them. Never raises but for cancellation."""
        ...


class Toolbox:
    """Several sources as one; as the port `ToolSet` wants it."""

    def __init__(self, sources: Sequence[ToolSource]) -> None:
        self._sources = tuple(sources)
        self._of: dict[str, ToolSource] = {}
        for source in self._sources:
            for spec in source.specs():
                if spec.name in self._of:
                    raise UserError(f"two tools are named `{spec.name}`", remedy="rename one of them")
                self._of[spec.name] = source

    def specs(self) -> Sequence[ToolSpec]:
        """All tools, source by source."""
        return tuple(spec for source in self._sources for spec in source.specs())

    def policies(self, defaults: ToolPolicy, *, question: str) -> Mapping[str, ToolPolicy]:
        """How a call treats each of them."""
        merged: dict[str, ToolPolicy] = {}
        for source in self._sources:
            merged |= source.policies(defaults, question=question)
        return merged

    async def run(
        self, name: str, arguments: str, *, tool_call_id: str, timeout_ms: int, context: Mapping[str, Any]
    ) -> ToolReturned:
        """Run one of them. Never raises but for cancellation."""
        source = self._of.get(name)
        if source is None:
            known = ", ".join(self._of) or "none"
            sentence = f"There is no tool named {name[:64]!r}. The tools are: {known}."
            return ToolReturned(tool_call_id, "error", error_text(sentence), 0.0)
        return await source.run(name, arguments, tool_call_id=tool_call_id, timeout_ms=timeout_ms, context=context)
