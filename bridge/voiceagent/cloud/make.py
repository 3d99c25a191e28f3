"""A plan made, and carried out: journalled before and after each request, stopped before a price that nobody agreed to.

Interrupted anywhere and begun again it ends in the same state: what is there is found, what was bought is not bought again.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from voiceagent.cloud import survey as surveying
from voiceagent.cloud.azure import Azure
from voiceagent.cloud.block import with_block
from voiceagent.cloud.eligibility import NOTICE
from voiceagent.cloud.handshake import Probe, consented, proved
from voiceagent.cloud.journal import Journal, written
from voiceagent.cloud.kinds import KINDS, know_acs, learned
from voiceagent.cloud.names import names_of
from voiceagent.cloud.plan import Plan, Step, difference
from voiceagent.cloud.quota import told_quota
from voiceagent.cloud.rehearsal import request_of, watched
from voiceagent.cloud.resource import Cost, Resource, fill, filled, open_places
from voiceagent.cloud.subscribed import rivals, subscribed_to
from voiceagent.cloud.wanted import Surroundings, not_yet, wanted
from voiceagent.cloud.wire import Request, Watch
from voiceagent.config.dotenv import read_dotenv
from voiceagent.errors import LocalProtocolError, RemoteError, UserError

JOURNAL = Path(".voiceagent") / "provision.jsonl"
REMEMBERED = ("search.", "number.", "topic.")
"""What is learned and kept on disk; the rest is asked again."""


@dataclass(slots=True)
class Site:
    """Where a plan is made and carried out. `now` is the time of day; `watch` hears of each request."""

    azure: Azure
    project: Path
    probe: Probe
    url: str = ""
    now: Callable[[], float] = time.time
    watch: Watch | None = None
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self.journal = journal_of(self.azure, self.project)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what was known when it was made."""

    plan: Plan
    known: Mapping[str, str] = field(repr=False)


def journal_of(azure: Azure, project: Path) -> Journal:
    """The journal of this project for its subscription and group."""
    names = names_of(azure.settings.cloud)
    return Journal(project / JOURNAL, place=f"{names.subscription_id}/{names.group}".lower())


async def make_plan(site: Site) -> Planned:
    """Everything that is wanted against everything that is there. Only asks."""
    azure, settings, journal = site.azure, site.azure.settings, site.journal
    _ = azure.subscription_id  # a UserError before anything is asked
    around = Surroundings(
        acs_id=await surveying.given_acs(azure),
        runner=await surveying.runner(azure),
        public_url=site.url or settings.bridge.public_url,
        event_secret=str.__str__(settings.acs.event_secret) or secrets.token_urlsafe(24),
        in_env=await asyncio.to_thread(read_dotenv, site.project / ".env"),
    )
    remembered = dict(journal.search(site.now()))
    if bought := journal.bought():
        remembered = {"search.number": bought, **remembered}
    first = await surveying.survey(
        azure,
        wanted(settings, around),
        project=site.project,
        known=remembered,
        purchase_is_open=journal.purchase_is_open(),
    )
    resources = _priced(first.resources, first.known, await surveying.price(azure))
    steps = difference(resources, first.found)
    shown = [replace(step, request=await request_of(azure, step)) for step in steps]
    notes = (*_notes(site, steps), *await _announced(site, first.known, around))
    return Planned(Plan(tuple(shown), notes), first.known)


def _priced(resources: tuple[Resource, ...], known: Mapping[str, str], asked: Cost | None) -> list[Resource]:
    """With the best price there is for the number: that of the search, else the offer's, else the list's."""
    searched = None
    if amount := known.get("search.amount"):
        searched = Cost(float(amount), known["search.currency"])

    def price_of(number: Resource) -> Cost | None:
        best = searched or asked or number.cost
        rates = number.cost or asked
        return best if best is None or rates is None else replace(best, minutes=rates.minutes)

    return [replace(one, cost=price_of(one)) if one.kind == "number" else one for one in resources]


def _notes(site: Site, steps: list[Step]) -> list[str]:
    searches = any(step.resource.kind == "search" and step.action == "create" for step in steps)
    buys = any(step.resource.kind == "number" and step.action == "create" for step in steps)
    return ([NOTICE] if buys else []) + told_quota(site.journal, site.now(), searches=searches, buys=buys)


async def _announced(site: Site, known: Mapping[str, str], around: Surroundings) -> list[str]:
    """Where calls are announced besides what the plan says. A resource that is only about to be made has no subscriptions."""
    settings = site.azure.settings
    if "events" not in settings.cloud.make or "acs.immutable_id" not in known:
        return not_yet(settings, around)
    found, ours = await subscribed_to(site.azure, known["acs.id"]), names_of(settings.cloud).incoming
    number = str.__str__(settings.acs.phone_number) or known.get("number.number", "")
    others = rivals(found, ours, number)
    if around.public_url or not (mine := [one.target for one in found if one.name == ours]):
        return [*others, *not_yet(settings, around)]
    return [*others, f"Calls are announced to {mine[0]}, where `serve` or `deploy` had them announced; no plan changes that."]


async def apply(site: Site, planned: Planned, done: Callable[[Step], None] = lambda _: None) -> None:
    """Carry out the plan; `done` hears of each step. RemoteError or UserError with what to do; what was done stays done."""
    known = dict(planned.known)
    for step in planned.plan.changes:
        if step.resource.kind == "settings":
            known |= await _key_to_write(site.azure, planned.plan, step, known)
        ready = replace(step, resource=filled(step.resource, known))
        known |= await carry_out(site, ready, known)
        done(ready)


async def carry_out(site: Site, step: Step, known: Mapping[str, str]) -> dict[str, str]:
    """One step, journalled. Returns what was learned by it."""
    one, journal, now = step.resource, site.journal, site.now
    if one.kind == "settings":
        await _write_settings(site, one, known)
        return {}
    if missing := sorted(set(open_places([dict(one.at), dict(one.body)])) - {"search.number"}):
        raise LocalProtocolError(f"{one.key} needs {', '.join(missing)}, which nothing before it gave")
    _must_be_agreed(site, step, known)
    if one.kind == "event_subscription":
        await proved(one, site.probe)
    journal.write(
        "began",
        one.key,
        now(),
        action=step.action,
        resource=written(one),
        **({"number": known["search.number"]} if one.kind == "number" else {}),
    )
    with watched(site.azure, Journalling(site, step)):
        try:
            body = await _send(site, step)
        except RemoteError as error:
            if error.status is not None and error.status < 500:  # answered, so that it is known not to be done
                journal.write("refused", one.key, now(), code=error.code)
            raise
    gained = {**one.gives, **learned(one, body)}
    kept = {name: value for name, value in gained.items() if name.startswith(REMEMBERED)}
    journal.write("done", one.key, now(), learned=kept)
    return {**gained, **(await _keys(site.azure, one))}


async def _send(site: Site, step: Step) -> Mapping[str, Any]:
    one = step.resource
    if one.kind == "event_subscription":
        return await consented(site.azure, one)
    body = await KINDS[one.kind].send(site.azure, one, step.action == "create")
    if one.kind == "provider":
        return await _registered(site.azure, one)
    return body


async def _registered(azure: Azure, provider: Resource) -> Mapping[str, Any]:
    """Registering takes minutes at times, and nothing of the provider can be made before."""
    for _ in range(90):
        body = await KINDS["provider"].find(azure, provider)
        if body is not None and body.get("registrationState") == "Registered":
            return body
        await asyncio.sleep(azure.poll_seconds)
    raise RemoteError(
        f"the resource provider {provider.name} is still being registered",
        service="Azure",
        remedy="run `voiceagent provision apply` again in a few minutes",
    )


async def _keys(azure: Azure, one: Resource) -> dict[str, str]:
    if one.kind != "acs":
        return {}
    return {"acs.connection_string": await know_acs(azure, one)}


async def _key_to_write(azure: Azure, plan: Plan, step: Step, known: Mapping[str, str]) -> dict[str, str]:
    """The connection string, where it is to be written and the resource was made by an earlier run, or by somebody else."""
    if "acs.connection_string" not in open_places(fill(dict(step.resource.body), known)):
        return {}
    (acs,) = [one.resource for one in plan.steps if one.resource.kind == "acs"]
    return await _keys(azure, acs)


def _must_be_agreed(site: Site, step: Step, known: Mapping[str, str]) -> None:
    """UserError when the number found is not what was agreed to."""
    one, wish = step.resource, site.azure.settings.cloud.number
    if one.kind != "number":
        return
    amount, currency = float(known.get("search.amount", 0)), known.get("search.currency", "")
    agreed = one.cost
    if agreed is not None and (amount > agreed.amount or (currency and currency != agreed.currency)):
        raise UserError(
            f"The number that was found costs {amount:.2f} {currency} a month; the plan said {agreed.words()}",
            remedy="run `voiceagent provision apply` again within 15 minutes: it shows this price, and the search still holds",
        )
    if known.get("search.no_resale") and not wish.no_resale:
        raise UserError(
            f"Numbers of {wish.country} are sold to those alone who agree not to resell them",
            remedy="set `cloud.number.no_resale = true` if you agree, and run it again within 15 minutes",
        )


async def _write_settings(site: Site, one: Resource, known: Mapping[str, str]) -> None:
    values = {name: value for name, value in fill(dict(one.body), known).items() if not list(open_places(value))}
    site.journal.write("began", one.key, site.now(), action="create", resource=written(one))
    await asyncio.to_thread(_write_block, site.project / ".env", values)
    site.journal.write("done", one.key, site.now())


def _write_block(path: Path, values: Mapping[str, str]) -> None:
    """Into a file beside it first, so that a crash leaves the old or the new one. Only the user may read it."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    beside = path.with_name(f"{path.name}.new")
    beside.touch(mode=0o600)
    beside.write_text(with_block(text, values), encoding="utf-8")
    beside.replace(path)


class Journalling:
    """Writes each request of a step down before it is sent and after it was answered."""

    def __init__(self, site: Site, step: Step) -> None:
        self._site = site
        self._step = step

    def before(self, request: Request) -> None:
        """Written down before it is sent: a crash after that leaves a trace of what may have been made."""
        site, key = self._site, self._step.resource.key
        site.journal.write("sent", key, site.now(), action=self._step.action, method=request.method, path=request.path)
        if site.watch is not None:
            site.watch.before(request)

    def after(self, request: Request, status: int, headers: Mapping[str, str]) -> None:
        """Written down only when whoever watches has seen it: what an interruption cuts off counts as not answered."""
        site = self._site
        if site.watch is not None:
            site.watch.after(request, status, headers)
        site.journal.write("answered", self._step.resource.key, site.now(), status=status)
