"""`voiceagent deploy destroy`: what `apply` made, removed again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from typer import Context

from voiceagent_cli.options import AsJson, Project, Yes

if TYPE_CHECKING:
    from voiceagent.cloud.azure import Azure
    from voiceagent.cloud.containers.difference import Step


def command(
    ctx: Context,
    directory: Project = Path(),
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Remove what `deploy apply` made, and nothing else: what carries its mark. The resource group stays.

    Calls that are going on end. Event Grid is not touched, and whether it still announces calls here is told: point it
    elsewhere first, with `voiceagent serve` and a tunnel, or with `voiceagent provision events point URL`.
    """
    from voiceagent.cloud.containers.afterwards import remove, still_announced, to_be_removed
    from voiceagent.cloud.containers.plan import look
    from voiceagent_cli.changing import must_agree
    from voiceagent_cli.deploying import load, show_steps, with_azure

    loaded, terminal = load(directory), ctx.obj

    announced: list[str] = []

    async def work(azure: Azure) -> list[Step]:
        deployment = await look(azure, directory, loaded)
        steps = await to_be_removed(azure, deployment)
        announced.extend(await still_announced(azure, deployment))
        with terminal.on_the_side():
            show_steps(terminal, steps)
        if announced:
            terminal.warn(f"{', '.join(announced)} announces calls to this bridge, and nobody answers them once it is gone")
            terminal.say("Lead them elsewhere first: voiceagent serve with a tunnel, or voiceagent provision events point URL.")
        if steps:
            must_agree(terminal, f"Remove these {len(steps)}? Calls that are going on end.", yes=yes)
        await remove(azure, steps, say=terminal.say)
        return steps

    gone = with_azure(loaded, work)
    if json:
        terminal.record({"removed": [step.facts() for step in gone], "announced_by": announced})
        return
    terminal.result(f"{len(gone)} removed." if gone else "There is nothing that we made.")
