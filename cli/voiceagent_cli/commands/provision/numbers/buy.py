"""`voiceagent provision numbers buy`: the number that a search holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer import Context

from voiceagent_cli.options import AsJson, Project
from voiceagent_cli.provisioning import YesAndPay

if TYPE_CHECKING:
    from voiceagent.cloud.make import Site
    from voiceagent_cli.terminal import Terminal


def command(ctx: Context, directory: Project = Path(), yes: YesAndPay = False, json: AsJson = False) -> None:
    """Buy the number that `numbers search --hold` holds, after showing its price. It is not bought twice."""
    from voiceagent_cli.provisioning import at_site

    terminal = ctx.obj

    async def work(site: Site) -> dict[str, Any]:
        return await _buy(site, terminal, yes=yes)

    facts = at_site(directory, work)
    if json:
        terminal.record(facts)
    else:
        terminal.result(f"{facts['number']} is yours.")
        terminal.say("Next: voiceagent provision apply")


async def _buy(site: Site, terminal: Terminal, *, yes: bool) -> dict[str, Any]:
    from voiceagent.cloud.numbers import buy, held
    from voiceagent.cloud.quota import told_quota
    from voiceagent.errors import UserError
    from voiceagent_cli.changing import must_agree

    found = held(site)
    if found is None:
        raise UserError(
            "no number is held for you, or not any more", remedy="run `voiceagent provision numbers search --hold` first"
        )
    for note in told_quota(site.journal, site.now(), searches=False, buys=True):
        terminal.say(note)
    must_agree(terminal, f"Buy {found.number} for {found.cost.words()}?", yes=yes)
    return {"number": await buy(site, found), "cost": found.cost.facts()}
