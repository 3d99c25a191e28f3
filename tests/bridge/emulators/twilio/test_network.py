"""The emulated account: identifiers that look real, whom it lets dial, and requests that carry its signature."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pytest
from websockets.protocol import State

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.order import Order
from voiceagent.emulators.acs.script import Say, Silence
from voiceagent.emulators.acs.studio import Line
from voiceagent.emulators.twilio.network import Network
from voiceagent.errors import UserError
from voiceagent.protocol import twilio_calls as twiml

ORDER = Order("4:+14255550142", "4:+14255550199")


def test_identifiers_look_as_twilios_and_repeat_with_a_seed() -> None:
    async def made() -> tuple[str, str]:
        async with asyncio.TaskGroup() as tasks:
            network = Network(tasks, httpx.AsyncClient(), options=NetworkOptions(seed=7), voice=None)
            await network.stop()
            return network.account_sid, network.auth_token

    first, second = asyncio.run(made()), asyncio.run(made())
    assert first == second
    assert re.fullmatch(r"AC[0-9a-f]{32}", first[0])
    assert re.fullmatch(r"[0-9a-f]{32}", first[1])


async def test_nobody_dials_a_number_that_rings_nowhere(house: Any) -> None:
    house.network.voice_url = ""
    with pytest.raises(UserError, match="no voice URL"):
        house.network.place(ORDER, (), Line())


async def test_words_need_a_voice(house: Any) -> None:
    with pytest.raises(UserError, match="no voice for callers"):
        house.network.place(ORDER, (Say("Hello"),), Line())


async def test_no_more_calls_than_it_carries_and_the_oldest_are_forgotten(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house.app.documents["voice"] = twiml.reject()
    house.network.options = NetworkOptions(most_calls=1, ended_calls_kept=1)
    sids = []
    for _ in range(3):
        sids.append(house.network.place(ORDER, (), Line()).call_sid)
        with pytest.raises(UserError, match="the most this emulator carries"):
            house.network.place(ORDER, (), Line())
        await house.settle()
    assert list(house.network.calls) == sids[1:]


async def test_an_app_that_is_away_is_logged_without_its_token(caplog: pytest.LogCaptureFixture) -> None:
    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    async with asyncio.TaskGroup() as tasks, httpx.AsyncClient(transport=httpx.MockTransport(away)) as client:
        network = Network(tasks, client, options=NetworkOptions(), voice=None)
        assert await network.post("http://app/voice?pass=hush", {}) == (None, "")
        await network.stop()
    assert [record.getMessage() for record in caplog.records] == ["the app at http://app/voice?… did not answer: ConnectError"]


async def test_requests_are_signed_and_an_app_that_is_away_is_no_answer() -> None:
    seen: list[httpx.Request] = []

    def app(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) > 1:
            raise httpx.ConnectError("x")
        return httpx.Response(200, text="<Response/>")

    async with asyncio.TaskGroup() as tasks, httpx.AsyncClient(transport=httpx.MockTransport(app)) as http:
        network = Network(tasks, http, options=NetworkOptions(), voice=None, auth_token="t")
        form = {"CallSid": "CA1", "From": "+1"}
        assert await network.post("https://x/voice", form) == (200, "<Response/>")
        assert await network.post("https://x/voice", form) == (None, "")
        await network.stop()
    assert seen[0].headers["x-twilio-signature"] == twiml.signature("t", "https://x/voice", form.items())


@pytest.mark.parametrize("url", ["https://[", "next", "https://\x00/"])
async def test_an_address_that_is_none_is_no_answer(url: str) -> None:
    async with asyncio.TaskGroup() as tasks, httpx.AsyncClient(trust_env=False) as http:
        network = Network(tasks, http, options=NetworkOptions(), voice=None)
        assert await network.post(url, {}) == (None, "")
        await network.stop()


async def test_a_call_that_breaks_in_the_beat_ends_and_the_others_go_on(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(now: float, late_ms: float) -> None:
        raise RuntimeError("out of order")

    house.app.documents["voice"] = twiml.connect_stream("wss://app/m", then="next")
    one, other = (house.network.place(ORDER, (Silence(5_000),), Line()) for _ in range(2))
    await house.settle()
    monkeypatch.setattr(one, "beat", broken)
    await house.beats(2)
    assert (one.outcome, one.end_reason, other.over) == ("failed", "the emulator failed", False)
    assert [line.facts["sentence"] for line in one.diary.all("warning")] == ["The emulator failed: RuntimeError: out of order"]
    assert [socket.events().count("media") for socket in house.app.sockets] == [0, 2]


async def test_apps_are_told_when_the_emulator_stops(house: Any) -> None:
    house.app.documents["voice"] = twiml.connect_stream("wss://app/m", then="next")
    house.network.place(ORDER, (Silence(5_000),), Line())
    await house.settle()
    await house.network.stop()
    (socket,) = house.app.sockets
    assert (socket.events()[-1], socket.state) == ("stop", State.CLOSED)
