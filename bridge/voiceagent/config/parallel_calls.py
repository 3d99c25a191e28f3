"""Which models refuse to be told that they may call tools in parallel: for settings, for the emulator and for its linter."""

from __future__ import annotations

_REFUSE = ("gpt-realtime", "gpt-realtime-mini", "gpt-realtime-1.5")
"""Later ones, such as gpt-realtime-2.1, take it."""


def refuses_parallel_calls(model: str) -> bool:
    """Whether a session with this model refuses `parallel_tool_calls: true`, wherever its data stays."""
    return model.removesuffix("-datazone") in _REFUSE
