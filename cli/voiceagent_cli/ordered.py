"""The order in which options were typed, across different options: click keeps it only within each option.

`voiceagent call --say A --dtmf 1 --say B` is a script, so its order matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.core import TyperCommand

STEPS_KEY = "voiceagent.steps"
"""Where the steps are kept in the context's `meta`: a list of (option name, raw value)."""


class OrderedCommand(TyperCommand):
    """A command that remembers its repeatable options in the order they were typed."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta[STEPS_KEY] = self._steps(ctx, args)
        return super().parse_args(ctx, args)

    def _steps(self, ctx: Any, args: Sequence[str]) -> list[tuple[str, str]]:
        # The parser itself tells the order: parsing twice costs microseconds, reading sys.argv by hand would get
        # `--say=x`, `--` and values that look like options wrong.
        values, _, order = self.make_parser(ctx).parse_args(args=list(args))
        waiting = {name: iter(value) for name, value in values.items() if isinstance(value, list)}
        return [(param.name, next(waiting[param.name])) for param in order if param.name in waiting]
