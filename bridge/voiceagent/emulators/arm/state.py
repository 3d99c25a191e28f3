"""The resources of the emulated subscription: system topics, event subscriptions, and the operations that make them. Pure.

A subscription delivers from the moment its endpoint has consented; while a change is being validated the old one goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.arm import errors
from voiceagent.emulators.arm.options import ArmOptions
from voiceagent.emulators.arm.paths import Place, same
from voiceagent.emulators.event_grid.subscription import Subscription

OPERATIONS_KEPT = 500


@dataclass(slots=True)
class Topic:
    """A system topic: the events of one source."""

    topic_id: str
    name: str
    source: str
    body: Mapping[str, Any]


@dataclass(slots=True)
class Registered:
    """An event subscription. `state` is Azure's provisioningState; `code` the validation code that is due."""

    resource_id: str
    scope: str
    name: str
    properties: Mapping[str, Any] = field(repr=False)
    target: Subscription
    state: str = "Creating"
    code: str = field(default="", repr=False)


@dataclass(slots=True)
class Operation:
    """Something that takes a while. `due` None: until it is told to have finished."""

    operation_id: str
    due: float | None
    error: Mapping[str, str] | None = None
    expires: float | None = None

    def status(self, now: float) -> str:
        """`InProgress`, `Succeeded` or `Failed`; `now` in seconds."""
        if self.due is None or now < self.due:
            return "InProgress"
        return "Succeeded" if self.error is None else "Failed"


class Resources:
    """Everything under the one Azure subscription; `acs_id` is the ARM id of its ACS resource."""

    def __init__(self, acs_id: str, ids: Ids, options: ArmOptions) -> None:
        self.acs_id = acs_id
        self.topics: dict[str, Topic] = {}
        self.subscriptions: dict[str, Registered] = {}
        self.operations: dict[str, Operation] = {}
        self._ids = ids
        self._options = options

    # --- operations

    def begin(self, now: float, *, open_end: bool = False) -> Operation:
        """A new operation, due after the options' time; with `open_end` somebody else ends it. The oldest are forgotten."""
        due = None if open_end else now + self._options.operation_seconds
        operation = Operation(self._ids.guid().upper(), due)
        self.operations[operation.operation_id] = operation
        while len(self.operations) > OPERATIONS_KEPT:
            del self.operations[next(iter(self.operations))]
        return operation

    def operation(self, operation_id: str, now: float) -> Operation:
        """A Refusal with 404 when there is none. One that waited too long for a hand has failed."""
        if (found := self.operations.get(operation_id.upper())) is None:
            raise errors.not_found(operation_id)
        if found.due is None and found.expires is not None and now >= found.expires:
            found.due, found.error = now, errors.not_validated("the webhook", "Nobody validated it by hand in time.")
        return found

    # --- system topics

    def put_topic(self, place: Place, body: Mapping[str, Any]) -> tuple[Topic, bool]:
        """Make or change a topic; returns it and whether it is new."""
        properties = body.get("properties") or {}
        source = str(properties.get("source") or "")
        if not same(source, self.acs_id):
            raise errors.not_found(source)
        key = place.resource_id.lower()
        if any(known != key and same(topic.source, source) for known, topic in self.topics.items()):
            # unverified: second-topic
            raise errors.conflict(f"There is a system topic for {source} already; a source has one.")
        is_new = key not in self.topics
        topic = self.topics[key] = Topic(place.resource_id, place.topic, source, dict(body))
        return topic, is_new

    def patch_topic(self, place: Place, body: Mapping[str, Any]) -> Topic:
        """Tags and identity change, nothing else does. A Refusal with 404 when there is none."""
        topic = self.topic(place)
        topic.body = {**topic.body, **{name: body[name] for name in ("tags", "identity") if name in body}}
        return topic

    def topic(self, place: Place) -> Topic:
        """A Refusal with 404 when there is none."""
        if (found := self.topics.get(f"/{_topic_id(place)}")) is None:
            raise errors.not_found(f"Microsoft.EventGrid/systemTopics/{place.topic}")
        return found

    def drop_topic(self, place: Place) -> list[Registered]:
        """Its subscriptions go with it; they are returned."""
        if self.topics.pop(place.resource_id.lower(), None) is None:
            return []
        gone = [one for one in self.subscriptions.values() if same(one.scope, place.resource_id)]
        for one in gone:
            del self.subscriptions[one.resource_id.lower()]
        return gone

    # --- event subscriptions

    def must_be_a_source(self, place: Place) -> None:
        """A Refusal when no events ever come from there."""
        if place.topic:
            self.topic(place)
        elif not same(place.scope, self.acs_id):
            raise errors.not_found(place.scope)

    def subscription(self, place: Place) -> Registered:
        """A Refusal with 404 when there is none."""
        if (found := self.subscriptions.get(place.resource_id.lower())) is None:
            raise errors.not_found(f"Microsoft.EventGrid/eventSubscriptions/{place.name}")
        return found

    def register(self, wanted: Registered) -> Registered | None:
        """Show what is being made; returns what it replaces."""
        before = self.subscriptions.get(wanted.resource_id.lower())
        wanted.state = "Creating" if before is None else "Updating"
        wanted.code = self._ids.guid()
        self.subscriptions[wanted.resource_id.lower()] = wanted
        return before

    def settle(
        self, wanted: Registered, before: Registered | None, operation: Operation, error: Mapping[str, str] | None, now: float
    ) -> None:
        """The handshake is over: with an error everything is as it was before."""
        operation.due, operation.error = now, error
        key = wanted.resource_id.lower()
        if error is None:
            wanted.state = "Succeeded"
        elif self.subscriptions.get(key) is wanted:
            if before is None:
                del self.subscriptions[key]
            else:
                self.subscriptions[key] = before

    # unverified: waits-for-a-hand
    def await_hand(self, wanted: Registered, operation: Operation, now: float) -> None:
        """The endpoint answered without the code; the operation goes on until somebody opens the validation address."""
        wanted.state = "AwaitingManualAction"
        operation.expires = now + self._options.by_hand_seconds

    def under(self, place: Place) -> list[Registered]:
        """The subscriptions of a list: of a topic, of a resource, or of a whole group or Azure subscription."""
        if place.location not in ("", "global"):
            return []
        if place.type.lower() not in ("", "microsoft.communication.communicationservices"):
            return []
        scope = place.scope.strip("/").lower()
        wide = "/providers/" not in f"/{scope}"
        return [
            one
            for one in self.subscriptions.values()
            if same(one.scope, scope) or (wide and one.scope.strip("/").lower().startswith(f"{scope}/"))
        ]


def _topic_id(place: Place) -> str:
    return (place.scope or place.resource_id).strip("/").lower()
