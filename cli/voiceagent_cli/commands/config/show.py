"""`voiceagent config show`: every setting, its value and its origin."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer import Context

from voiceagent_cli.misspelt import warn_of_names
from voiceagent_cli.options import AsJson, Project

if TYPE_CHECKING:
    from voiceagent.config.secrets import Row


def command(ctx: Context, directory: Project = Path(), json: AsJson = False) -> None:
    """Show every setting, its value and where it comes from. Secrets are hidden.

    Precedence: option, environment (`.env` in the project counts, after the real one), voiceagent.toml, user file, default.
    """
    from voiceagent.config.secrets import describe
    from voiceagent.local.project import settings_of

    loaded = settings_of(directory)
    rows = describe(loaded)
    terminal = ctx.obj
    warn_of_names(loaded.environment, terminal)
    if json:
        terminal.record({"settings": [{"name": row.key, "value": as_json(row), "origin": row.origin} for row in rows]})
        return
    terminal.table(("setting", "value", "origin"), [(row.key, as_text(row), row.origin) for row in rows])


def as_json(row: Row) -> Any:
    """The value; of a secret only whether there is one."""
    return str(row.value) if row.secret else row.value


def as_text(row: Row) -> str:
    """The value in one cell."""
    value = as_json(row)
    return value if isinstance(value, str) else dumps(value, ensure_ascii=False)
