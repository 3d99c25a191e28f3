"""`voiceagent config show`: every setting, its value and its origin."""

from __future__ import annotations

from pathlib import Path

from typer import Context

from voiceagent_cli.options import AsJson, Project


def command(ctx: Context, directory: Project = Path(), json: AsJson = False) -> None:
    """Show every setting, its value and where it comes from. Secrets are hidden.

    Precedence: option, environment (`.env` in the project counts, after the real one), voiceagent.toml, user file, default.
    """
    from voiceagent_cli.project import settings_of
    from voiceagent_cli.settings_table import rows

    shown = rows(settings_of(directory))
    terminal = ctx.obj
    if json:
        terminal.record({"settings": [{"name": row.name, "value": row.value, "origin": row.origin} for row in shown]})
        return
    terminal.table(("setting", "value", "origin"), [(row.name, row.text, row.origin) for row in shown])
