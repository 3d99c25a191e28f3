"""An Event Grid subscription: where events go, and the question that must be answered before any does."""

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voiceagent.emulators.event_grid.filters import Filter
from voiceagent.emulators.event_grid.schedule import RetryPolicy
from voiceagent.emulators.lint import answers as lint
from voiceagent.emulators.lint.findings import Findings
from voiceagent.emulators.lint.rule import Breach
from voiceagent.errors import UserError
from voiceagent.protocol import event_grid as wire

if TYPE_CHECKING:
    import httpx

Note = Callable[[Iterable[Breach]], None]

# unverified: consent-origin
ORIGIN = "eventgrid.azure.net"
"""`WebHook-Request-Origin` of the CloudEvents question; the exact name is not documented."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """`headers` are delivery properties: sent with every request, secret or not.

    `copied` are headers whose value is found at a key of each event. `policy` None means the network's own, `dead_letters`
    names the container for what is given up ("": it is dropped).
    """

    endpoint: str
    schema: wire.Schema = "event-grid"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    name: str = "voiceagent"
    wanted: Filter = field(default_factory=Filter)
    policy: RetryPolicy | None = None
    dead_letters: str = ""
    copied: Mapping[str, str] = field(default_factory=dict)
    entra: tuple[str, str] = ("", "")
    """Tenant and app for which each delivery carries a token; empty: none."""


class NoCodeYet(UserError):
    """The endpoint answered 200 but did not return the code: somebody has to open the validation address by hand."""


def read_subscription(body: object) -> Subscription:
    """The subscription of an admin request. UserError says what is wrong with it."""
    if not isinstance(body, Mapping):
        raise UserError('The subscription must be an object such as {"endpoint": "http://127.0.0.1:8080/events"}.')
    endpoint, schema, headers = body.get("endpoint"), body.get("schema", "event-grid"), body.get("headers") or {}
    if not isinstance(endpoint, str) or urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname:
        raise UserError(f"`endpoint` must be an http or https address; got {endpoint!r}.")
    if schema not in ("event-grid", "cloud-events"):
        raise UserError(f"`schema` must be event-grid or cloud-events; got {schema!r}.")
    if not isinstance(headers, Mapping) or not all(isinstance(value, str) for value in headers.values()):
        raise UserError("`headers` must be an object of names and text values.")
    return Subscription(endpoint, "cloud-events" if schema == "cloud-events" else "event-grid", dict(headers))


async def validate(
    subscription: Subscription,
    client: httpx.AsyncClient,
    *,
    code: str,
    event_id: str,
    topic: str,
    time: str,
    by_hand: str = "",
    findings: Findings | None = None,
) -> None:
    """Ask the endpoint whether it wants events. UserError when it does not consent.

    NoCodeYet, a UserError, when somebody may still consent by opening the address `by_hand`.
    """
    import httpx

    where, noted = f"subscription of {subscription.endpoint}", Findings() if findings is None else findings

    def note(breaches: Iterable[Breach]) -> None:
        noted.report(breaches, where)

    note(lint.endpoint(subscription.endpoint))
    try:
        if subscription.schema == "cloud-events":
            await _ask_by_options(subscription, client, note)
        else:
            event = wire.SubscriptionValidation(
                event_id=event_id, topic=topic, time=time, validation_code=code, validation_url=by_hand or _manual(code)
            )
            await _ask_by_event(subscription, client, event, note)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UserError(f"{subscription.endpoint} cannot be reached: {type(error).__name__}.") from error


async def _ask_by_event(
    subscription: Subscription, client: httpx.AsyncClient, event: wire.SubscriptionValidation, note: Note
) -> None:
    # unverified: validation-headers
    body, headers = wire.encode_delivery(event, "event-grid", subscription_name=subscription.name)
    clock = asyncio.get_running_loop().time
    began = clock()
    answer = await client.post(subscription.endpoint, content=body, headers={**headers, **subscription.headers})
    given, is_json = _read(answer.text)
    consent = given == wire.validation_response(event)
    note(lint.validation(answer.status_code, (clock() - began) * 1000, has_code=consent, is_json=is_json))
    if answer.status_code != 200:
        raise UserError(f"{subscription.endpoint} answered the validation event with {answer.status_code}; it must be 200.")
    if not consent:
        raise NoCodeYet(f"{subscription.endpoint} did not return the validation code as `validationResponse`.")


# unverified: single-quotes
def _read(text: str) -> tuple[Any, bool]:
    """What was answered, and whether it is JSON: one of Microsoft's samples answers in single quotes."""
    try:
        return json.loads(text), True
    except ValueError:
        try:
            return ast.literal_eval(text), False
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None, False


async def _ask_by_options(subscription: Subscription, client: httpx.AsyncClient, note: Note) -> None:
    headers = {**wire.options_question(ORIGIN, rate=120), **subscription.headers}
    answer = await client.options(subscription.endpoint, headers=headers)
    given = wire.options_accepted(answer.headers, ORIGIN)
    note(lint.consent(answer.status_code, given=given))
    if not given:
        raise UserError(
            f"{subscription.endpoint} answered OPTIONS with {answer.status_code} and no consent: "
            f"`WebHook-Allowed-Origin` must be {ORIGIN} or *."
        )


def _manual(code: str) -> str:
    return f"https://rp-emulated.eventgrid.azure.net:553/eventsubscriptions/voiceagent/validate?id={code}"
