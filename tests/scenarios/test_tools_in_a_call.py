"""Tools, keys and further agents in whole calls through real sockets; digits for one tool, looked for everywhere else."""

from __future__ import annotations

import gzip
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import a_stage
import pytest
from in_a_thread import served

from voiceagent.emulators.voice_live import connection
from voiceagent.emulators.voice_live.scripted import Turn
from voiceagent.observe.logs import set_up_logging

pytestmark = pytest.mark.call

DIGITS = "73625149"
TOOLS = '''
import asyncio
from voiceagent import CallContext, HandTo, KeyEntry, SecretDigits, tool

@tool(keys=KeyEntry(prompt="Please type your card number, and then the hash key.", least=8, most=16))
def take_card(card: SecretDigits, call: CallContext) -> dict:
    """Takes a card."""
    call.state["card"] = card
    return {"taken": card.shown == "73625149", "echo": f"the card is {card.shown}"}

@tool(ask_first="Shall I cancel order {order_id}?")
async def cancel_order(order_id: str, call: CallContext) -> dict:
    """Cancels an order."""
    await asyncio.sleep(1.2)
    return {"cancelled": order_id, "card_known": "card" in call.state}

@tool
def to_billing() -> HandTo:
    """Hands over."""
    return HandTo("billing", {"why": "a bill"})

@tool
def read_bill() -> str:
    """Reads."""
    return "12 dollars"
'''


@pytest.fixture
def scenario(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(a_stage, "TOOLS", TOOLS)
    return a_stage


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, by anybody, down to the last detail."""
    stream = io.StringIO()
    root, before = logging.getLogger(), logging.getLogger().level
    set_up_logging("debug", "json", stream)
    root.setLevel(logging.DEBUG)
    yield stream
    root.handlers[:] = [one for one in root.handlers if one.get_name() != "voiceagent"]
    root.setLevel(before)
    logging.getLogger("voiceagent").setLevel(logging.NOTSET)


@pytest.fixture
def heard_by_engine(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every message the engine gets."""
    messages: list[bytes] = []
    read = connection.read_event

    def take(frame: str | bytes) -> Any:
        messages.append(frame.encode() if isinstance(frame, str) else frame)
        return read(frame)

    monkeypatch.setattr(connection, "read_event", take)
    return messages


def digits_in(text: str) -> list[str]:
    """How the digits show: in a row, spaced, or as the keys of one frame after the other."""
    found = [spelling for spelling in (DIGITS, " ".join(DIGITS), "-".join(DIGITS)) if spelling in text]
    tones = "".join(line for line in text.split('"') if line in set("0123456789"))
    return found + ([f"keys {tones}"] if DIGITS[:4] in tones else [])


async def test_of_typed_digits_nothing_is_left_but_what_the_tool_got(
    tmp_path: Path, scenario: ModuleType, logged: io.StringIO, heard_by_engine: list[bytes]
) -> None:
    script = [
        Turn(hear="my card please", call=[("take_card", {})]),
        Turn(expect="taken", say="Thank you, I have it.", ms=600),
    ]
    settings = {"capture": {"policy": "full"}, "keys": {"recognise": True}}
    async with scenario.stage(tmp_path, script, settings=settings) as on:
        steps = [{"say": "My card, please."}, {"dtmf": f"{DIGITS}#"}]
        report = await on.call(steps=steps, hang_up_after=True)
        phone = report.pop("phone")
    [ran] = report["tools"]
    assert (ran["name"], ran["outcome"]) == ("take_card", "ok")
    assert ran["result"] == {"taken": True, "echo": "the card is <digits>"}
    assert "Thank you, I have it." in [turn["text"] for turn in report["turns"]]
    assert DIGITS[0] in json.dumps(phone), "the emulated phone did press them"
    left = {path.name: path.read_bytes() for path in (tmp_path / "captures").iterdir()}
    texts = {
        name: gzip.decompress(content).decode() if name.endswith(".gz") else content.decode() for name, content in left.items()
    }
    capture = next(text for name, text in texts.items() if name.endswith(".gz"))
    assert {"HiddenKeyPressed", "DtmfData", "ContinuousDtmfRecognitionToneReceived"} <= {
        word for word in ("HiddenKeyPressed", "DtmfData", "ContinuousDtmfRecognitionToneReceived") if word in capture
    }
    texts |= {"the report": json.dumps(report), "the log": logged.getvalue()}
    texts["the engine"] = b"\n".join(heard_by_engine).decode()
    assert len(heard_by_engine) > 20
    for name, text in texts.items():
        assert digits_in(text) == [], name


async def test_a_tool_waits_for_a_yes_and_the_time_it_takes_is_filled(tmp_path: Path, scenario: ModuleType) -> None:
    script = [
        Turn(hear="cancel my order", call=[("cancel_order", {"order_id": "4271"})]),
        Turn(hear="yes please", expect='{"cancelled":"4271"', say="It is cancelled.", ms=600),
    ]
    settings = {"tools": {"filler": "One moment.", "filler_after_seconds": 0.4}}
    async with scenario.stage(tmp_path, script, settings=settings) as on:
        report = await on.call(steps=[{"say": "Cancel my order."}, {"say": "Yes, please."}], hang_up_after=True)
    spoken = [turn["text"] for turn in report["turns"] if turn["role"] == "agent"]
    assert spoken == ["Hello, this is a test.", "Shall I cancel order 4 2 7 1?", "One moment.", "It is cancelled."]
    assert [(tool["name"], tool["outcome"]) for tool in report["tools"]] == [("cancel_order", "ok")]
    assert report["warnings"] == []


async def test_a_second_agent_takes_over_and_the_menu_calls_a_human(tmp_path: Path, scenario: ModuleType) -> None:
    (tmp_path / "billing.md").write_text("You do bills.")
    script = [
        Turn(hear="my bill please", call=[("to_billing", {})]),
        Turn(expect="billing", call=[("read_bill", {})]),
        Turn(expect="12 dollars", say="It is 12 dollars.", ms=600),
        Turn(expect="busy", say="Nobody is free.", ms=600),
    ]
    settings = {
        "agent": {"name": "desk", "greeting": "Hello, this is a test.", "offers": ["to_billing"]},
        "agents": {"billing": {"prompt": "billing.md", "offers": ["read_bill"]}},
        "keys": {"recognise": True, "menu": {"0": {"say": "I will connect you.", "transfer": "sales"}}},
        "transfer": {"targets": {"sales": {"phone_number": "+14255550123", "ring_seconds": 5}}},
    }
    async with scenario.stage(tmp_path, script, settings=settings) as on:
        report = await on.call(steps=[{"say": "My bill, please."}, {"dtmf": "0"}], human="busy", hang_up_after=True)
    spoken = [(turn["agent"], turn["text"]) for turn in report["turns"] if turn["role"] == "agent"]
    assert spoken == [
        ("desk", "Hello, this is a test."),
        ("billing", "It is 12 dollars."),
        ("billing", "I will connect you."),
        ("billing", "Nobody is free."),
    ]
    assert [tool["name"] for tool in report["tools"]] == ["to_billing", "read_bill", "request_transfer"]
    assert report["transfer"]["outcome"] == "busy"


async def test_a_server_that_the_engine_speaks_with_is_called_after_a_yes(tmp_path: Path, scenario: ModuleType) -> None:
    pytest.importorskip("mcp")
    script = [
        Turn(hear="delete me please", call=[("delete_customer", {"name": "Ann"})]),
        Turn(hear="yes please", expect="gone: Ann", say="You are deleted.", ms=600),
    ]
    with mcp_server() as url:
        crm = {"url": url, "at": "engine", "ask_first": "Shall I delete {name}?"}
        async with scenario.stage(tmp_path, script, settings={"tools": {"mcp": {"crm": crm}}}) as on:
            report = await on.call(steps=[{"say": "Delete me, please."}, {"say": "Yes, please."}], hang_up_after=True)
    spoken = [turn["text"] for turn in report["turns"] if turn["role"] == "agent"]
    assert spoken == ["Hello, this is a test.", "Shall I delete Ann?", "You are deleted."]
    ran = [(tool["name"], tool["outcome"], tool["result"]) for tool in report["tools"]]
    assert ran == [("delete_customer", "ok", {"approved": True}), ("crm_delete_customer", "ok", "gone: Ann")]


@contextmanager
def mcp_server() -> Iterator[str]:
    """The address of a server on this machine with one tool, while the block runs."""
    from mcp.server import MCPServer

    crm = MCPServer("crm")

    @crm.tool()
    def delete_customer(name: str) -> str:
        """Delete a customer."""
        return f"gone: {name}"

    with served(crm.streamable_http_app()) as url:
        yield f"{url}/mcp"
