"""Deployments on the screen: where they are made, the plan as a table, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from voiceagent.errors import UserError
from voiceagent_cli.changing import show_changes

if TYPE_CHECKING:
    from voiceagent.cloud.azure import Azure
    from voiceagent.cloud.containers.apply import Applied
    from voiceagent.cloud.containers.difference import Step
    from voiceagent.cloud.containers.plan import Deployment
    from voiceagent.config.load import Loaded
    from voiceagent_cli.terminal import Terminal

Result = TypeVar("Result")

_QUIET = ("keep",)


def load(directory: Path) -> Loaded:
    """The settings of the project. UserError when they cannot be read, naming the key and its place."""
    from voiceagent.local.project import settings_of

    return settings_of(directory)


def with_azure(loaded: Loaded, work: Callable[[Azure], Coroutine[Any, Any, Result]]) -> Result:
    """Carry out `work` with clients of what the settings name. UserError when what talks to Azure is not installed."""
    must_be_installed("azure.mgmt.appcontainers")
    from voiceagent.cloud.azure import open_azure

    async def opened() -> Result:
        async with open_azure(loaded.settings) as azure:
            return await work(azure)

    return asyncio.run(opened())


def must_be_installed(module: str) -> None:
    """UserError when a part of what talks to Azure's management is not there. Imports nothing."""
    try:
        found = find_spec(module)
    except ModuleNotFoundError:  # not even the package it is in
        found = None
    if found is None:
        raise UserError("what talks to Azure's management is not installed", remedy="pip install 'voiceagent-workbench[azure]'")


def changes(steps: Sequence[Step]) -> int:
    """How many of them change something."""
    return sum(step.action in ("create", "update", "delete") for step in steps)


def show_steps(terminal: Terminal, steps: Sequence[Step], *, everything: bool = True) -> None:
    """The plan: what is made, changed, removed or left as it is."""
    shown = [step for step in steps if everything or step.action not in _QUIET]
    show_changes(terminal, [(step.action, step.kind, step.name, step.detail) for step in shown])


def plan_facts(deployment: Deployment, steps: Sequence[Step]) -> dict[str, Any]:
    """As `--json` prints it."""
    notes = list(deployment.known.wanted.notes)
    return {"steps": [step.facts() for step in steps], "changes": changes(steps), "notes": notes}


def tell_applied(terminal: Terminal, done: Applied, *, as_json: bool) -> None:
    """What is there now."""
    if as_json:
        terminal.record(
            {
                "url": done.url,
                "revision": done.revision,
                "changed": list(done.changed),
                "pointed": done.pointed or None,
                "note": done.note or None,
                "left": list(done.left),
            }
        )
        return
    terminal.result(f"{done.url} takes calls with revision {done.revision}")
    if done.pointed:
        terminal.say("Event Grid announces calls there.")
    else:
        terminal.warn(f"Event Grid was not moved: {done.note}")
    for name in done.left:
        terminal.warn(f"{name} still has calls; `voiceagent deploy apply` ends it when they have ended.")
