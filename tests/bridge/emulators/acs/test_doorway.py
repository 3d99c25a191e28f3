"""How operations are called by faults and findings, and what Azure's own client makes of faults."""

from __future__ import annotations

import pytest
from azure.communication.callautomation.aio import CallAutomationClient
from azure.core.exceptions import AzureError, HttpResponseError
from fake_app import a_network, answered

from voiceagent.emulators.acs.doorway import operation_of
from voiceagent.emulators.acs.operations import OPERATIONS


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/calling/callConnections:answer", "acs:answer"),
        ("POST", "/calling/callConnections/c-1", "acs:POST /calling/callConnections/c-1"),
        ("DELETE", "/calling/callConnections/c-1", "acs:hang_up"),
        ("POST", "/calling/callConnections/c-1:play", "acs:play"),
        ("GET", "/calling/callConnections/c-1/participants/4:+14255550100", "acs:get_participant"),
        ("POST", "/calling/recordings", "acs:start_recording"),
        ("GET", "/calling/keys", "acs:keys"),
        ("GET", "/v1/objects/d/content/audio", "acs:recorded_file"),
        ("GET", "/phoneNumbers", "numbers:GET /phoneNumbers"),
    ],
)
def test_an_operation_has_the_name_of_what_does_it(method: str, path: str, name: str) -> None:
    assert operation_of(method, path) == name


def test_every_operation_is_found() -> None:
    for method, path, do in OPERATIONS:
        asked = path.replace("{connection}", "c-1").replace("{participant}", "4:+1").replace("{recording}", "r_1")
        assert operation_of(method, asked) == f"acs:{do.__name__}"


async def test_azures_client_waits_as_told_and_answers_once() -> None:
    async with a_network() as (app, emulator, http):
        emulator.faults.arm("request.throttled", {"retry_after_s": 0, "only": "acs:answer", "times": 2})
        async with answered(app, emulator, http, steps=[]):
            await app.callback("CallConnected")
        assert [one["to"] for one in emulator.faults.happened] == ["acs:answer", "acs:answer"]
        assert app.types().count("CallConnected") == 1


@pytest.mark.parametrize(
    ("name", "written", "status"),
    [
        ("request.throttled", {"retry_after_s": "none"}, 429),
        ("recording.refused", {"only": "answer"}, 412),
        ("request.failed", {"status": 403, "code": "7507"}, 403),
    ],
)
async def test_azures_client_raises_what_it_may_not_repeat(name: str, written: dict[str, object], status: int) -> None:
    async with a_network() as (app, emulator, http):
        emulator.faults.arm(name, {"only": "answer", **written})
        with pytest.raises(HttpResponseError) as refused:
            async with answered(app, emulator, http, steps=[]):
                raise AssertionError("a fault lets nobody answer")
        assert refused.value.status_code == status


async def test_an_answer_that_was_lost_is_given_again_under_its_id() -> None:
    """What our own bridge does; Azure's client does not repeat a POST whose answer it never saw."""
    async with a_network() as (app, emulator, http), CallAutomationClient(emulator.url, emulator.credential) as client:
        await http.post("/emulator/calls", json={"steps": []})
        context = (await app.events.get())["data"]["incomingCallContext"]
        emulator.faults.arm("request.lost", {"when": "after", "only": "answer"})
        headers = {"Repeatability-Request-ID": "11111111-0000-0000-0000-000000000001"}
        with pytest.raises(AzureError):
            await client.answer_call(context, app.url + "/callback", headers=headers)
        call = await client.answer_call(context, app.url + "/callback", headers=headers)
        connected = await app.callback("CallConnected")
        assert connected["data"]["callConnectionId"] == call.call_connection_id
        assert emulator.findings.told == []
