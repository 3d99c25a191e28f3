"""Opening an agent project where it lies: its settings from all ranks, with what the emulators ask for on top."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voiceagent.agent.project import AgentProject
    from voiceagent.config.load import Loaded


def settings_of(
    directory: Path | None, *, flags: Mapping[str, Any] | None = None, emulated: Mapping[str, str] | None = None
) -> Loaded:
    """The settings of the project. `emulated` is what the emulators ask to be put into the environment; it wins over it."""
    from voiceagent.config.load import default_user_file, environment, load_settings

    environ = environment() | dict(emulated or {})
    return load_settings(directory, environ=environ, user_file=default_user_file(environ), flags=flags)


def open_project(directory: Path, loaded: Loaded) -> AgentProject:
    """The project with its prompt and tools."""
    from voiceagent.agent.project import load_project

    return load_project(directory, loaded.settings)
