"""The network as a whole: who may be called, what one broken call does to the others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from a_call import CALLEE, CALLER
from fake_app import a_network, answered

from voiceagent.emulators.acs.script import Say
from voiceagent.emulators.acs.state import Order
from voiceagent.emulators.acs.studio import Line
from voiceagent.emulators.event_grid.schedule import RetryPolicy
from voiceagent.errors import UserError

ORDER = Order(CALLER, CALLEE)


async def test_without_a_subscription_nobody_can_be_called() -> None:
    async with a_network() as (_, emulator, _http):
        emulator.network.deliveries.subscription = None
        with pytest.raises(UserError, match="Nobody is subscribed"):
            emulator.network.place(ORDER, (), Line())


async def test_without_a_voice_nothing_can_be_said() -> None:
    async with a_network(voice=None) as (_, emulator, _http):
        with pytest.raises(UserError, match="no voice"):
            emulator.network.place(ORDER, (Say("Hi"),), Line())


async def test_there_is_a_limit_to_calls_at_once() -> None:
    async with a_network(most_calls=1) as (_, emulator, _http):
        emulator.network.place(ORDER, (), Line())
        with pytest.raises(UserError, match="1 calls are in progress"):
            emulator.network.place(ORDER, (), Line())


async def test_a_call_that_breaks_ends_visibly_and_alone(caplog: pytest.LogCaptureFixture) -> None:
    async with (
        a_network() as (app, emulator, http),
        answered(app, emulator, http, hang_up_after=False) as (good, _),
        answered(app, emulator, http, hang_up_after=False) as (bad, _),
    ):
        await app.until(lambda: app.types().count("MediaStreamingStarted") == 2)
        emulator.network.circuits[bad].caller = None
        await app.callback("CallDisconnected")
        lines = [line.json() for line in emulator.network.circuits[bad].call.diary.lines]
        assert lines[-1]["end_reason"] == "the emulator failed"
        assert any("The emulator failed: AttributeError" in line.get("sentence", "") for line in lines)
        assert (await http.get(f"/emulator/calls/{good}")).json()["state"] == "connected"
    assert "broke" in caplog.text


async def test_an_incoming_call_that_is_not_taken_is_told_in_the_diary() -> None:
    async with a_network() as (app, emulator, http):
        patient = RetryPolicy(max_attempts=2, life_seconds=3_600)  # a busy machine must not outlast the event
        emulator.network.deliveries.subscription = replace(emulator.network.deliveries.subscription, policy=patient)
        app.event_status = [500, 404]
        circuit = emulator.network.place(ORDER, (), Line())
        while not circuit.call.diary.all("warning"):
            await circuit.changed.wait()
        (warning,) = circuit.call.diary.all("warning")
        assert warning.facts["sentence"] == "IncomingCall was not delivered: after 2 attempts the app answered 404."
        attempts = (await http.get("/emulator/subscription")).json()["attempts"]
        assert [(one["attempt"], one["status"]) for one in attempts] == [(1, 500), (2, 404)]


async def test_a_warning_is_remembered_once() -> None:
    async with a_network() as (_, emulator, http):
        emulator.network.warn("odd")
        emulator.network.warn("odd")
        assert (await http.get("/emulator/health")).json()["warnings"] == ["odd"]
