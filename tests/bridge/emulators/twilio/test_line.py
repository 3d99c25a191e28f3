"""One emulated call: what the app's documents make of it, who hears what, and how it ends."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from typing import Any

import pytest
from websockets.protocol import State

from voiceagent.audio.g711 import ulaw_encode
from voiceagent.audio.tones import tone
from voiceagent.emulators.acs.order import Order
from voiceagent.emulators.acs.script import Dtmf, Silence, Wav
from voiceagent.emulators.acs.studio import Line
from voiceagent.emulators.twilio.line import PhoneCall
from voiceagent.protocol import twilio_calls as twiml
from voiceagent.protocol import twilio_media as wire

STREAM = twiml.connect_stream("wss://app/m", then="next")
SPEECH = base64.b64encode(ulaw_encode(tone((440.0,), 100, 8000)))


def place(house: Any, *steps: Any, **order: Any) -> PhoneCall:
    made: PhoneCall = house.network.place(Order("4:+14255550142", "4:+14255550199", **order), steps, Line())
    return made


def dial(number: str = "+14255550123") -> str:
    return twiml.dial_number(number, caller_id="", ring_seconds=20, then="next", progress="progress")


def kinds(call: PhoneCall) -> list[str]:
    return [line.kind for line in call.diary.lines]


async def test_the_app_is_asked_and_the_caller_turned_away(house: Any) -> None:
    house.app.documents["voice"] = twiml.reject()
    call = place(house)
    await house.settle()
    ((url, form),) = house.app.asked
    assert (url, form["CallSid"], form["From"], form["To"], form["CallStatus"]) == (
        *("voice", call.call_sid, "+14255550142", "+14255550199", "ringing"),
    )
    assert (call.outcome, call.end_reason, call.status) == ("rejected", "busy", "busy")
    assert kinds(call) == ["ringing", "ended"]


async def test_a_stream_carries_the_caller_and_is_heard(house: Any) -> None:
    house.app.documents["voice"] = STREAM
    call = place(house, Dtmf("7"), Wav(tone((440.0,), 60, 8000), 8000))
    await house.settle()
    (socket,) = house.app.sockets
    assert (socket.events(), call.status) == (["connected", "start"], "in-progress")
    socket.say(wire.encode_media("MZ", SPEECH))
    await house.beats(8)
    assert [(turn.start_ms, turn.latency_ms) for turn in call.turns.turns] == [(20, None)]
    await house.beats(60)
    assert "dtmf" in socket.events()
    assert socket.events().count("media") == 68


async def test_marks_come_back_when_the_ear_has_come_to_them(house: Any) -> None:
    house.app.documents["voice"] = STREAM
    place(house, Silence(5_000))
    await house.settle()
    (socket,) = house.app.sockets
    socket.say(wire.encode_media("MZ", SPEECH), wire.encode_mark("MZ", "half"), wire.encode_media("MZ", SPEECH))
    await house.settle()
    await house.beats(4)
    assert "mark" not in socket.events()
    await house.beats(1)
    assert socket.sent[-1]["mark"] == {"name": "half"}


async def test_a_clear_silences_the_ear_and_answers_all_marks(house: Any) -> None:
    house.app.documents["voice"] = STREAM
    call = place(house, Silence(5_000))
    await house.settle()
    (socket,) = house.app.sockets
    socket.say(wire.encode_media("MZ", SPEECH), wire.encode_mark("MZ", "1"), wire.encode_mark("MZ", "2"))
    await house.beats(2)
    socket.say(wire.encode_clear("MZ"), b"nonsense", b'{"event":"news"}')
    await house.settle()
    assert [message["mark"]["name"] for message in socket.sent if message["event"] == "mark"] == ["1", "2"]
    assert (call.ear.queued_ms(house.clock.now_ms()), call.counts.malformed, call.counts.unknown) == (0, 1, 1)


async def test_the_caller_hangs_up_and_the_app_is_told(house: Any) -> None:
    house.app.documents["voice"] = STREAM
    call = place(house)
    await house.settle()
    call.hang_up()
    await house.settle()
    assert house.app.sockets[0].events()[-1] == "stop"
    assert (call.outcome, call.end_reason) == ("completed", "the caller hung up")


async def test_a_caller_whose_script_is_over_hangs_up(house: Any) -> None:
    house.app.documents["voice"] = STREAM
    call = place(house)
    await house.settle()
    await house.beats(110)
    assert call.over


async def test_a_stream_the_app_closes_is_followed_by_the_question_what_next(house: Any) -> None:
    house.app.documents |= {"voice": STREAM, "next": twiml.hang_up()}
    call = place(house)
    await house.settle()
    house.app.sockets[0].leave()
    await house.settle()
    assert [url for url, _ in house.app.asked] == ["voice", "next"]
    assert (call.outcome, call.end_reason) == ("completed", "the app hung up")


@pytest.mark.parametrize(
    ("human", "reports", "status"),
    [
        ("answer", [("ringing", None), ("in-progress", None), ("completed", "200")], "completed"),
        ("busy", [("ringing", None), ("busy", "486")], "busy"),
        ("declined", [("ringing", None), ("busy", "603")], "busy"),
        ("no_answer", [("ringing", None), ("no-answer", "480")], "no-answer"),
        ("unreachable", [("ringing", None), ("failed", "404")], "failed"),
    ],
)
async def test_a_phone_that_is_dialled_is_reported_on(house: Any, human: Any, reports: Any, status: str) -> None:
    house.app.documents |= {"voice": STREAM, "next": twiml.hang_up(), "progress": ""}
    call = place(house, human=human)
    await house.settle()
    call.replace(dial())
    await house.settle()
    told = [(form["CallStatus"], form.get("SipResponseCode")) for url, form in house.app.asked if url == "progress"]
    asked = [form["DialCallStatus"] for url, form in house.app.asked if url == "next"]
    assert (told, asked) == (reports, [status])
    assert house.app.asked[-1][0] == "next", "the bridge learns from a report whether the phone was declined"
    assert call.outcome == ("transferred" if human == "answer" else "completed")
    assert house.app.sockets[0].events()[-1] == "stop"


@pytest.mark.parametrize(
    ("human", "ended", "told"),
    [
        ("answer", "transferred", ["ringing", "human_rings", "answered", "human_answers", "ended"]),
        ("busy", "rejected", ["ringing", "human_rings", "human_fails", "ended"]),
    ],
)
async def test_a_caller_who_is_sent_elsewhere_is_answered_when_somebody_there_does(
    house: Any, human: Any, ended: str, told: list[str]
) -> None:
    house.app.documents["voice"] = twiml.redirect_number("+14255550123", ring_seconds=20)
    call = place(house, human=human)
    await house.settle()
    assert (call.outcome, kinds(call)) == (ended, told)


async def test_a_caller_who_was_dialled_for_in_vain_waits_for_the_agents_words(house: Any) -> None:
    house.app.documents |= {"voice": STREAM, "next": STREAM, "progress": ""}
    call = place(house, Silence(0), human="busy")
    await house.settle()
    call.replace(dial())
    await house.settle()
    assert len(house.app.sockets) == 2
    assert not call.caller.on_hold
    assert kinds(call)[-3:] == ["human_rings", "human_fails", "media_open"]


async def test_a_redirect_is_followed_and_other_verbs_are_told(house: Any) -> None:
    house.app.documents |= {"voice": "<Response><Say>Hi</Say><Redirect>more</Redirect></Response>", "more": "<Response/>"}
    call = place(house)
    await house.settle()
    assert [line.facts["sentence"] for line in call.diary.all("warning")] == ["<Say> is not carried out here."]
    assert call.end_reason == "the app ended the call"


@pytest.mark.parametrize("document", [None, "no xml"])
async def test_an_app_that_fails_is_told_as_twilio_would(house: Any, document: str | None) -> None:
    if document is not None:
        house.app.documents["voice"] = document
    call = place(house)
    await house.settle()
    assert (call.outcome, call.end_reason) == ("failed", "application error")
    assert call.diary.all("warning")


async def test_a_caller_may_be_told_to_do_more(house: Any) -> None:
    house.app.documents["voice"] = STREAM
    call = place(house, hangs_up=False)
    await house.settle()
    await house.beats(100)
    assert call.add_steps((Dtmf("1"),), hangs_up=True) == 1
    await house.beats(60)
    assert "dtmf" in house.app.sockets[0].events()


async def test_a_report_the_app_refuses_is_a_warning_and_the_call_goes_on(house: Any) -> None:
    house.app.documents |= {"voice": STREAM, "next": twiml.hang_up()}
    call = place(house)
    await house.settle()
    call.replace(dial())
    await house.settle()
    assert (call.outcome, call.end_reason) == ("transferred", "the app hung up")
    assert call.diary.all("warning")[0].facts["sentence"] == "11200: the app answered 404 at progress."


async def test_a_phone_rings_while_the_app_takes_its_time_over_a_report(house: Any) -> None:
    house.app.documents |= {"voice": STREAM, "next": twiml.hang_up(), "progress": ""}
    house.app.slow = asyncio.Event()
    call = place(house)
    await house.settle()
    call.replace(dial())
    await house.settle()
    assert kinds(call)[-1] == "human_answers"
    assert [form["CallStatus"] for url, form in house.app.asked if url == "progress"] == ["ringing"]
    house.app.slow.set()
    await house.settle()
    reports = [form["CallStatus"] for url, form in house.app.asked if url == "progress"]
    assert reports == ["ringing", "in-progress", "completed"]


async def test_a_document_that_comes_while_the_app_is_asked_is_carried_out_whole(house: Any) -> None:
    house.app.documents |= {"voice": STREAM, "next": twiml.hang_up()}
    call = place(house, Silence(5_000))
    await house.settle()
    house.app.asks = lambda url: call.replace(STREAM) if url == "next" else None
    house.app.sockets[0].leave()
    await house.settle()
    _, second = house.app.sockets
    assert (second.state, call.over) == (State.OPEN, False)


async def test_a_phone_stops_ringing_when_the_app_wants_something_else(house: Any) -> None:
    house.network.options = replace(house.network.options, human_answers_ms=5_000)
    house.app.documents |= {"voice": STREAM, "progress": ""}
    call = place(house)
    await house.settle()
    call.replace(dial())
    await house.settle()
    call.replace(twiml.hang_up())
    await house.settle()
    assert (call.outcome, kinds(call)[-2:]) == ("completed", ["human_rings", "ended"])


async def test_a_stream_that_breaks_is_closed(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def deaf(payload: bytes, now: float) -> None:
        raise RuntimeError("deaf")

    house.app.documents["voice"] = STREAM
    call = place(house, Silence(5_000))
    await house.settle()
    monkeypatch.setattr(call.ear, "hears", deaf)
    house.app.sockets[0].say(wire.encode_media("MZ", SPEECH))
    await house.settle()
    assert (call.outcome, house.app.sockets[0].events()[-1], house.app.sockets[0].state) == ("failed", "stop", State.CLOSED)


async def test_addresses_may_be_relative_to_where_the_document_came_from(house: Any) -> None:
    house.network.voice_url = "https://app/twilio/voice"
    house.app.documents |= {
        "https://app/twilio/voice": "<Response><Redirect>calls/1?a=b</Redirect></Response>",
        "https://app/twilio/calls/1?a=b": "<Response><Redirect>/end</Redirect></Response>",
        "https://app/end": "<Response><Redirect>https://[</Redirect></Response>",
    }
    call = place(house)
    await house.settle()
    assert [url for url, _ in house.app.asked] == list(house.app.documents)
    assert (call.outcome, call.end_reason) == ("failed", "application error")
