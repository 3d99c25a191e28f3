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
    from voiceagent_cli.deploying import changes, confirmed, load, show_steps, tell_applied, with_azure

    loaded, terminal = load(directory), ctx.obj

    async def work(azure: Azure) -> Applied | None:
        deployment = await look(azure, directory, loaded)
        steps = deployment.steps()
        with terminal.on_the_side():
            show_steps(terminal, steps, everything=False)
        for note in deployment.known.wanted.notes:
            terminal.warn(note)
        if changes(steps) and not confirmed(terminal, f"{changes(steps)} changes. Deploy?", yes=yes):
            return None
        return await apply(azure, deployment, say=terminal.say)

    done = with_azure(loaded, work)
    if done is None:
        terminal.say("Nothing was changed.")
        return
    tell_applied(terminal, done, as_json=json)
