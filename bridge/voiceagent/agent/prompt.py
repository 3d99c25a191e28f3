"""The instructions of an agent: a text file of the project."""

from __future__ import annotations

from pathlib import Path

from voiceagent.errors import UserError, unreadable


def read_prompt(directory: Path, name: str, key: str = "agent.prompt") -> str:
    """The instructions of an agent; `key` is the setting that names the file."""
    if "\0" in name:  # as "\u0000" in TOML
        raise UserError(
            f"`{key}` is {name!r}, and no file's name holds a NUL character",
            remedy=f"name the file of the agent's instructions as `{key}` in voiceagent.toml",
        )
    path = directory / name
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except FileNotFoundError:
        raise UserError(
            f"the agent's instructions are missing: {path} does not exist",
            remedy=f"write the file, or name another one as `{key}` in voiceagent.toml",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    if not text:
        raise UserError(f"the agent's instructions are empty: {path}", remedy="write what the agent is for")
    return text
