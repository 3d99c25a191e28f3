"""Names in a project's environment that are meant for a setting and are none, told before anything is made of the settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiceagent_cli.terminal import Terminal


def warn_of_names(environment: Iterable[str], terminal: Terminal) -> None:
    """A warning for each; `environment` is that of the loaded settings."""
    from voiceagent.config.misspelt import misspelt

    for told in misspelt(environment):
        terminal.warn(told)
