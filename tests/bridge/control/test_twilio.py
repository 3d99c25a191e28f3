"""Call control through Twilio: what it is told, what its answers mean, and who has the caller when a transfer fails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from voiceagent.call.commands import AskForReply, ControlCommand, HangUp, LeaveCall, SendKeys, StartRecording, TransferCaller
from voiceagent.call.events import (
    CallConnected,
    CallerLeft,
    Event,
    KeysSent,
    RecordingChanged,
    TransferEnded,
    TransferOutcome,
    TransferRinging,
)
from voiceagent.config.handover import TransferTarget
from voiceagent.config.schema import RecordingSection
from voiceagent.config.telephony import TwilioSection
from voiceagent.control.twilio import TwilioAccount, TwilioControl, twilio_account
from voiceagent.discreet import Secret, Words
from voiceagent.errors import RemoteError

SID = "AC" + "0" * 32
TARGETS = {
    "support": TransferTarget(phone_number="+14255550123"),
    "teams": TransferTarget(teams_user="u"),
    "ear": TransferTarget(phone_number="+14255550124", agent="listens"),
}


class Rest:
    def __init__(self) -> None:
        self.asked: list[Mapping[str, str]] = []
        self.refusal: RemoteError | None = None

    async def update(self, call_sid: str, form: Mapping[str, str], operation: str) -> dict[str, Any]:
        self.asked.append(form)
        if self.refusal:
            raise self.refusal
        return {}

    async def record(self, call_sid: str, form: Mapping[str, str]) -> dict[str, Any]:
        self.asked.append(form)
        return {"sid": "RE1"}


class Bench:
    def __init__(self) -> None:
        self.rest, self.events = Rest(), list[Event]()
        self.control = TwilioControl(
            self.rest,
            call_sid="CA1",
            stream_url="wss://x/m",
            next_url="https://x/n",
            target_url="https://x/t",
            targets=TARGETS,
            caller_id="+14255550199",
            recording=RecordingSection(channels="unmixed"),
        )
        self.control.deliver = self.events.append

    async def transfer(self, target: str = "support") -> None:
        await self.control.carry_out(TransferCaller(target, Words("why"), 20))


@pytest.fixture
async def bench() -> Bench:
    return Bench()


async def test_answering_is_the_reply_to_twilios_question(bench: Bench) -> None:
    await bench.control.answer()
    assert '<Stream url="wss://x/m"/>' in await bench.control.answer_document()
    bench.control.opened()
    assert bench.events == [CallConnected()]


async def test_a_caller_is_turned_away_with_busy_or_as_not_in_service(bench: Bench) -> None:
    await bench.control.reject("forbidden")
    assert '<Reject reason="rejected"/>' in await bench.control.answer_document()


async def test_hanging_up_before_the_answer_is_busy(bench: Bench) -> None:
    await bench.control.carry_out(HangUp("x"))
    assert "<Reject" in await bench.control.answer_document()
    assert bench.events == [CallerLeft("rejected")]


async def test_hanging_up_completes_the_call(bench: Bench) -> None:
    await bench.control.answer()
    await bench.control.carry_out(HangUp("x"))
    assert (bench.rest.asked, bench.events) == ([{"Status": "completed"}], [CallerLeft("hung up by us")])


@pytest.mark.parametrize(("status", "code"), [(404, ""), (400, "21220")])
async def test_a_call_that_is_over_needs_no_hanging_up(bench: Bench, status: int, code: str) -> None:
    await bench.control.answer()
    bench.rest.refusal = RemoteError("gone", service="Twilio", status=status, code=code)
    await bench.control.carry_out(HangUp("x"))
    assert bench.events == [CallerLeft("hung up by us")]


async def test_a_hang_up_that_is_refused_is_told(bench: Bench) -> None:
    await bench.control.answer()
    bench.rest.refusal = RemoteError("no", service="Twilio", status=401)
    with pytest.raises(RemoteError):
        await bench.control.carry_out(HangUp("x"))


async def test_the_streams_end_is_the_callers_unless_they_are_being_handed_over(bench: Bench) -> None:
    await bench.transfer()
    bench.control.stream_ended()
    assert bench.events == []
    bench.control.asked_next((("DialCallStatus", "busy"),))
    bench.events.clear()
    bench.control.stream_ended()
    assert bench.events == [CallerLeft("hung up")]


async def test_a_transfer_dials_the_target_and_follows_its_phone(bench: Bench) -> None:
    await bench.transfer()
    (form,) = bench.rest.asked
    assert ">+14255550123</Number>" in form["Twiml"]
    assert 'timeout="20"' in form["Twiml"]
    assert 'callerId="+14255550199"' in form["Twiml"]
    bench.control.target_reported((("CallStatus", "ringing"),))
    bench.control.target_reported((("CallStatus", "in-progress"),))
    assert bench.events == [TransferRinging("support"), TransferEnded("support", "connected")]
    await bench.control.carry_out(LeaveCall())
    assert bench.events[-1] == CallerLeft("handed over")


async def test_keys_that_nobody_can_press_are_answered_at_once(bench: Bench) -> None:
    await bench.control.carry_out(SendKeys("t1", Words("42#")))
    assert bench.events == [KeysSent("t1", "Twilio presses no keys while the agent has the call")]


async def test_a_human_who_is_to_be_asked_does_not_get_the_caller_unasked(bench: Bench) -> None:
    with pytest.raises(RemoteError, match="is to be asked first") as error:
        await bench.control.carry_out(TransferCaller("support", Words("why"), 20, "consult"))
    assert (bench.rest.asked, bench.control.handing_over) == ([], False)
    assert "transfer.targets.support.mode" in error.value.remedy


@pytest.mark.parametrize(
    ("status", "sip", "outcome"),
    [
        ("busy", "486", "busy"),
        ("no-answer", "", "no_answer"),
        ("canceled", "", "no_answer"),
        ("failed", "", "failed"),
        ("busy", "603", "declined"),
        ("of the future", "", "failed"),
    ],
)
async def test_after_a_transfer_that_failed_the_agent_has_the_caller(
    bench: Bench, status: str, sip: str, outcome: TransferOutcome
) -> None:
    await bench.transfer()
    bench.control.target_reported((("CallStatus", "completed"), ("SipResponseCode", sip)))
    assert bench.control.handing_over
    document = bench.control.asked_next((("DialCallStatus", status), ("ErrorCode", "13224")))
    assert '<Stream url="wss://x/m"/>' in document
    assert bench.events == [TransferEnded("support", outcome, code=13224)]
    assert not bench.control.handing_over


async def test_a_human_who_hangs_up_ends_the_call(bench: Bench) -> None:
    await bench.transfer()
    assert "<Hangup/>" in bench.control.asked_next((("DialCallStatus", "completed"),))
    assert bench.events == [CallerLeft("hung up")]


async def test_a_stream_that_broke_is_connected_again(bench: Bench) -> None:
    assert "<Stream" in bench.control.asked_next(())


async def test_late_news_of_a_phone_says_nothing(bench: Bench) -> None:
    bench.control.target_reported((("CallStatus", "in-progress"),))
    assert bench.events == []


@pytest.mark.parametrize("target", ["nobody", "teams", "ear"])
async def test_what_twilio_cannot_do_is_told_with_the_remedy(bench: Bench, target: str) -> None:
    with pytest.raises(RemoteError) as caught:
        await bench.transfer(target)
    assert caught.value.remedy
    assert not bench.control.handing_over


async def test_a_transfer_that_twilio_refuses_leaves_the_caller_with_us(bench: Bench) -> None:
    bench.rest.refusal = RemoteError("no", service="Twilio", status=400)
    with pytest.raises(RemoteError):
        await bench.transfer()
    assert not bench.control.handing_over


async def test_recording_has_a_channel_for_each_when_asked(bench: Bench) -> None:
    await bench.control.carry_out(StartRecording())
    assert bench.rest.asked == [{"RecordingChannels": "dual"}]
    assert bench.events == [RecordingChanged("RE1", active=True)]


async def test_a_command_it_does_not_know_is_refused(bench: Bench) -> None:
    with pytest.raises(RemoteError, match="no way to AskForReply"):
        await bench.control.carry_out(AskForReply())  # type: ignore[arg-type]  # any command of the future


async def test_taps_see_what_twilio_is_told(bench: Bench) -> None:
    shown: list[tuple[str, Any]] = []
    bench.control.watch(lambda direction, frame: shown.append((direction, json.loads(frame))))
    await bench.control.answer()
    await bench.control.carry_out(HangUp("x"))
    assert [direction for direction, _ in shown] == ["out", "out"]
    assert shown[1][1] == {"Status": "completed"}


# --- the account


class Twilio:
    def __init__(self, answer: httpx.Response | Exception) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def account(twilio: Twilio) -> TwilioAccount:
    http = httpx.AsyncClient(transport=httpx.MockTransport(twilio))
    return TwilioAccount(http, api_url="https://api.twilio.com/", account_sid=SID, auth_token=Secret("t"))


async def test_requests_carry_the_account_and_the_form() -> None:
    twilio = Twilio(httpx.Response(200, json={"sid": "CA1"}))
    assert await account(twilio).update("CA1", {"Status": "completed"}, "hang up") == {"sid": "CA1"}
    await account(twilio).record("CA1", {"RecordingChannels": "mono"})
    first, second = twilio.requests
    assert str(first.url) == f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Calls/CA1.json"
    assert (first.content, first.headers["authorization"][:6]) == (b"Status=completed", "Basic ")
    assert second.url.path.endswith("/CA1/Recordings.json")


async def test_a_refusal_tells_twilios_words_and_the_remedy() -> None:
    refusal = httpx.Response(401, json={"code": 20003, "message": "Authenticate"}, headers={"twilio-request-id": "RQ1"})
    with pytest.raises(RemoteError) as caught:
        await account(Twilio(refusal)).update("CA1", {}, "hang up")
    error = caught.value
    assert (str(error), error.status, error.code, error.request_id) == (
        *("Twilio refused to hang up: Authenticate", 401, "20003", "RQ1"),
    )
    assert "TWILIO_AUTH_TOKEN" in error.remedy


async def test_a_refusal_without_words_and_a_network_that_is_away_are_told() -> None:
    with pytest.raises(RemoteError, match="refused to hang up: Bad Gateway"):
        await account(Twilio(httpx.Response(502, text="<html>"))).update("CA1", {}, "hang up")
    with pytest.raises(RemoteError, match="could not be reached to hang up: ConnectError"):
        await account(Twilio(httpx.ConnectError("x"))).update("CA1", {}, "hang up")


async def test_an_account_is_made_of_the_settings() -> None:
    section = TwilioSection(account_sid=SID, auth_token="t", api_url="http://127.0.0.1:1")
    async with twilio_account(section) as made:
        with pytest.raises(RemoteError, match="could not be reached"):
            await made.update("CA1", {}, "hang up")


def test_every_control_command_has_an_answer() -> None:
    """A new command of the call reaches Twilio's control; what it cannot do it refuses in words."""
    known = {TransferCaller, HangUp, LeaveCall, StartRecording}
    assert known <= set(ControlCommand.__subclasses__())
