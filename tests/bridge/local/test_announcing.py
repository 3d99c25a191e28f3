"""Whoever announces calls, told where we are and told back."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from voiceagent.config.schema import Settings
from voiceagent.errors import RemoteError
from voiceagent.local.announcing import All, EmulatedGrid, EmulatedNumber, announcers, looks_in_azure
from voiceagent.local.phone import Phone


class Wire:
    """An emulator's admin API that remembers what it was told."""

    def __init__(self, before: str | None = "https://old.example/events") -> None:
        self.before = before
        self.told: list[tuple[str, dict[str, Any]]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"endpoint": self.before})
        self.told.append((request.url.path, json.loads(request.content)))
        return httpx.Response(200, json={})

    def phone(self) -> Phone:
        return Phone(httpx.AsyncClient(transport=httpx.MockTransport(self.answer)), "http://emulator")


async def test_an_emulated_event_grid_is_put_back_to_what_it_had_before_the_first() -> None:
    wire = Wire()
    grid = EmulatedGrid(wire.phone(), "s")
    await grid.point("https://one.example")
    wire.before = "https://one.example/events"
    await grid.point("https://two.example")
    await grid.restore()
    assert [told["endpoint"] for _, told in wire.told] == [
        "https://one.example/events",
        "https://two.example/events",
        "https://old.example/events",
    ]
    assert wire.told[0][1]["headers"] == {"x-voiceagent-secret": "s"}


async def test_one_that_had_none_is_left_as_it_is() -> None:
    wire = Wire(None)
    grid = EmulatedGrid(wire.phone(), "")
    await grid.point("https://one.example")
    await grid.restore()
    assert len(wire.told) == 1


async def test_an_emulated_number_rings_at_its_own_route() -> None:
    wire = Wire()
    number = EmulatedNumber(wire.phone())
    await number.point("https://one.example")
    await number.restore()
    assert wire.told == [("/emulator/number", {"voice_url": "https://one.example/twilio/voice"})]


async def test_one_that_fails_does_not_keep_the_others_from_being_told() -> None:
    wire = Wire()

    class Broken:
        async def point(self, url: str) -> None:
            raise RemoteError("no", service="x")

        restore: Any = point

    several = All([Broken(), EmulatedNumber(wire.phone())])
    with pytest.raises(RemoteError):
        await several.point("https://one.example")
    assert len(wire.told) == 1


async def test_azure_comes_first_and_tells_why_it_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    class Azure:
        closed = False

        async def close(self) -> None:
            self.closed = True

    found: list[Azure | None] = [azure := Azure(), None]

    async def open_pointing(_: Settings) -> Azure | None:
        return found.pop(0)

    monkeypatch.setattr("voiceagent.cloud.pointing.open_pointing", open_pointing)
    monkeypatch.setattr("voiceagent.cloud.pointing.why_none", lambda _: "there is none")
    urls = {"emulator_url": "http://e", "twilio_url": "http://t"}
    async with announcers(Settings(), **urls, azure=True) as (everybody, why):
        assert ([type(one).__name__ for one in everybody._several], why) == (["Azure", "EmulatedNumber"], "")
    assert azure.closed
    async with announcers(Settings(), **urls, azure=True) as (everybody, why):
        assert [type(one).__name__ for one in everybody._several] == ["EmulatedGrid", "EmulatedNumber"]
        assert why == "there is none"
    async with announcers(Settings(), emulator_url="", twilio_url="", azure=False) as (everybody, why):
        assert (everybody._several, why) == ([], "")


@pytest.mark.parametrize(
    ("sections", "looks"),
    [
        ({}, False),
        ({"cloud": {"subscription_id": "s"}}, True),
        ({"cloud": {"subscription_id": "s"}, "acs": {"emulator_url": "http://e"}}, False),
        ({"cloud": {"subscription_id": "s", "arm_endpoint": "http://127.0.0.1"}, "acs": {"emulator_url": "http://e"}}, True),
    ],
)
def test_azure_is_not_asked_for_an_emulated_phone_alone(sections: dict[str, Any], looks: bool) -> None:
    assert looks_in_azure(Settings.model_validate(sections)) is looks
