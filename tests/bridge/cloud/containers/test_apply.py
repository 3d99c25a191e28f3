"""A deployment to an emulated subscription, by Azure's own clients: made, changed, and undone when it fails."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud.azure import open_azure
from voiceagent.cloud.containers.apply import apply
from voiceagent.cloud.containers.difference import is_as_wanted
from voiceagent.cloud.containers.plan import look
from voiceagent.config.load import load_settings
from voiceagent.errors import RemoteError

APP = "https://voiceagent.emulated.azurecontainerapps.io"


async def test_an_empty_subscription_gets_all_it_needs_and_the_calls_at_the_end(subscribing: Any) -> None:
    done = await subscribing.apply(builds=True)
    assert (done.url, done.pointed, done.left) == (APP, APP, ())
    assert subscribing.pointed.urls[-1] == APP
    assert subscribing.pointed.closed
    app = subscribing.body("/containerapps/voiceagent")["properties"]
    assert app["configuration"]["ingress"]["traffic"] == [{"revisionName": done.revision, "weight": 100}]
    image = app["template"]["containers"][0]["image"]
    registry = subscribing.body("/registries/" + image.partition(".")[0])
    assert image.startswith(f"{registry['properties']['loginServer']}/voiceagent:")
    assert set(subscribing.containers.secrets.values()) >= {"do-not-tell-2"}
    assert any(name.startswith("Key Vault Secrets User on ") for name in done.changed), "roles are told as the plan tells them"


async def test_done_again_it_changes_nothing(subscribing: Any) -> None:
    await subscribing.apply()
    assert {step.action for step in await subscribing.steps()} == {"keep", "skip"}
    before = dict(subscribing.arm.desk.things.made)
    assert (await subscribing.apply()).changed == ()
    assert subscribing.arm.desk.things.made == before


async def test_a_change_is_a_new_revision_and_the_old_one_ends_when_it_has_no_calls(subscribing: Any) -> None:
    first = await subscribing.apply()
    second = await subscribing.apply(deploy={"cpu": 2.0})
    assert second.revision != first.revision
    states = {name: one["properties"]["active"] for name, one in subscribing.containers.revisions.items()}
    assert states == {first.revision: False, second.revision: True}
    assert f"Revision {first.revision} had no calls left; ended." in subscribing.said


async def test_a_revision_that_has_calls_is_left_alone(subscribing: Any) -> None:
    first = await subscribing.apply()
    subscribing.containers.calls[first.revision] = 3
    second = await subscribing.apply(deploy={"cpu": 2.0, "drain_minutes": 0.0001})
    assert second.left == (first.revision,)
    assert subscribing.containers.revisions[first.revision]["properties"]["active"]


async def test_another_secret_is_a_new_revision_too(subscribing: Any) -> None:
    first = await subscribing.apply()
    second = await subscribing.apply(environ={"ACS_CONNECTION_STRING": "endpoint=https://line.example;accesskey=do-not-tell-9"})
    assert second.revision != first.revision
    assert "endpoint=https://line.example;accesskey=do-not-tell-9" in subscribing.containers.secrets.values()


@pytest.mark.parametrize("failing", ["revision", "ingress", "event grid"])
async def test_whatever_fails_calls_stay_where_they_were(
    subscribing: Any, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await subscribing.apply()
    subscribing.pointed.urls = [APP]
    if failing == "event grid":
        subscribing.pointed._fails = True
    else:
        subscribing.containers.failing.add(failing)
    if failing == "ingress":
        monkeypatch.setattr("voiceagent.cloud.containers.revisions.ANSWER_SECONDS", 0.05)
    with pytest.raises(RemoteError):
        await subscribing.apply(deploy={"cpu": 2.0})
    revisions = subscribing.containers.revisions
    assert (
        revisions[first.revision]["properties"] | {"trafficWeight": 100, "active": True}
        == revisions[first.revision]["properties"]
    )
    assert [one["properties"]["active"] for name, one in revisions.items() if name != first.revision] == [False]
    assert subscribing.pointed.urls[-1] == APP


async def test_after_a_failure_it_goes_on_where_it_stopped(subscribing: Any) -> None:
    subscribing.containers.failing.add("build")
    with pytest.raises(RemoteError, match=r"ended as Failed: .*No matching distribution found / run failed"):
        await subscribing.apply(builds=True)
    identity = subscribing.body("/userassignedidentities/voiceagent-identity")
    subscribing.containers.failing.clear()
    done = await subscribing.apply(builds=True)
    assert subscribing.body("/userassignedidentities/voiceagent-identity") == identity
    assert done.changed[0].startswith("voiceagent:")


async def test_a_revision_that_failed_is_started_again(subscribing: Any) -> None:
    await subscribing.apply()
    subscribing.containers.failing.add("revision")
    with pytest.raises(RemoteError, match=r"does not come up: The container ended with exit code 2"):
        await subscribing.apply(deploy={"cpu": 2.0})
    subscribing.containers.failing.clear()
    done = await subscribing.apply(deploy={"cpu": 2.0})
    assert subscribing.containers.revisions[done.revision]["properties"]["trafficWeight"] == 100


async def test_several_replicas_get_a_redis_and_all_that_is_shown_is_discreet(subscribing: Any) -> None:
    done = await subscribing.apply(deploy={"max_replicas": 5})
    assert "voiceagent-redis" in done.changed
    password = subscribing.containers.secrets
    url = next(value for name, value in password.items() if name.endswith("shared-redis-url"))
    assert url.startswith("redis://:")
    told = repr(subscribing.arm.desk.things.made) + repr(subscribing.containers.revisions) + repr(subscribing.said)
    assert "do-not-tell" not in told
    assert url.split(":")[2].partition("@")[0] not in told


async def test_the_role_on_an_engine_that_is_in_the_group_is_given(subscribing: Any) -> None:
    await subscribing.apply()
    group = f"/subscriptions/{subscribing.arm.azure_subscription}/resourceGroups/voiceagent-rg"
    things = subscribing.arm.desk.things
    assert [step.action for step in await subscribing.steps() if "lab" in step.name] == ["skip", "skip"]
    from voiceagent.emulators.arm.things import take_apart

    things.register("Microsoft.CognitiveServices")
    things.put(take_apart(f"{group}/providers/Microsoft.CognitiveServices/accounts/lab", "PUT"), {"location": "x"})
    done = await subscribing.apply()
    assert len(done.changed) == 1
    role = things.made[next(key for key in things.made if "/accounts/lab/" in key)]
    assert role["properties"]["roleDefinitionId"].endswith("a97b65f3-24c7-4388-baec-2e87135dc908")


async def test_what_was_shown_is_what_is_sent(subscribing: Any) -> None:
    sent = []

    class Watch:
        def before(self, request: Any) -> None:
            sent.append(request)

        def after(self, *_: Any) -> None:
            pass

    shown = [step.request for step in await subscribing.steps() if step.request]
    await subscribing.apply(watch=Watch())
    made = [(one.method, one.path, one.body) for one in sent[: len(shown)]]
    for (method, path, body), told in zip(made, shown, strict=True):
        assert (method, path.lower()) == (told["method"], told["path"].lower())
        assert is_as_wanted(told["body"] or {}, body or {})
        assert is_as_wanted(_keys(body or {}), _keys(told["body"] or {}))
    assert [one.method for one in sent[len(shown) :]] == ["PATCH"]  # the calls


def _keys(body: Any) -> Any:
    return {name: _keys(value) for name, value in body.items()} if isinstance(body, dict) else "(any)"


async def test_killed_at_any_request_it_ends_the_same_when_run_again(subscribing: Any) -> None:
    class Killed(BaseException):
        pass

    class Watch:
        """Kills the process, so to say, before the next changing request after `left` others."""

        def __init__(self, left: int) -> None:
            self.left = left

        def before(self, _: Any) -> None:
            self.left -= 1
            if self.left < 0:
                raise Killed

        def after(self, *_: Any) -> None:
            pass

    kills, done = 0, None
    while done is None:
        try:
            done = await subscribing.apply(watch=Watch(1))
        except Killed:
            kills += 1
    assert kills > 8
    kinds = [body["type"] for body in subscribing.arm.desk.things.made.values()]
    assert kinds.count("Microsoft.ManagedIdentity/userAssignedIdentities") == 1
    assert len(subscribing.containers.revisions) == 1
    assert {step.action for step in await subscribing.steps()} == {"keep", "skip"}


async def test_after_provisioning_calls_are_announced_to_the_deployed_bridge_and_stay_there_when_a_change_fails(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voiceagent.cloud.azure.Azure.poll_seconds", 0)
    await world.provision()

    async def deploy(**more: str) -> Any:
        environ = {**world.environ, "VOICEAGENT_DEPLOY_IMAGE": "images.example/shop:1", **more}
        loaded = load_settings(world.project, environ=environ)
        async with open_azure(loaded.settings) as azure:
            return await apply(azure, await look(azure, world.project, loaded))

    def target() -> str:
        return next(iter(world.acs.network.deliveries.subscriptions.values())).endpoint.partition("?")[0]

    laptop = target()
    world.arm.desk.containers.failing.add("ingress")
    with monkeypatch.context() as impatient:
        impatient.setattr("voiceagent.cloud.containers.revisions.ANSWER_SECONDS", 0.05)
        with pytest.raises(RemoteError, match=r"/readyz (answers 503|cannot be reached)"):
            await deploy()
    assert target() == laptop
    world.arm.desk.containers.failing.clear()
    done = await deploy()
    assert (done.pointed, target()) == (APP, f"{APP}/events")
    roles = [body for body in world.arm.desk.things.made.values() if body["type"].endswith("roleAssignments")]
    assert any("/accounts/" in body["id"] for body in roles), "the identity may use the engine that was provisioned"
    world.arm.desk.containers.failing.add("revision")
    with pytest.raises(RemoteError):
        await deploy(VOICEAGENT_DEPLOY_CPU="2")
    assert target() == f"{APP}/events"
