"""The emulated relay against a listener that is not ours: what it says on the wire, and whom it refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voiceagent.emulators.relay.serve import RelayEmulator
from voiceagent.protocol.azure_relay import make_token, refusing_url, renew_message, response_message


class Wall:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
async def relay(wall: Wall) -> AsyncIterator[RelayEmulator]:
    async with RelayEmulator(wall=wall) as made:
        yield made


def listen(relay: RelayEmulator, expires: int = 2000) -> Any:
    return connect(relay.place.listen_url(make_token(relay.place, expires)), proxy=None)


@pytest.fixture
async def control(relay: RelayEmulator) -> AsyncIterator[ClientConnection]:
    async with listen(relay) as made:
        yield made


async def refused(url: str) -> int:
    with pytest.raises(InvalidStatus) as caught:
        await connect(url, proxy=None)
    return caught.value.response.status_code


async def test_a_request_is_told_without_the_headers_of_its_connection(relay: RelayEmulator, control: ClientConnection) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http, asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(
            http.post(f"{relay.place.url}/events?a=1&sb-hc-token=x", content=b"body", headers={"Authorization": "Bearer t"})
        )
        told = json.loads(await control.recv())["request"]
        assert await control.recv() == b"body"
        assert (told["method"], told["requestTarget"], told["body"]) == ("POST", "/phone/events?a=1", True)
        assert told["requestHeaders"]["authorization"] == "Bearer t"
        assert not {"host", "connection", "content-length"} & set(told["requestHeaders"])
        await control.send(response_message(told["id"], 202, {"x-own": "1"}, body=True))
        await control.send(b"done")
        answer = await asked
    assert (answer.status_code, answer.text, answer.headers["x-own"]) == (202, "done", "1")
    assert answer.headers["via"] == f"1.1 {relay.place.host}"


async def test_an_address_is_good_once(relay: RelayEmulator, control: ClientConnection) -> None:
    async with asyncio.TaskGroup() as tasks:
        sender = tasks.create_task(connect(relay.place.sockets.replace("{path}", "/media/1"), proxy=None).__aenter__())
        address = json.loads(await control.recv())["accept"]["address"]
        async with connect(address, proxy=None) as listener:
            await (await sender).send("hello")
            assert await listener.recv() == "hello"
            assert await refused(address) == 403
            await (await sender).close()


async def test_a_refusal_of_the_listener_reaches_the_sender(relay: RelayEmulator, control: ClientConnection) -> None:
    async with asyncio.TaskGroup() as tasks:
        sender = tasks.create_task(refused(relay.place.sockets.replace("{path}", "/media/1")))
        address = json.loads(await control.recv())["accept"]["address"]
        assert await refused(refusing_url(address, 403, "not you")) == 410
        assert await sender == 403


async def test_without_a_listener_there_is_nothing(relay: RelayEmulator) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        answer = await http.get(f"{relay.place.url}/healthz")
        assert (answer.status_code, "via" in answer.headers) == (502, False)
        assert (await http.get(f"http://{relay.place.host}/fax/healthz")).status_code == 404
    assert await refused(relay.place.sockets.replace("{path}", "/media/1")) == 502


async def test_who_may_listen(relay: RelayEmulator) -> None:
    assert await refused(relay.place.listen_url("")) == 401
    assert await refused(relay.place.listen_url(make_token(relay.place, 1000))) == 401
    assert await refused(f"ws://{relay.place.host}/$hc/fax?sb-hc-action=listen") == 404
    assert await refused(f"ws://{relay.place.host}/$hc/phone?sb-hc-action=dance") == 400


async def test_a_renewal_that_does_not_hold_ends_the_channel(relay: RelayEmulator, control: ClientConnection) -> None:
    await control.send(renew_message(make_token(relay.place, 3000)))
    await control.send(renew_message(make_token(relay.place, 900)))
    with pytest.raises(ConnectionClosed):
        await control.recv()
    assert (control.close_code, relay.renewed) == (1008, 1)


async def test_an_answer_that_is_too_large_for_the_channel_is_no_answer(
    relay: RelayEmulator, control: ClientConnection
) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http, asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(http.get(f"{relay.place.url}/hold"))
        told = json.loads(await control.recv())["request"]
        await control.send(response_message(told["id"], 200, {}, body=True))
        await control.send(b"x" * 65537)
        assert (await asked).status_code == 502
