"""`voiceagent deploy plan`: what `apply` would do."""

from __future__ import annotations

from pathlib import Path

from typer import Context

from voiceagent_cli.options import AsJson, Project


def command(ctx: Context, directory: Project = Path(), json: AsJson = False) -> None:
    """Show what `deploy apply` would do, and change nothing.

    With --json each step has the request that would be sent; secrets are hidden, and what only Azure can tell is named.
    """
    from voiceagent.cloud.containers.plan import look
    from voiceagent.cloud.spoken import counted
    from voiceagent_cli.changing import NOTHING
    from voiceagent_cli.deploying import changes, load, plan_facts, show_steps, with_azure

    loaded, terminal = load(directory), ctx.obj
    deployment = with_azure(loaded, lambda azure: look(azure, directory, loaded))
    steps = deployment.steps()
    if json:
        terminal.record(plan_facts(deployment, steps))
        return
    show_steps(terminal, steps)
    for note in deployment.known.wanted.notes:
        terminal.warn(note)
    count = changes(steps)
    terminal.say(f"{counted(count)}. `voiceagent deploy apply` makes {'it' if count == 1 else 'them'}." if count else NOTHING)
