"""How calls are announced: the Event Grid subscription, from its existence to the headers it sends.

Nothing of this can be seen from the bridge: a subscription that delivers elsewhere is silence. Each check looks at one thing
that must be right before the next one matters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from voiceagent.doctor.finding import Cause, Found, fine, skipped
from voiceagent.doctor.resource import read_all
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.protocol.event_grid import IncomingCall

EVENTS_PATH = "/events"
SCHEMAS = ("eventgridschema", "cloudeventschemav1_0")
RINGS_SECONDS = 30
MOST_MINUTES = 5
MOST_ATTEMPTS = 5
POINT_IT = "voiceagent provision plan"

NONE = Cause(
    "no_subscription",
    "failed",
    "no Event Grid subscription of the resource {name} delivers IncomingCall: nobody is told when the phone rings",
    "make one: `voiceagent provision apply` does, after it has seen that the bridge can be reached",
    POINT_IT,
)
TYPE_MISSING = Cause(
    "event_type_missing",
    "failed",
    "the subscription {names} does not deliver Microsoft.Communication.IncomingCall, only {types}",
    "add the type to it",
    POINT_IT,
)
AWAITING = Cause(
    "subscription_awaits_hand",
    "failed",
    "the subscription {name} awaits manual action: the bridge answered its handshake without the code, or not at all",
    "see that the public address answers (checks above), then make the subscription again; the code holds ten minutes",
    POINT_IT,
)
STATE = Cause(
    "subscription_not_ready",
    "failed",
    "the subscription {name} is in the state {state}: it delivers nothing",
    "make it again while the bridge can be reached",
    POINT_IT,
)
NO_WEBHOOK = Cause(
    "subscription_no_webhook",
    "failed",
    "the subscription {name} delivers to {kind}, and the bridge takes events as a webhook alone",
    "make one of the type WebHook",
    POINT_IT,
)
ELSEWHERE = Cause(
    "subscription_elsewhere",
    "failed",
    "the subscription {name} delivers to {found}, and this bridge is at {wanted}",
    "point it here, or set VOICEAGENT_PUBLIC_URL to where the bridge really is",
    POINT_IT,
)
DEAD = Cause(
    "subscription_dead",
    "failed",
    "calls are announced to {found} ({name}), where no bridge answers: a `serve` with a tunnel that was killed leaves it so",
    "serve again: with a tunnel it has calls announced to itself; or `voiceagent provision events point URL` to one that runs",
    "voiceagent serve",
)
WRONG_PATH = Cause(
    "subscription_wrong_path",
    "failed",
    "the subscription {name} delivers to the path {path}, and the bridge takes events at /events",
    "point it to /events",
    POINT_IT,
)
TWO = Cause(
    "two_subscriptions",
    "failed",
    "{count} subscriptions deliver IncomingCall ({names}): every call is announced to each, and whoever answers first has it",
    "remove all but one, or filter each by its own number",
    POINT_IT,
)
FILTERED = Cause(
    "filter_other_number",
    "failed",
    "the subscription {name} passes calls to {values} only ({key}), and our number is {number}",
    "change the filter, or acs.phone_number ({place})",
    POINT_IT,
)
SCHEMA = Cause(
    "schema_unsuited",
    "failed",
    "the subscription {name} delivers in the schema {schema}, which the bridge cannot read",
    "use EventGridSchema or CloudEventSchemaV1_0",
    POINT_IT,
)
RETRY = Cause(
    "retry_unsuited",
    "warning",
    "the subscription {name} delivers up to {attempts} times for {minutes} minutes, and a phone rings 30 s",
    "2 attempts and 1 minute: later deliveries announce callers who have left",
    POINT_IT,
)


async def exists(around: Surroundings) -> Found:
    """The subscriptions of the resource for incoming calls."""
    resource = around.notes["acs"]
    azure = await around.azure()
    group = str(resource.id).split("/")[4]
    own = azure.event_grid.event_subscriptions.list_by_resource(
        group, "Microsoft.Communication", "communicationServices", resource.name
    )
    found = {str(one.id).lower(): one for one in await read_all(azure, own, "list the subscriptions of the resource")}
    topics = azure.event_grid.system_topics.list_by_resource_group(group)
    for topic in await read_all(azure, topics, "list the system topics"):
        if str(topic.source).lower() == str(resource.id).lower():
            pages = azure.event_grid.system_topic_event_subscriptions.list_by_system_topic(group, str(topic.name))
            found |= {str(one.id).lower(): one for one in await read_all(azure, pages, "list the subscriptions of the topic")}
    calls = [one for one in found.values() if _announces_calls(one)]
    if not calls and around.settings.acs.emulator_url:
        return skipped("the emulated phone is subscribed by `serve` itself")
    if not found:
        return NONE.found(name=resource.name)
    if not calls:
        names, types = (
            ", ".join(str(one.name) for one in found.values()),
            {kind for one in found.values() for kind in _types(one)},
        )
        return TYPE_MISSING.found(names=names, types=", ".join(sorted(short(kind) for kind in types)))
    around.notes["subscriptions"] = calls
    return fine(", ".join(str(one.name) for one in calls))


def state(around: Surroundings) -> Found:
    """Whether it delivers at all."""
    for one in around.notes["subscriptions"]:
        told = str(getattr(one.provisioning_state, "value", one.provisioning_state) or "")
        if told == "AwaitingManualAction":
            return AWAITING.found(name=one.name)
        if told not in ("Succeeded", ""):
            return STATE.found(name=one.name, state=told)
    return fine("Succeeded")


async def target(around: Surroundings) -> Found:
    """Whether it delivers here; while no bridge of ours is known, whether it delivers to any."""
    wanted = around.public_url
    calls = around.notes["subscriptions"]
    if len(calls) > 1 and len({_number_filter(one) for one in calls}) < len(calls):
        return TWO.found(count=len(calls), names=", ".join(one.name for one in calls))
    ours = next((one for one in calls if wanted and _endpoint(one).startswith(wanted)), calls[0])
    around.notes["subscription"] = ours
    url = _endpoint(ours)
    if not url:
        return NO_WEBHOOK.found(
            name=ours.name, kind=type(ours.destination).__name__.removesuffix("EventSubscriptionDestination")
        )
    parts = urlsplit(url)
    found = f"{parts.scheme}://{parts.netloc}"
    if wanted and found.lower() != wanted.lower() and not url.lower().startswith(f"{wanted.lower()}/"):
        return ELSEWHERE.found(name=ours.name, found=found, wanted=wanted)
    path = url[len(wanted) :] if wanted else parts.path
    if not path.rstrip("/").endswith(EVENTS_PATH):
        return WRONG_PATH.found(name=ours.name, path=path or "/")
    if not wanted and not await _answers(url.partition("?")[0].removesuffix(EVENTS_PATH)):
        return DEAD.found(name=ours.name, found=found)
    return fine(f"{ours.name} delivers to {found}{path}")


async def _answers(url: str) -> bool:
    from voiceagent.protocol.public_address import PublicAddress
    from voiceagent.tunnels.probe import round_trip

    return (await round_trip(PublicAddress(url.rstrip("/")))).ok


def number(around: Surroundings) -> Found:
    """Whether calls to our number pass the filter."""
    one, ours = around.notes["subscription"], str.__str__(around.settings.acs.phone_number)
    told = _number_filter(one)
    if not told:
        return fine("all numbers")
    if not ours:
        return skipped("acs.phone_number is empty, so nobody knows which number is ours")
    kind, key, values = told
    plain = [value.removeprefix("4:") for value in values]
    if kind in _PASSES and not any(_PASSES[kind](ours, value) for value in plain):
        return FILTERED.found(
            name=one.name,
            values=", ".join(around.discreet(value) for value in plain),
            key=key,
            number=around.discreet(ours),
            place=around.place("acs.phone_number"),
        )
    return fine(f"{around.discreet(ours)} passes")


def delivery(around: Surroundings) -> Found:
    """In which schema, and how often it delivers."""
    one = around.notes["subscription"]
    schema = str(getattr(one.event_delivery_schema, "value", one.event_delivery_schema) or "EventGridSchema")
    if schema.lower() not in SCHEMAS:
        return SCHEMA.found(name=one.name, schema=schema)
    policy = one.retry_policy
    attempts, minutes = (policy.max_delivery_attempts, policy.event_time_to_live_in_minutes) if policy else (None, None)
    attempts, minutes = attempts or 30, minutes or 1440
    if attempts > MOST_ATTEMPTS or minutes > MOST_MINUTES:
        return RETRY.found(name=one.name, attempts=attempts, minutes=minutes)
    return fine(f"{schema}, {attempts} attempts, {minutes} min")


_PASSES: Mapping[str, Callable[[str, str], bool]] = {
    "StringIn": lambda ours, value: ours == value,
    "StringBeginsWith": lambda ours, value: ours.startswith(value),
    "StringContains": lambda ours, value: value in ours,
    "StringEndsWith": lambda ours, value: ours.endswith(value),
}
"""What a filter lets through, for the operators that are used on numbers; others are taken to."""


def _announces_calls(one: Any) -> bool:
    types = _types(one)
    return not types or IncomingCall.TYPE.lower() in (kind.lower() for kind in types)


def _types(one: Any) -> list[str]:
    return list((one.filter.included_event_types if one.filter else None) or ())


def short(kind: str) -> str:
    """`IncomingCall` of `Microsoft.Communication.IncomingCall`."""
    return kind.rsplit(".", 1)[-1]


def _endpoint(one: Any) -> str:
    return str(getattr(one.destination, "endpoint_base_url", "") or getattr(one.destination, "endpoint_url", "") or "")


def _number_filter(one: Any) -> tuple[str, str, tuple[str, ...]] | None:
    """The condition on the number that is called: operator, key, values."""
    for condition in (one.filter.advanced_filters if one.filter else None) or ():
        key = str(condition.key or "")
        if key.lower() in ("data.to.phonenumber.value", "data.to.rawid"):
            return str(condition.operator_type), key, tuple(condition.values or ())
    return None
