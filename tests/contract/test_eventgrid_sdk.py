"""Azure's own Event Grid management clients, unmodified, and the calls that reach what they have subscribed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import contracts
import fake_app
import httpx
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.eventgrid import EventGridManagementClient
from azure.mgmt.eventgrid.aio import EventGridManagementClient as AsyncClient
from azure.mgmt.eventgrid.models import (
    EventSubscription,
    EventSubscriptionFilter,
    EventSubscriptionUpdateParameters,
    RetryPolicy,
    StaticDeliveryAttributeMapping,
    StorageBlobDeadLetterDestination,
    StringInAdvancedFilter,
    SystemTopic,
    SystemTopicUpdateParameters,
    WebHookEventSubscriptionDestination,
)

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.arm.options import ArmOptions
from voiceagent.emulators.arm.serve import ArmEmulator

GROUPS = ("system_topics", "system_topic_event_subscriptions", "event_subscriptions")
INCOMING = "Microsoft.Communication.IncomingCall"
OURS, THEIRS = "+14255550199", "+14255550111"


class Bearer(SansIOHTTPPolicy[Any, Any]):
    """Sends the token over plain http, which Azure's own policy refuses."""

    def on_request(self, request: Any) -> None:
        request.http_request.headers["Authorization"] = "Bearer emulated"


class Credential:
    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken("emulated", 4_000_000_000)

    async def close(self) -> None:
        pass


class World:
    """An ACS resource, its Resource Manager, an app to subscribe, and both clients."""

    def __init__(self, acs: AcsEmulator, arm: ArmEmulator, app: Any, http: httpx.AsyncClient) -> None:
        self.acs, self.arm, self.app, self.http = acs, arm, app, http
        more: dict[str, Any] = {"base_url": arm.url, "authentication_policy": Bearer(), "polling_interval": 0, "retry_total": 0}
        self.client = EventGridManagementClient(Credential(), arm.azure_subscription, **more)
        self.aio = AsyncClient(Credential(), arm.azure_subscription, **more)  # type: ignore[arg-type]  # never asked for a token
        self.called: set[str] = set()

    @property
    def source(self) -> str:
        return self.acs.network.topic

    async def sync(self, name: str, *arguments: Any, **more: Any) -> Any:
        """Call `group.method` of the synchronous client, to the end of the operation or of the list."""
        self.called.add(name)
        group, _, method = name.partition(".")

        def call() -> Any:
            found = getattr(getattr(self.client, group), method)(*arguments, **more)
            return found.result() if hasattr(found, "result") else list(found) if hasattr(found, "by_page") else found

        return await asyncio.to_thread(call)

    async def async_(self, name: str, *arguments: Any, **more: Any) -> Any:
        """The same with the asynchronous client."""
        self.called.add(name)
        group, _, method = name.partition(".")
        found = getattr(getattr(self.aio, group), method)(*arguments, **more)
        if hasattr(found, "by_page"):
            return [one async for one in found]
        found = await found
        return await found.result() if hasattr(found, "result") else found

    def wanted(self, *numbers: str, path: str = "/events?code=secret", **more: Any) -> EventSubscription:
        """A subscription to the calls of these numbers."""
        filters = [StringInAdvancedFilter(key="data.to.PhoneNumber.Value", values=list(numbers))] if numbers else None
        return EventSubscription(
            destination=WebHookEventSubscriptionDestination(
                endpoint_url=self.app.url + path,
                delivery_attribute_mappings=[
                    StaticDeliveryAttributeMapping(name="x-voiceagent-secret", value="s3cret", is_secret=True)
                ],
            ),
            filter=EventSubscriptionFilter(included_event_types=[INCOMING], advanced_filters=filters),
            **{"retry_policy": RetryPolicy(max_delivery_attempts=2, event_time_to_live_in_minutes=1), **more},
        )

    async def ring(self, number: str) -> str:
        answer = await self.http.post("/emulator/calls", json={"to": number, "hang_up_after": False})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["call_id"])


@asynccontextmanager
async def a_world(**options: Any) -> AsyncIterator[World]:
    network = NetworkOptions(event_grid_scale=0.0001, seed=7, **options)
    async with (
        fake_app.FakeApp().running() as app,
        contracts.checked() as tap,
        AcsEmulator(options=network, voice=fake_app.FakeVoice, tap=tap) as acs,
        ArmEmulator(acs.network, options=ArmOptions(operation_seconds=0, retry_after_seconds=0)) as arm,
        httpx.AsyncClient(base_url=acs.url) as http,
    ):
        world = World(acs, arm, app, http)
        try:
            yield world
        finally:
            await world.aio.close()
            world.client.close()


def operations(client: EventGridManagementClient) -> set[str]:
    return {
        f"{group}.{name}"
        for group in GROUPS
        for name in dir(getattr(client, group))
        if not name.startswith("_") and name != "models"
    }


async def through_a_topic(world: World, call: Any) -> None:
    group, topic = world.arm.resource_group, "calls"
    wanted = SystemTopic(location="global", source=world.source, topic_type="Microsoft.Communication.CommunicationServices")
    made = await call("system_topics.begin_create_or_update", group, topic, wanted)
    assert (made.provisioning_state, made.source) == ("Succeeded", world.source)
    await call("system_topics.begin_update", group, topic, SystemTopicUpdateParameters(tags={"a": "b"}))
    assert (await call("system_topics.get", group, topic)).tags == {"a": "b"}
    assert [one.name for one in await call("system_topics.list_by_resource_group", group)] == [topic]
    assert [one.name for one in await call("system_topics.list_by_subscription")] == [topic]
    own = "system_topic_event_subscriptions."
    subscription = await call(f"{own}begin_create_or_update", group, topic, "incoming", world.wanted(OURS))
    assert subscription.provisioning_state == "Succeeded"
    assert subscription.destination.endpoint_base_url == world.app.url + "/events"
    (secret,) = subscription.destination.delivery_attribute_mappings
    assert (secret.name, secret.value) == ("x-voiceagent-secret", "Hidden")
    full = await call(f"{own}get_full_url", group, topic, "incoming")
    assert full.endpoint_url == world.app.url + "/events?code=secret"
    assert len((await call(f"{own}get_delivery_attributes", group, topic, "incoming")).value) == 1
    update = EventSubscriptionUpdateParameters(labels=["new"])
    assert (await call(f"{own}begin_update", group, topic, "incoming", update)).labels == ["new"]
    assert (await call(f"{own}get", group, topic, "incoming")).filter.included_event_types == [INCOMING]
    assert [one.name for one in await call(f"{own}list_by_system_topic", group, topic)] == ["incoming"]
    await call(f"{own}begin_delete", group, topic, "incoming")
    await call("system_topics.begin_delete", group, topic)
    with pytest.raises(ResourceNotFoundError):
        await call("system_topics.get", group, topic)


async def at_the_resource(world: World, call: Any) -> None:
    own, group, scope = "event_subscriptions.", world.arm.resource_group, world.source
    made = await call(
        f"{own}begin_create_or_update", scope, "incoming", world.wanted(event_delivery_schema="CloudEventSchemaV1_0")
    )
    assert (made.provisioning_state, made.topic) == ("Succeeded", scope)
    assert (await call(f"{own}get", scope, "incoming")).retry_policy.max_delivery_attempts == 2
    assert (await call(f"{own}get_full_url", scope, "incoming")).endpoint_url.endswith("?code=secret")
    assert (await call(f"{own}get_delivery_attributes", scope, "incoming")).value
    updated = await call(f"{own}begin_update", scope, "incoming", EventSubscriptionUpdateParameters(labels=["x"]))
    assert updated.labels == ["x"]
    kind = "Microsoft.Communication.CommunicationServices"
    lists: dict[str, tuple[Any, ...]] = {
        "list_by_resource": (group, "Microsoft.Communication", "communicationServices", scope.rsplit("/", 1)[-1]),
        "list_global_by_subscription": (),
        "list_global_by_resource_group": (group,),
        "list_global_by_subscription_for_topic_type": (kind,),
        "list_global_by_resource_group_for_topic_type": (group, kind),
        "list_regional_by_subscription": ("global",),
        "list_regional_by_resource_group": (group, "global"),
        "list_regional_by_subscription_for_topic_type": ("global", kind),
        "list_regional_by_resource_group_for_topic_type": (group, "global", kind),
    }
    for name, arguments in lists.items():
        assert [one.name for one in await call(own + name, *arguments)] == ["incoming"], name
    assert await call(f"{own}list_regional_by_subscription", "westeurope") == []
    assert await call(f"{own}list_by_domain_topic", group, "domain", "topic") == []
    await call(f"{own}begin_delete", scope, "incoming")
    await call(f"{own}begin_delete", scope, "incoming")
    with pytest.raises(ResourceNotFoundError):
        await call(f"{own}get", scope, "incoming")


async def test_every_operation_on_topics_and_subscriptions_is_understood_by_both_clients(covered: Any) -> None:
    async with a_world() as world:
        seen = []
        for call in (world.sync, world.async_):
            world.called = set()
            await through_a_topic(world, call)
            await at_the_resource(world, call)
            seen.append(world.called)
        every = operations(world.client)
    covered("azure-mgmt-eventgrid topics and subscriptions, sync", seen[0], every)
    covered("azure-mgmt-eventgrid topics and subscriptions, aio", seen[1], every)


async def test_a_call_reaches_the_subscriptions_whose_filters_let_it_through() -> None:
    async with a_world() as world:
        call, scope = world.async_, world.source
        await call("event_subscriptions.begin_create_or_update", scope, "ours", world.wanted(OURS))
        await call(
            "event_subscriptions.begin_create_or_update", scope, "theirs", world.wanted(THEIRS, path="/events?who=theirs")
        )
        await world.ring(OURS)
        event = await asyncio.wait_for(world.app.events.get(), 5)
        assert (event["eventType"], event["data"]["to"]["phoneNumber"]["value"]) == (INCOMING, OURS)
        assert world.app.events.empty()
        await call("event_subscriptions.begin_delete", scope, "ours")
        await call("event_subscriptions.begin_delete", scope, "theirs")
        refused = await world.http.post("/emulator/calls", json={"to": OURS})
        assert (refused.status_code, refused.json()["error"]["message"]) == (400, "Nobody is subscribed to incoming calls.")


async def test_a_webhook_that_does_not_consent_fails_the_operation_with_azures_code() -> None:
    async with a_world() as world:
        wanted = world.wanted()
        wanted.destination.endpoint_url = "http://127.0.0.1:1/events"
        with pytest.raises(HttpResponseError) as failed:
            await world.async_("event_subscriptions.begin_create_or_update", world.source, "incoming", wanted)
        assert failed.value.error is not None
        assert failed.value.error.code == "Url validation"
        assert "Webhook validation handshake failed" in failed.value.error.message
        with pytest.raises(ResourceNotFoundError):
            await world.async_("event_subscriptions.get", world.source, "incoming")


async def test_what_is_given_up_lies_in_the_folder(tmp_path: Path) -> None:
    async with a_world(dead_letters=tmp_path) as world:
        box = StorageBlobDeadLetterDestination(resource_id="/storage", blob_container_name="undelivered")
        wanted = world.wanted(
            dead_letter_destination=box, retry_policy=RetryPolicy(max_delivery_attempts=2, event_time_to_live_in_minutes=1_440)
        )
        await world.async_("event_subscriptions.begin_create_or_update", world.source, "incoming", wanted)
        world.app.event_status = [500, 503]
        await world.ring(OURS)
        found: list[Path] = []
        async with asyncio.timeout(10):
            while not found:
                found = await asyncio.to_thread(lambda: list(tmp_path.rglob("*.json")))
    (event,) = json.loads(found[0].read_text())
    assert (event["eventType"], event["deliveryAttempts"]) == (INCOMING, 2)
    assert event["deadLetterReason"] == "MaxDeliveryAttemptsExceeded"


async def test_an_endpoint_that_returns_no_code_waits_for_somebody_by_hand() -> None:
    async with a_world() as world:
        wanted = world.wanted(path="/callback")
        poller = await world.aio.event_subscriptions.begin_create_or_update(world.source, "incoming", wanted, polling=False)
        await poller.result()
        async with asyncio.timeout(5):
            while (seen := await world.aio.event_subscriptions.get(world.source, "incoming")).provisioning_state == "Creating":
                pass
        assert seen.provisioning_state == "AwaitingManualAction"
        (operation,) = world.arm.desk.resources.operations
        (waiting,) = world.arm.desk.resources.subscriptions.values()
        url = f"{world.arm.url}/eventsubscriptions/{operation}/validate?id="
        assert (await world.http.get(url + "guess")).status_code == 400
        assert (await world.http.get(url + waiting.code)).status_code == 200
        seen = await world.aio.event_subscriptions.get(world.source, "incoming")
        assert seen.provisioning_state == "Succeeded"


async def test_without_a_token_there_is_no_answer() -> None:
    async with a_world() as world:
        nobody = AsyncClient(
            Credential(),  # type: ignore[arg-type]  # never asked for a token
            world.arm.azure_subscription,
            base_url=world.arm.url,
            authentication_policy=SansIOHTTPPolicy(),
            retry_total=0,
        )
        async with nobody:
            with pytest.raises(ClientAuthenticationError):
                await nobody.system_topics.get("emulated", "calls")


async def test_a_managed_identity_gets_its_token_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    from azure.identity import ManagedIdentityCredential

    async with a_world() as world:
        monkeypatch.setenv("IDENTITY_ENDPOINT", world.arm.identity_endpoint)
        monkeypatch.setenv("IDENTITY_HEADER", world.arm.identity_header)
        credential = ManagedIdentityCredential()
        token = await asyncio.to_thread(credential.get_token, "https://management.azure.com/.default")
        credential.close()
        headers = {"Authorization": f"Bearer {token.token}"}
        async with httpx.AsyncClient(base_url=world.arm.url, headers=headers) as http:
            found = (await http.get(f"{world.source}?api-version=2025-09-01")).json()
            keys = (await http.post(f"{world.source}/listKeys?api-version=2025-09-01")).json()
        assert found["properties"]["immutableResourceId"] == world.acs.resource_id
        assert keys["primaryConnectionString"] == world.acs.connection_string
