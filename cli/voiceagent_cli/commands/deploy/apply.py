"""`voiceagent deploy apply`: the bridge into Azure Container Apps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from typer import Context

from voiceagent_cli.options import AsJson, Project, Yes

if TYPE_CHECKING:
    from voiceagent.cloud.azure import Azure
    from voiceagent.cloud.containers.apply import Applied


def command(
    ctx: Context,
    directory: Project = Path(),
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Deploy the agent to Azure Container Apps, after showing what that changes.

    Calls go to the new revision once it says that it takes them, and Event Grid is pointed last; when anything fails, calls go
    where they went before. Old revisions end when their calls have. Run it again after a failure: it goes on where it stopped.
    """
    from voiceagent.cloud.containers.apply import apply
    from voiceagent.cloud.containers.plan import look
    from voiceagent.cloud.spoken import counted
    from voiceagent_cli.changing import must_agree
    from voiceagent_cli.deploying import changes, load, show_steps, tell_applied, with_azure

    loaded, terminal = load(directory), ctx.obj

    async def work(azure: Azure) -> Applied:
        deployment = await look(azure, directory, loaded)
        steps = deployment.steps()
        with terminal.on_the_side():
            show_steps(terminal, steps, everything=False)
        for note in deployment.known.wanted.notes:
            terminal.warn(note)
        if changes(steps):
            must_agree(terminal, f"Make these {counted(changes(steps))}?", yes=yes)
        return await apply(azure, deployment, say=terminal.say)

    tell_applied(terminal, with_azure(loaded, work), as_json=json)
