"""Twilio at the public edge: whom it lets in, what a ringing number is answered, and a caller who comes back."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from voiceagent.call.commands import CallBeganNoted, CallEndedNoted, PhaseNoted, TransferCaller
from voiceagent.control.twilio import TwilioControl
from voiceagent.discreet import Words
from voiceagent.protocol.public_address import PublicAddress
from voiceagent.protocol.twilio_calls import signature
from voiceagent.protocol.twilio_media import Started, TwilioSide
from voiceagent.server import twilio
from voiceagent.server.app import build_app
from voiceagent.server.listen import bind, listening
from voiceagent.testing.scripted import Audio

TOKEN = "the-token"
ACCOUNT = {"account_sid": "AC" + "0" * 32, "auth_token": TOKEN}
SETTINGS: dict[str, Any] = {
    "twilio": ACCOUNT,
    "transfer": {"targets": {"support": {"phone_number": "+14255550123"}}},
}
RING = {"CallSid": "CA1", "From": "+14255550142", "To": "+14255550199", "CallStatus": "ringing"}


class Rest:
    def __init__(self) -> None:
        self.asked: list[Mapping[str, str]] = []

    async def update(self, call_sid: str, form: Mapping[str, str], operation: str) -> dict[str, Any]:
        self.asked.append(form)
        return {}

    async def record(self, call_sid: str, form: Mapping[str, str]) -> dict[str, Any]:
        return {}


class Twilio:
    """Twilio's side: signs what it asks, and dials what it is told."""

    def __init__(self, bench: Any, port: int, rest: Rest) -> None:
        self.bench, self.rest = bench, rest
        self.public = f"http://127.0.0.1:{port}"
        bench.bridge.public.move(PublicAddress(self.public))

    async def ask(self, path: str, form: Mapping[str, str], *, token: str = TOKEN, **headers: str) -> httpx.Response:
        url = path if path.startswith("http") else self.public + path
        told = {
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": signature(token, url, form.items()),
            **headers,
        }
        async with httpx.AsyncClient(trust_env=False) as http:
            return await http.post(url, content=urlencode(form), headers=told)

    async def ring(self, **more: str) -> str:
        """A number rings; the document it is answered."""
        answer = await self.ask("/twilio/voice", RING | more)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        return answer.text

    def dial(self, document: str, *, signed: str = TOKEN) -> Any:
        """Connect to the stream of a document."""
        url = addresses(document)[0]
        return connect(
            url,
            additional_headers={"x-twilio-signature": signature(signed, url)},
            compression=None,
            proxy=None,
            ping_interval=None,
        )

    def control(self) -> TwilioControl:
        (call,) = self.bench.bridge.known
        assert isinstance(call.control, TwilioControl)
        return call.control


def addresses(document: str) -> tuple[str, str]:
    """The stream of a document, and what is asked when it is over."""
    (verb,) = ElementTree.fromstring(document)
    return verb[0].attrib["url"], verb.attrib["action"]


@pytest.fixture
async def line(bridging_with: Any) -> AsyncIterator[Twilio]:
    async with twilio_line(bridging_with) as made:
        yield made


@asynccontextmanager
async def twilio_line(bridging_with: Any, *, short_path: bool = True, **sections: Any) -> AsyncIterator[Twilio]:
    async with bridging_with(**(SETTINGS | sections)) as bench:
        rest = Rest()
        with closing(bind("127.0.0.1", 0)) as where:
            async with listening(build_app(bench.bridge, rest), where, short_path=short_path):
                yield Twilio(bench, where.getsockname()[1], rest)
                bench.bridge.abandon()


async def began(socket: Any, call_sid: str = "CA1") -> TwilioSide:
    side = TwilioSide(Started("MZ1", call_sid, ACCOUNT["account_sid"]))
    await socket.send(side.connected().decode())
    await socket.send(side.start().decode())
    return side


async def phase(line: Twilio, name: str) -> None:
    async with asyncio.timeout(10):
        while all(not isinstance(n, PhaseNoted) or n.phase != name for _, n in line.bench.watcher.notes):
            line.bench.watcher.news.clear()
            await line.bench.watcher.news.wait()


@pytest.mark.parametrize("short_path", [True, False])
async def test_a_number_that_rings_gets_a_stream_and_sound_goes_both_ways(bridging_with: Any, short_path: bool) -> None:
    async with twilio_line(bridging_with, short_path=short_path) as line:
        document = await line.ring()
        async with line.dial(document) as socket:
            side = await began(socket)
            await phase(line, "media_open")
            await phase(line, "engine_ready")
            for _ in range(3):
                await socket.send(side.media(base64.b64encode(b"\xff" * 160)).decode())
            engine = line.bench.engines[0]
            async with asyncio.timeout(10):
                while not engine.heard:
                    await asyncio.sleep(0)
            engine.say(Audio("r1", "i1", 40))
            said = [json.loads(await asyncio.wait_for(socket.recv(), 10)) for _ in range(2)]
            assert [(one["event"], one["streamSid"]) for one in said] == [("mark", "MZ1"), ("media", "MZ1")]
            await socket.send(side.stop().decode())
            (ended,) = await line.bench.watcher.until(CallEndedNoted)
            assert (ended.outcome, ended.reason) == ("completed", "caller_left")


async def test_the_call_is_known_by_twilios_id_and_numbers(line: Twilio) -> None:
    await line.ring()
    (note,) = await line.bench.watcher.until(CallBeganNoted)
    assert (note.correlation_id, note.caller.shown, note.called.shown) == ("CA1", "+14255550142", "+14255550199")


async def test_a_webhook_that_is_repeated_gets_the_same_answer(line: Twilio) -> None:
    assert await line.ring() == await line.ring()
    assert len(await line.bench.watcher.until(CallBeganNoted)) == 1


async def test_a_caller_too_many_gets_busy(bridging_with: Any) -> None:
    async with twilio_line(bridging_with, limits={"max_calls": 1}) as line:
        await line.ring()
        assert '<Reject reason="busy"/>' in await line.ring(CallSid="CA2")


async def test_a_caller_too_many_is_sent_to_the_overflow(bridging_with: Any) -> None:
    night = {"targets": {"night": {"phone_number": "+14255550123"}}}
    async with twilio_line(bridging_with, limits={"max_calls": 1}, answer={"overflow": "night"}, transfer=night) as line:
        await line.ring()
        assert "<Number>+14255550123</Number></Dial>" in await line.ring(CallSid="CA2")


async def test_nobody_decided_in_time_is_busy(line: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio, "DECIDE_SECONDS", 0.01)
    monkeypatch.setattr(line.bench.bridge, "ring", lambda *_: None)
    assert '<Reject reason="busy"/>' in await line.ring()


@pytest.mark.parametrize(
    ("path", "form", "headers", "token", "status"),
    [
        ("/twilio/voice", RING, {}, "another", 403),
        ("/twilio/voice", RING, {"x-twilio-signature": ""}, TOKEN, 403),
        ("/twilio/voice", {}, {}, TOKEN, 400),
        ("/twilio/next/abc/def", {}, {}, TOKEN, 403),
        ("/twilio/target/abc/def", {}, {}, TOKEN, 403),
    ],
)
async def test_strangers_are_turned_away(
    line: Twilio, path: str, form: Mapping[str, str], headers: dict[str, str], token: str, status: int
) -> None:
    assert (await line.ask(path, form, token=token, **headers)).status_code == status
    assert line.bench.watcher.notes == []


async def test_checks_that_are_switched_off_while_we_run_stay_on(line: Twilio) -> None:
    bridge = line.bench.bridge
    settings = bridge.project.settings
    off = settings.model_copy(update={"bridge": settings.bridge.model_copy(update={"verification": "unverified"})})
    bridge.use(dataclasses.replace(bridge.project, settings=off))
    assert (await line.ask("/twilio/voice", RING, token="another")).status_code == 403


async def test_a_query_is_signed_too(line: Twilio) -> None:
    assert (await line.ask("/twilio/voice?a=1", RING)).status_code == 200


async def test_what_was_signed_for_an_address_that_the_bridge_had_is_taken(line: Twilio) -> None:
    line.bench.bridge.public.move(PublicAddress("https://moved.example"))
    assert addresses(await line.ring())[0].startswith("wss://moved.example/twilio/media/")


async def test_what_is_no_form_is_refused(line: Twilio) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.post(f"{line.public}/twilio/voice", content=b"\xff")).status_code == 400


async def test_a_stream_needs_the_signature_the_token_and_a_free_call(line: Twilio) -> None:
    document = await line.ring()
    with pytest.raises(InvalidStatus) as unsigned:
        await line.dial(document, signed="another")
    with pytest.raises(InvalidStatus) as guessed:
        await line.dial(document.replace("/media/", "/media/0"))
    assert (unsigned.value.response.status_code, guessed.value.response.status_code) == (403, 403)
    async with line.dial(document) as first:
        await began(first)
        with pytest.raises(InvalidStatus) as second:
            await line.dial(document)
        assert second.value.response.status_code == 403


async def test_unverified_lets_everybody_ring(bridging_with: Any) -> None:
    async with twilio_line(bridging_with, bridge={"public_url": "https://x", "verification": "unverified"}) as line:
        assert (await line.ask("/twilio/voice", RING, token="another")).status_code == 200


async def test_after_a_transfer_that_failed_the_caller_is_back_with_the_agent(line: Twilio) -> None:
    document = await line.ring()
    _, then = addresses(document)
    async with line.dial(document) as socket:
        side = await began(socket)
        await phase(line, "media_open")
        control = line.control()
        await control.carry_out(TransferCaller("support", Words("why"), 20))
        await socket.send(side.stop().decode())
    assert ">+14255550123</Number>" in line.rest.asked[-1]["Twiml"]
    target = then.replace("/next/", "/target/")
    assert (await line.ask(target, {"CallStatus": "ringing"})).status_code == 200
    again = (await line.ask(then, {"DialCallStatus": "no-answer"})).text
    assert again == document
    async with line.dial(again) as socket:
        side = await began(socket)
        await line.bench.watcher.until(PhaseNoted, 3)
        assert len(line.bench.bridge.calls)
        await socket.send(side.stop().decode())
        await line.bench.watcher.until(CallEndedNoted)
    assert "<Hangup/>" in (await line.ask(then, {"CallStatus": "completed"})).text


async def test_a_call_of_the_other_service_has_no_twilio_address(line: Twilio) -> None:
    await line.bench.live()
    path = line.bench.path("one", "callbacks").replace("/callbacks/", "/twilio/target/")
    assert (await line.ask(path, {})).status_code == 404


async def test_a_call_of_twilios_has_no_address_of_the_other_service(line: Twilio) -> None:
    document = await line.ring()
    path = addresses(document)[1].replace("/twilio/next/", "/callbacks/")
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(path, content=b"[]", headers=line.bench.signature.header())
    assert answer.status_code == 404
