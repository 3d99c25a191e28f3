"""`voiceagent provision numbers search`: what is sold, and one number held for a quarter of an hour."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Context, Option

from voiceagent_cli.options import AsJson, Project
from voiceagent_cli.provisioning import AreaCode, Calling, Country, Sms, Type, YesAndPay

if TYPE_CHECKING:
    from voiceagent.cloud.make import Site
    from voiceagent.cloud.numbers import Held, Offer
    from voiceagent_cli.terminal import Terminal


def command(
    ctx: Context,
    directory: Project = Path(),
    country: Country = None,
    kind: Type = None,
    calling: Calling = None,
    sms: Sms = None,
    area_code: AreaCode = None,
    hold: Annotated[bool, Option("--hold", help="Search for one and have it held for 15 minutes; one of five a week.")] = False,
    yes: YesAndPay = False,
    json: AsJson = False,
) -> None:
    """Show what numbers are sold in a country and at which price; with --hold search for one.

    Azure allows a tenant five searches a week, so that none is made without --hold, and then only after a question.
    """
    from voiceagent_cli.provisioning import at_site, wish

    terminal = ctx.obj

    async def work(site: Site) -> dict[str, Any]:
        return await _search(site, terminal, hold=hold, yes=yes, as_json=json)

    facts = at_site(directory, work, flags=wish(country, kind, calling, sms, area_code))
    if json:
        terminal.record(facts)


async def _search(site: Site, terminal: Terminal, *, hold: bool, yes: bool, as_json: bool) -> dict[str, Any]:
    from voiceagent.cloud.numbers import held, offers, search
    from voiceagent.cloud.quota import told_quota
    from voiceagent_cli.changing import must_agree

    country = site.azure.settings.cloud.number.country
    sold = await offers(site.azure, country)
    if not as_json:
        terminal.table(("type", "for", "calls", "text messages", "price"), [_row(one) for one in sold], title=country)
    found = held(site)
    if hold and found is None:
        for note in told_quota(site.journal, site.now(), searches=True, buys=False):
            terminal.say(note)
        must_agree(terminal, "Search?", yes=yes)
        found = await search(site)
    if found is not None and not as_json:
        terminal.result(_held_words(found, site.now()))
        terminal.say("Next: voiceagent provision numbers buy")
    return {"country": country, "offers": [one.facts() for one in sold], "held": None if found is None else found.facts()}


def _row(one: Offer) -> tuple[str, ...]:
    return (one.type, one.assignment, one.calling, one.sms, one.cost.words())


def _held_words(found: Held, now: float) -> str:
    return f"{found.number} is held for {max(0, round((found.expires - now) / 60))} minutes: {found.cost.words()}"
