"""Declared requests against a real server: what is sent, what of the answer comes back, and how each failure sounds."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from voiceagent.call.events import ToolReturned
from voiceagent.call.policies import ToolPolicy
from voiceagent.config.tools import HttpTool
from voiceagent.discreet import Secret
from voiceagent.errors import UserError
from voiceagent.tools.http import HttpTools, filled

ORDER = {"data": {"orders": [{"status": "packed", "total": 12.5}]}}


@dataclass(slots=True)
class Shop:
    """A web server with one answer."""

    status: int = 200
    body: bytes = json.dumps(ORDER).encode()
    silent: bool = False
    url: str = ""
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    served: list[asyncio.Event] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.served.append(done := asyncio.Event())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.asked.append((head[0], headers, body))
        if self.silent:
            await reader.read()
        else:
            writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (self.status, len(self.body)))
            writer.write(self.body)
            await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        done.set()


@asynccontextmanager
async def open_shop(**changes: Any) -> AsyncIterator[Shop]:
    shop = Shop(**changes)
    server = await asyncio.start_server(shop.serve, "127.0.0.1", 0)
    async with server:
        shop.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield shop
        for served in shop.served:
            await served.wait()


def declared(url: str, **changes: Any) -> HttpTool:
    values = {"description": "Finds an order.", "url": url, "parameters": {"order_id": {"pattern": "^[0-9]{4}$"}}}
    return HttpTool.model_validate(values | changes)


async def run(
    shop: Shop, arguments: str = '{"order_id": 4271}', *, path: str = "/orders/{order_id}", **changes: Any
) -> ToolReturned:
    tools = HttpTools({"find": declared(shop.url + path, **changes)}, {"TOKEN": Secret("sesame")}, now_ms=lambda: 0.0)
    return await tools.run("find", arguments, tool_call_id="t1", timeout_ms=5000, context={"call_id": "c1"})


def failure(returned: ToolReturned) -> str:
    assert returned.outcome == "error"
    return str(json.loads(returned.output)["error"])


async def test_the_address_takes_its_parameters_and_the_query_the_rest() -> None:
    parameters = {"order_id": {}, "lang": {"required": False}, "gift": {"type": "boolean", "required": False}}
    async with open_shop() as shop:
        returned = await run(shop, '{"order_id": "4/2 7", "lang": "de"}', parameters=parameters)
    assert shop.asked[0][0] == "GET /orders/4%2F2%207?lang=de HTTP/1.1"
    assert (returned.outcome, json.loads(returned.output)) == ("ok", ORDER)


async def test_what_changes_something_is_sent_as_json_with_a_key_against_doing_it_twice() -> None:
    headers = {"Authorization": "Bearer ${TOKEN}"}
    async with open_shop() as shop:
        for _ in range(2):
            await run(shop, path="/orders", method="POST", headers=headers)
    lines = {line for line, _, _ in shop.asked}
    keys = {sent["idempotency-key"] for _, sent, _ in shop.asked}
    assert (lines, len(keys)) == ({"POST /orders HTTP/1.1"}, 1)
    assert json.loads(shop.asked[0][2]) == {"order_id": "4271"}
    assert shop.asked[0][1]["authorization"] == "Bearer sesame"


async def test_the_selected_part_is_the_result() -> None:
    async with open_shop() as shop:
        assert (await run(shop, select="data.orders[0].status")).output == '"packed"'


async def test_an_answer_that_is_no_json_is_a_text() -> None:
    async with open_shop(body=b" fine \n") as shop:
        assert (await run(shop)).output == '"fine"'


async def test_arguments_are_checked_before_anything_is_sent() -> None:
    async with open_shop() as shop:
        for arguments in ('{"order_id": "42"}', "{}", '{"order_id": "4271", "more": 1}', "no"):
            assert "were not accepted" in failure(await run(shop, arguments))
    assert shop.asked == []


@pytest.mark.parametrize("value", ["", ".", ".."])
async def test_a_value_cannot_leave_its_place_in_the_address(value: str) -> None:
    async with open_shop() as shop:
        parameters = {"order_id": {}, "note": {"required": False}}
        asked: dict[str, Any] = {"path": "/customers/{order_id}", "method": "DELETE", "parameters": parameters}
        assert f"order_id: it may not be {value!r}" in failure(await run(shop, json.dumps({"order_id": value}), **asked))
        assert shop.asked == []
        assert (await run(shop, json.dumps({"order_id": "4..2", "note": value}), **asked)).outcome == "ok"


async def test_a_choice_is_one_of_them() -> None:
    parameters = {"day": {"choices": ["today", "tomorrow"]}}
    async with open_shop() as shop:
        assert "day" in failure(await run(shop, '{"day": "never"}', path="/", parameters=parameters))
        assert (await run(shop, '{"day": "today"}', path="/", parameters=parameters)).outcome == "ok"


async def test_a_refusal_is_told_without_secrets() -> None:
    async with open_shop(status=403, body=b"no: token=abcdef for you") as shop:
        assert failure(await run(shop)) == "find answered with status 403: no: token=<secret> for you"


async def test_a_redirect_is_not_followed() -> None:
    async with open_shop(status=302, body=b"") as shop:
        assert failure(await run(shop)) == "find answered with status 302."
    assert len(shop.asked) == 1


async def test_an_answer_that_is_too_long_is_not_read() -> None:
    async with open_shop(body=b"x" * 300) as shop:
        assert failure(await run(shop, max_bytes=256)) == "find answered with more than 256 bytes."


async def test_a_server_that_says_nothing_is_left() -> None:
    async with open_shop(silent=True) as shop:
        returned = await run(shop, timeout_seconds=0.3)
    assert (returned.outcome, "within 0.3 s" in returned.output) == ("timeout", True)


async def test_a_server_that_is_not_there_is_told() -> None:
    async with open_shop() as shop:
        url = shop.url
    assert failure(await run(Shop(url=url))) == "find could not be asked: ConnectError"


def test_the_model_sees_the_declared_parameters() -> None:
    tool = declared(
        "https://x",
        parameters={"day": {"choices": ["a"], "description": "when"}, "n": {"type": "integer", "required": False}},
    )
    [spec] = HttpTools({"find": tool}, {}, now_ms=lambda: 0.0).specs()
    assert spec.parameters == {
        "type": "object",
        "properties": {"day": {"type": "string", "description": "when", "enum": ["a"]}, "n": {"type": "integer"}},
        "required": ["day"],
        "additionalProperties": False,
    }


def test_a_declared_tool_has_the_policies_of_any_other() -> None:
    bounds: dict[str, Any] = {"max_calls": 2, "max_seconds": 20, "filler": "Looking.", "filler_after_seconds": 1.5}
    tools = HttpTools({"find": declared("https://x", ask_first=True, **bounds)}, {}, now_ms=lambda: 0.0)
    expected = ToolPolicy(ask_first="Sure?", most_calls=2, most_ms=20_000, filler="Looking.", filler_after_ms=1500)
    assert tools.policies(ToolPolicy(filler="One moment."), question="Sure?") == {"find": expected}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"headers": {"A": "${NOT_SET}"}}, "needs NOT_SET, which is not set"),
        ({"select": "a..b"}, "`tools.http.find.select`"),
        ({"ask_first": "Cancel {what}?"}, "{what}"),
    ],
)
def test_what_cannot_be_meant_is_told_when_the_project_is_loaded(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        HttpTools({"find": declared("https://x", **changes)}, {}, now_ms=lambda: 0.0)


def test_a_name_of_ours_is_refused() -> None:
    with pytest.raises(UserError, match="one of our own"):
        HttpTools({"end_call": declared("https://x")}, {}, now_ms=lambda: 0.0)


def test_a_value_cannot_bring_a_parameter_of_its_own() -> None:
    assert filled("https://x/{a}/{b}", {"a": "{b}", "b": True}) == ("https://x/%7Bb%7D/true", {})
