"""What the Resource Manager does with a request: one function per resource and verb. Each runs to its end without waiting.

Only the handshake with a webhook takes time; it is left to a task, and the operation that the client polls tells how it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.arm import answers, errors, requests, thing_desk
from voiceagent.emulators.arm.containers import Containers
from voiceagent.emulators.arm.options import ArmOptions
from voiceagent.emulators.arm.paths import Place, same
from voiceagent.emulators.arm.state import Operation, Registered, Resources
from voiceagent.emulators.arm.thing_desk import Reply
from voiceagent.emulators.arm.things import Things, take_apart
from voiceagent.emulators.arm.types import merged, with_identity
from voiceagent.emulators.event_grid.subscription import NoCodeYet, validate
from voiceagent.errors import UserError

if TYPE_CHECKING:
    from voiceagent.emulators.acs.network import Network


class Desk:
    """Answers for one resource of ACS, the `network`'s. `base` is where this Resource Manager is reached."""

    def __init__(
        self, network: Network, start: Callable[[Coroutine[Any, Any, None]], object], base: str, options: ArmOptions
    ) -> None:
        seed = network.options.seed
        self.network = network
        self.base = base
        self.ids = Ids(None if seed is None else seed + 2)
        self.resources = Resources(network.topic, self.ids, options)
        self.things = Things(
            self.azure,
            self.ids,
            groups=() if options.empty else (self.group,),
            registered=set() if options.empty else None,
        )
        self.containers = Containers(self.things, self.ids, base)
        self.acs: Mapping[str, Any] | None = None if options.empty else {}
        """The body of the ACS resource; None while there is none."""
        network.deliveries.token_for = lambda tenant, app: network.signer.entra_token(f"{base}/{tenant}/v2.0", app)
        self._start = start
        self._options = options

    def answer(self, method: str, place: Place, body: Mapping[str, Any]) -> Reply:
        """What the client gets; a Refusal is raised."""
        do = _VERBS.get((place.kind, place.action.lower(), method))
        if do is None and place.kind not in thing_desk.KINDS:
            raise errors.not_allowed(method, place.path)
        if place.azure and not same(place.azure, self.azure):
            raise Refusal(404, "SubscriptionNotFound", f"The subscription '{place.azure}' could not be found.")
        at = take_apart(place.path, method) if place.kind == "thing" else None
        if at is not None and (reply := self.containers.answer(method, at, body)) is not None:
            return reply
        return thing_desk.answer(self.things, method, place, body) if do is None else do(self, place, body)

    @property
    def azure(self) -> str:
        """The id of the Azure subscription."""
        return self.network.topic.split("/")[2]

    @property
    def group(self) -> str:
        """The resource group that is there from the start."""
        return self.network.topic.split("/")[4]

    def now(self) -> float:
        """Seconds, on the network's clock."""
        return self.network.now() / 1000

    # --- operations

    def status(self, place: Place, _: Mapping[str, Any]) -> Reply:
        found = self.resources.operation(place.name, self.now())
        return Reply(200, answers.operation(found, place.path, self.now()), self._patience())

    def outcome(self, place: Place, _: Mapping[str, Any]) -> Reply:
        found = self.resources.operation(place.name, self.now())
        if found.status(self.now()) == "InProgress":
            return Reply(202, None, {"Location": self._operation_url(found, "operationResults"), **self._patience()})
        return Reply(204)

    def _under_way(self, operation: Operation) -> dict[str, str]:
        return {"Azure-AsyncOperation": self._operation_url(operation, "operationsStatus"), **self._patience()}

    def _operation_url(self, operation: Operation, what: str) -> str:
        where = f"/subscriptions/{self.azure}/providers/Microsoft.EventGrid/locations/global/{what}"
        return f"{self.base}{where}/{operation.operation_id}?api-version=2025-02-15"

    def _patience(self) -> dict[str, str]:
        seconds = self._options.retry_after_seconds
        return {"Retry-After": str(seconds)} if seconds else {}

    def _gone(self) -> Reply:
        operation = self.resources.begin(self.now())
        return Reply(202, None, {"Location": self._operation_url(operation, "operationResults"), **self._patience()})

    # --- system topics

    def topic(self, place: Place, _: Mapping[str, Any]) -> Reply:
        return Reply(200, answers.topic(self.resources.topic(place)))

    def topics(self, place: Place, _: Mapping[str, Any]) -> Reply:
        mine = place.group.lower() in ("", self.group.lower())
        return Reply(200, answers.listed(answers.topic(one) for one in self.resources.topics.values() if mine))

    def put_topic(self, place: Place, body: Mapping[str, Any]) -> Reply:
        self.things.must_be_registered("Microsoft.EventGrid")
        self.things.group(place.group)
        topic, is_new = self.resources.put_topic(place, body)
        operation = self.resources.begin(self.now())
        return Reply(201 if is_new else 200, answers.topic(topic), self._under_way(operation))

    def patch_topic(self, place: Place, body: Mapping[str, Any]) -> Reply:
        topic = self.resources.patch_topic(place, body)
        return Reply(201, answers.topic(topic), self._under_way(self.resources.begin(self.now())))

    def drop_topic(self, place: Place, _: Mapping[str, Any]) -> Reply:
        if place.resource_id.lower() not in self.resources.topics:
            return Reply(204)
        for one in self.resources.drop_topic(place):
            self.network.deliveries.subscriptions.pop(one.resource_id.lower(), None)
        return self._gone()

    # --- event subscriptions

    def subscription(self, place: Place, _: Mapping[str, Any]) -> Reply:
        return Reply(200, answers.subscription(self.resources.subscription(place), self.resources))

    def subscriptions(self, place: Place, _: Mapping[str, Any]) -> Reply:
        return Reply(200, answers.listed(answers.subscription(one, self.resources) for one in self.resources.under(place)))

    def put_subscription(self, place: Place, body: Mapping[str, Any]) -> Reply:
        self.resources.must_be_a_source(place)
        return self._register(place, requests.read_properties(body))

    def patch_subscription(self, place: Place, body: Mapping[str, Any]) -> Reply:
        before = self.resources.subscription(place)
        return self._register(place, {**before.properties, **body})

    def drop_subscription(self, place: Place, _: Mapping[str, Any]) -> Reply:
        if self.resources.subscriptions.pop(place.resource_id.lower(), None) is None:
            return Reply(204)
        self.network.deliveries.subscriptions.pop(place.resource_id.lower(), None)
        return self._gone()

    def full_url(self, place: Place, _: Mapping[str, Any]) -> Reply:
        return Reply(200, {"endpointUrl": self.resources.subscription(place).target.endpoint})

    def attributes(self, place: Place, _: Mapping[str, Any]) -> Reply:
        found = self.resources.subscription(place)
        return Reply(200, answers.listed(answers.attributes(found.properties["destination"])))

    def _register(self, place: Place, properties: Mapping[str, Any]) -> Reply:
        target = requests.read_subscription(place.name, properties, https_only=self.network.options.https_only)
        wanted = Registered(place.resource_id, place.scope, place.name, properties, target)
        before = self.resources.register(wanted)
        operation = self.resources.begin(self.now(), open_end=True)
        self._start(self._validate(wanted, before, operation))
        return Reply(201, answers.subscription(wanted, self.resources), self._under_way(operation))

    async def _validate(self, wanted: Registered, before: Registered | None, operation: Operation) -> None:
        network, error = self.network, None
        if self.containers.consents(wanted.target.endpoint):
            self._settle(wanted, before, operation, None)
            return
        by_hand = f"{self.base}/eventsubscriptions/{operation.operation_id}/validate?id={wanted.code}"
        try:
            await validate(
                wanted.target,
                network.client,
                code=wanted.code,
                event_id=self.ids.guid(),
                topic=network.topic,
                time=network.times.message(),
                by_hand=by_hand,
                findings=network.findings,
            )
        except NoCodeYet:
            self.resources.await_hand(wanted, operation, self.now())
            return
        except UserError as refused:
            error = errors.not_validated(wanted.target.endpoint.partition("?")[0], str(refused))
        self._settle(wanted, before, operation, error)

    def validated_by_hand(self, operation_id: str, code: str) -> None:
        """Somebody opened the validation address."""
        operation = self.resources.operation(operation_id, self.now())
        for wanted in self.resources.subscriptions.values():
            if wanted.state == "AwaitingManualAction" and wanted.code == code and operation.error is None:
                self._settle(wanted, None, operation, None)
                return
        raise errors.invalid("There is no subscription that waits for this validation code.")

    def _settle(
        self, wanted: Registered, before: Registered | None, operation: Operation, error: Mapping[str, str] | None
    ) -> None:
        self.resources.settle(wanted, before, operation, error, self.now())
        key = wanted.resource_id.lower()
        if error is None and self.resources.subscriptions.get(key) is wanted:
            self.network.deliveries.subscriptions[key] = wanted.target

    # --- the resource of ACS

    def communication(self, place: Place, _: Mapping[str, Any]) -> Reply:
        self._must_be_ours(place)
        return Reply(200, self._shown())

    def communications(self, place: Place, _: Mapping[str, Any]) -> Reply:
        mine = self.acs is not None and place.group.lower() in ("", self.group.lower())
        return Reply(200, answers.listed([self._shown()] if mine else []))

    def put_communication(self, place: Place, body: Mapping[str, Any]) -> Reply:
        """Make the resource, or change it. There is one network, so there is one resource."""
        self.things.must_be_registered("Microsoft.Communication")
        self.things.group(place.group)
        is_new = self.acs is None
        if is_new:
            self.network.topic = self.resources.acs_id = place.resource_id
        else:
            self._must_be_ours(place)
        before = self.acs or {}
        kept = {name: before[name] for name in ("identity",) if name in before and name not in body}
        self.acs = with_identity({**kept, **body}, self.ids)
        return Reply(201 if is_new else 200, self._shown())

    def patch_communication(self, place: Place, body: Mapping[str, Any]) -> Reply:
        self._must_be_ours(place)
        self.acs = with_identity(merged(self.acs or {}, body), self.ids)
        return Reply(200, self._shown())

    def drop_communication(self, place: Place, _: Mapping[str, Any]) -> Reply:
        if self.acs is None or not same(place.resource_id, self.network.topic):
            return Reply(204)
        self.acs = None
        return Reply(200)

    def keys(self, place: Place, _: Mapping[str, Any]) -> Reply:
        self._must_be_ours(place)
        network = self.network
        return Reply(200, answers.keys(network.key, f"endpoint={network.base};accesskey={network.key}"))

    def _shown(self) -> dict[str, Any]:
        network = self.network
        return answers.communication(
            {} if self.acs is None else self.acs,
            resource_id=network.topic,
            immutable_id=network.resource_id,
            host=network.base.partition("://")[2],
        )

    def _must_be_ours(self, place: Place) -> None:
        if self.acs is None or not same(place.resource_id, self.network.topic):
            raise errors.not_found(f"Microsoft.Communication/communicationServices/{place.name}")


_VERBS: Mapping[tuple[str, str, str], Callable[[Desk, Place, Mapping[str, Any]], Reply]] = {
    ("operation", "operationsstatus", "GET"): Desk.status,
    ("operation", "operationresults", "GET"): Desk.outcome,
    ("topic", "", "GET"): Desk.topic,
    ("topic", "", "PUT"): Desk.put_topic,
    ("topic", "", "PATCH"): Desk.patch_topic,
    ("topic", "", "DELETE"): Desk.drop_topic,
    ("topics", "", "GET"): Desk.topics,
    ("subscription", "", "GET"): Desk.subscription,
    ("subscription", "", "PUT"): Desk.put_subscription,
    ("subscription", "", "PATCH"): Desk.patch_subscription,
    ("subscription", "", "DELETE"): Desk.drop_subscription,
    ("subscription", "getfullurl", "POST"): Desk.full_url,
    ("subscription", "getdeliveryattributes", "POST"): Desk.attributes,
    ("subscriptions", "", "GET"): Desk.subscriptions,
    ("communication", "", "GET"): Desk.communication,
    ("communication", "", "PUT"): Desk.put_communication,
    ("communication", "", "PATCH"): Desk.patch_communication,
    ("communication", "", "DELETE"): Desk.drop_communication,
    ("communication", "listkeys", "POST"): Desk.keys,
    ("communications", "", "GET"): Desk.communications,
}
