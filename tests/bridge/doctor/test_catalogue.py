"""The doctor names the planted fault first, for each of them; and nothing where all is well."""

from __future__ import annotations

import json
import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest

from voiceagent.doctor.catalogue import CHECKS
from voiceagent.doctor.check import first_failure
from voiceagent.doctor.surroundings import present
from voiceagent.local.running import Running, note_path
from voiceagent.observe.journal import journal

OTHER_KEY = "Zm9vYmFyYmF6cXV4Y2FuYXJ5"
OTHER_GUID = "00000000-1111-2222-3333-444444444444"
ANOTHER = f"/subscriptions/{OTHER_GUID}/resourceGroups/another"
TEN_MINUTES = 600.0

Plant = Callable[[Any], object]


def dead() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"127.0.0.1:{taken.getsockname()[1]}"


def env(**values: str) -> Plant:
    return lambda setup: setup.env.update(values)


def without(*names: str) -> Plant:
    return lambda setup: [setup.env.pop(name) for name in names]


def fault(name: str, **parameters: object) -> Plant:
    return lambda setup: setup.house.emulators.faults.arm(name, {"times": 0, **parameters})


def edited(change: Callable[[dict[str, Any]], object]) -> Plant:
    return lambda setup: setup.edit(change)


def state(told: str) -> Plant:
    def plant(setup: Any) -> None:
        for one in setup.house.subscriptions.values():
            one.state = told

    return plant


def written(name: str, text: str) -> Plant:
    return lambda setup: (setup.directory / name).write_text(text)


def credential(told: str) -> Plant:
    class Refusing:
        async def get_token(self, *_: str, **__: Any) -> Any:
            raise RuntimeError(told)

        async def close(self) -> None:
            pass

    return lambda setup: setup.options.update(credential=Refusing)


def key_of_another(setup: Any) -> None:
    endpoint = setup.env["ACS_CONNECTION_STRING"].split(";")[0]
    setup.env["ACS_CONNECTION_STRING"] = f"{endpoint};accesskey={OTHER_KEY}"


def acs_nowhere(setup: Any) -> None:
    setup.env["ACS_CONNECTION_STRING"] = f"endpoint=http://{dead()};accesskey={OTHER_KEY}"


def engine_nowhere(setup: Any) -> None:
    setup.env["AZURE_VOICELIVE_ENDPOINT"] = f"http://{dead()}"


def port_taken(setup: Any) -> None:
    setup.env["PORT"] = str(setup.house.port)


def tunnel_ended(setup: Any) -> None:
    setup.env["VOICEAGENT_PUBLIC_URL"] = f"http://{dead()}"


def a_tunnel_runs(setup: Any) -> None:
    """`serve --tunnel` runs, and the settings hold the address of another day."""
    tunnel_ended(setup)
    running = Running(os.getpid(), 1, "", "", "t", public_url=setup.house.public_url)
    note_path(setup.directory).parent.mkdir()
    note_path(setup.directory).write_text(json.dumps(asdict(running)))


def killed_with_a_tunnel(setup: Any) -> None:
    """Nothing runs, `serve` would open a tunnel, and calls are still announced to that of the last one."""
    del setup.env["VOICEAGENT_PUBLIC_URL"]
    setup.env["NGROK_AUTHTOKEN"] = "canary"
    setup.edit(elsewhere)


def no_subscription(setup: Any) -> None:
    setup.house.subscriptions.clear()


def two_subscriptions(setup: Any) -> None:
    import copy

    kept = setup.house.subscriptions
    key, one = next(iter(kept.items()))
    other = copy.copy(one)
    other.resource_id, other.name = f"{one.resource_id}2", f"{one.name}2"
    kept[f"{key}2"] = other


def elsewhere(properties: dict[str, Any]) -> None:
    properties["destination"]["properties"]["endpointUrl"] = f"http://{dead()}/events"


def wrong_path(properties: dict[str, Any]) -> None:
    webhook = properties["destination"]["properties"]
    webhook["endpointUrl"] = webhook["endpointUrl"].replace("/events", "/api/calls")


def secret_in_the_address(setup: Any) -> None:
    for one in setup.house.subscriptions.values():
        one.target = replace(one.target, endpoint=f"{one.target.endpoint}?code=something-else")


def other_number(properties: dict[str, Any]) -> None:
    properties["filter"]["advancedFilters"][0]["values"] = ["+14255550111"]


def header(change: Callable[[dict[str, Any]], object]) -> Plant:
    return edited(lambda properties: change(properties["destination"]["properties"]["deliveryAttributeMappings"][0]))


def another_secret_arrived(setup: Any) -> None:
    with journal(setup.directory):
        logging.getLogger("voiceagent.server.webhooks").warning(
            "turned away",
            extra={
                "kind": "turned_away",
                "where": "/events",
                "why": "the delivery does not carry our secret",
                "subscription": "CALLS",
            },
        )


def resource_elsewhere(setup: Any) -> None:
    """A resource under the name that the engine's address begins with, where the model is not offered."""
    desk = setup.house.emulators.arm.desk
    group = f"/subscriptions/{desk.azure}/resourceGroups/{desk.group}"
    resource_id = f"{group}/providers/Microsoft.CognitiveServices/accounts/127"
    desk.things.made[resource_id.lower()] = {
        "id": resource_id,
        "name": "127",
        "type": "Microsoft.CognitiveServices/accounts",
        "location": "westeurope",
        "kind": "AIServices",
        "properties": {"customSubDomainName": "127"},
    }


PLANTED: dict[str, tuple[Plant, str]] = {
    "settings with a typing error": (written("voiceagent.toml", "[bridge]\nprot = 1\n"), "settings_wrong"),
    "a broken tool module": (written("tools.py", "def f(:\n"), "project_broken"),
    "captures cannot be written": (written("captures", "a file"), "captures_not_writable"),
    "the port is taken": (port_taken, "port_taken"),
    "the clock is ten minutes behind": (
        lambda setup: setup.options.update(wall=lambda: time.time() - TEN_MINUTES),
        "clock_off",
    ),
    "the clock is ten minutes ahead": (
        lambda setup: setup.options.update(wall=lambda: time.time() + TEN_MINUTES),
        "clock_off",
    ),
    "half a connection string": (env(ACS_CONNECTION_STRING="endpoint=https://x"), "acs_connection_string"),
    "the ACS endpoint is nobody's": (acs_nowhere, "acs_unreachable"),
    "the key of another resource": (key_of_another, "acs_key_refused"),
    "the keys of tokens cannot be had": (fault("keys.unreachable"), "acs_keys_unreachable"),
    "no audience": (without("ACS_AUDIENCE"), "audience_missing"),
    "an ARM id for the audience": (env(ACS_AUDIENCE="/subscriptions/x/resourceGroups/y"), "audience_malformed"),
    "the audience of another resource": (env(ACS_AUDIENCE=OTHER_GUID), "audience_wrong"),
    "no event secret": (without("VOICEAGENT_EVENT_SECRET"), "event_secret_missing"),
    "an expired client secret": (
        credential("AADSTS7000222: The provided client secret keys are expired."),
        "client_secret_expired",
    ),
    "a wrong client secret": (credential("AADSTS7000215: Invalid client secret provided."), "client_secret_wrong"),
    "another tenant": (credential("AADSTS90002: Tenant not found."), "tenant_wrong"),
    "nobody signed in": (credential("DefaultAzureCredential failed to retrieve a token"), "not_signed_in"),
    "a role is missing": (
        fault("request.failed", status=403, code="AuthorizationFailed", only="arm:GET *ommunicationServices"),
        "role_missing",
    ),
    "another Azure subscription": (env(AZURE_SUBSCRIPTION_ID=OTHER_GUID), "subscription_unknown"),
    "another ACS resource": (
        env(VOICEAGENT_CLOUD_ACS_RESOURCE_ID=f"{ANOTHER}/providers/Microsoft.Communication/communicationServices/other"),
        "acs_resource_unknown",
    ),
    "the number was released": (env(ACS_SOURCE_PHONE_NUMBER="+14255550111"), "number_released"),
    "no public address": (without("VOICEAGENT_PUBLIC_URL"), "no_public_url"),
    "the tunnel has ended": (tunnel_ended, "public_unreachable"),
    "no subscription": (no_subscription, "no_subscription"),
    "a subscription to recordings alone": (
        edited(lambda one: one["filter"].update(includedEventTypes=["Microsoft.Communication.RecordingFileStatusUpdated"])),
        "event_type_missing",
    ),
    "a subscription that awaits a hand": (state("AwaitingManualAction"), "subscription_awaits_hand"),
    "a subscription that failed": (state("Failed"), "subscription_not_ready"),
    "a subscription to a dead address": (edited(elsewhere), "subscription_elsewhere"),
    "a `serve` with a tunnel was killed": (killed_with_a_tunnel, "subscription_dead"),
    "a subscription to another path": (edited(wrong_path), "subscription_wrong_path"),
    "two subscriptions": (two_subscriptions, "two_subscriptions"),
    "a filter on another number": (edited(other_number), "filter_other_number"),
    "a schema nobody reads": (edited(lambda one: one.update(eventDeliverySchema="CustomInputSchema")), "schema_unsuited"),
    "no secret header": (
        edited(lambda one: one["destination"]["properties"].update(deliveryAttributeMappings=[])),
        "secret_header_missing",
    ),
    "another secret in the header": (
        header(lambda one: one["properties"].update(isSecret=False, value="something-else")),
        "secret_header_differs",
    ),
    "another secret in the address": (secret_in_the_address, "secret_header_differs"),
    "a token of Entra is wanted": (
        env(VOICEAGENT_CLOUD_EVENT_GRID_ENTRA_APP_ID=OTHER_GUID, VOICEAGENT_CLOUD_EVENT_GRID_ENTRA_TENANT_ID=OTHER_GUID),
        "entra_token_missing",
    ),
    "deliveries with another secret": (another_secret_arrived, "delivery_secret_differs"),
    "a telephone to transfer to, and no number of ours": (without("ACS_SOURCE_PHONE_NUMBER"), "would_not_serve"),
    "the engine's endpoint is nobody's": (engine_nowhere, "engine_unreachable"),
    "the engine's key is wrong": (env(AZURE_VOICELIVE_API_KEY="canary-key"), "engine_key_refused"),
    "the engine forbids us": (fault("engine.refused", status=403), "engine_role_missing"),
    "the engine is not there": (fault("engine.refused", status=404), "engine_endpoint_wrong"),
    "the model is not in the region": (resource_elsewhere, "model_not_in_region"),
    "the engine's quota is used up": (fault("engine.throttled"), "engine_quota"),
    "the engine is down": (fault("engine.refused", status=503), "engine_failed"),
    "a voice nobody has": (env(AZURE_VOICELIVE_VOICE="aloy"), "voice_unknown"),
    "the shared Redis is away": (
        lambda setup: setup.env.update(VOICEAGENT_REDIS_URL=f"redis://{dead()}", VOICEAGENT_TOKEN_SECRET="s" * 32),
        "redis_unreachable",
    ),
    "an option the engine does not take": (
        env(VOICEAGENT_ENGINE_OPTIONS='{"temperature": "hot"}'),
        "session_refused",
    ),
}
"""What is done to a sound set-up, and the cause that must be named first."""

WARNED: dict[str, tuple[Plant, str]] = {
    "the clock drifts": (lambda setup: setup.options.update(wall=lambda: time.time() - 120), "clock_drifts"),
    "an extra is missing": (
        lambda setup: setup.options.update(present=lambda name: not name.startswith("azure.mgmt") and present(name)),
        "extra_missing",
    ),
    "a short event secret": (
        lambda setup: (
            setup.env.update(VOICEAGENT_EVENT_SECRET="short"),
            setup.options.update(local_only=True),
        ),
        "event_secret_weak",
    ),
    "a patience that outlives the ringing": (edited(lambda one: one.pop("retryPolicy")), "retry_unsuited"),
    "a header everybody can read": (
        header(lambda one: one["properties"].update(isSecret=False)),
        "secret_header_readable",
    ),
    "yesterday's address beside a tunnel that runs": (a_tunnel_runs, "set_address_dead"),
    "a version of tomorrow": (env(VOICELIVE_API_VERSION="2031-01-01"), "api_version_unknown"),
    "verification is off": (env(VOICEAGENT_BRIDGE_VERIFICATION="unverified"), "verification_off"),
}


async def test_a_sound_set_up_has_nothing_wrong(setup: Any) -> None:
    checked = await setup.look()
    assert [(one.name, one.detail) for one in checked if one.status == "failed"] == []
    assert {one.code for one in checked if one.status == "warning"} <= {"no_sound", "no_sound_device", "one_core"}
    names = {one.name for one in checked if one.status == "ok"}
    assert {"ACS key", "ACS resource", "numbers", "media upgrade", "subscription delivery", "engine session"} <= names


@pytest.mark.parametrize("name", PLANTED)
async def test_the_planted_fault_is_named_first(name: str, setup: Any) -> None:
    plant, code = PLANTED[name]
    plant(setup)
    first = first_failure(await setup.look())
    assert first is not None
    assert (first.code, first.status) == (code, "failed"), first
    assert first.remedy


@pytest.mark.parametrize("name", WARNED)
async def test_what_only_deserves_a_warning_gets_one(name: str, setup: Any) -> None:
    plant, code = WARNED[name]
    plant(setup)
    found = next(one for one in await setup.look() if one.code == code)
    assert (found.status, bool(found.remedy)) == ("warning", True)


def test_every_check_stands_behind_those_it_depends_on() -> None:
    seen: set[str] = set()
    for check in CHECKS:
        assert {*check.needs, *check.unless} <= seen
        seen.add(check.name)


async def test_half_a_connection_string_is_told_once(setup: Any) -> None:
    setup.env["ACS_CONNECTION_STRING"] = "endpoint=https://x"
    checked = {one.name: one for one in await setup.look()}
    assert [one.name for one in checked.values() if one.status == "failed"] == ["phone"]
    assert checked["region"].detail == f"not looked at, because of {checked['phone'].number} (phone)"


async def test_no_secret_and_no_number_is_shown(setup: Any, house: Any) -> None:
    key_of_another(setup)
    setup.env["AZURE_VOICELIVE_API_KEY"] = "canary-key"
    shown = json.dumps([asdict(one) for one in await setup.look()])
    for canary in (OTHER_KEY, "canary-key", "canary-event-secret", setup.env["ACS_SOURCE_PHONE_NUMBER"]):
        assert canary not in shown


def test_the_causes_have_codes_of_their_own() -> None:
    causes = {id(cause): cause for check in CHECKS for cause in check.causes}.values()
    codes = [(cause.code, cause.sentence) for cause in causes]
    assert len({code for code, _ in codes}) >= len(codes) - 1  # the model's region is told by two checks


def test_planted_faults_cover_thirty_causes() -> None:
    assert len({code for _, code in PLANTED.values()}) >= 30
