from __future__ import annotations

from a_call import CALLER, HUMAN, answer, lines, notices, told

from voiceagent.emulators.acs.callees import Callee
from voiceagent.emulators.acs.effects import CalleeAnswers, LineClosed
from voiceagent.emulators.acs.exchange import Exchange
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.requests import CreateRequest
from voiceagent.emulators.acs.state import Call

OPTIONS = NetworkOptions(human_answers_ms=1_000, human_busy_ms=400, connect_ms=100)


def dialled(*targets: str, **people: Callee) -> Call:
    exchange = Exchange(Ids(1), OPTIONS, resource_id="resource")
    for raw_id, callee in people.items():
        exchange.callees.describe(raw_id, callee)
    return exchange.dial(CreateRequest(targets, answer(operation_context="out"), "+14255550100"), 0)


def test_a_callee_who_answers_takes_the_callers_place() -> None:
    call = dialled(HUMAN)
    assert (call.phase, call.targets) == ("connecting", (HUMAN,))
    call.tick(1_000)
    assert CalleeAnswers(HUMAN) in call.drain()
    call.tick(1_100)
    assert told(call) == ["CallConnected", "ParticipantsUpdated"]
    assert list(call.roster) == [HUMAN, call.app_id]


def test_a_callee_who_is_busy_is_reported_and_the_call_is_over() -> None:
    call = dialled(HUMAN, **{HUMAN: Callee("busy")})
    call.tick(400)
    (failed, closed) = call.drain()
    assert (failed.type, failed.operation_context, failed.result.sub_code) == ("CreateCallFailed", "out", 8539)  # type: ignore[union-attr]
    assert closed == LineClosed()
    assert (call.over, call.outcome) == (True, "failed")


def test_nobody_answers_for_as_long_as_a_phone_rings() -> None:
    call = dialled(HUMAN, **{HUMAN: Callee("no_answer")})
    call.tick(29_999)
    assert not call.over
    call.tick(30_000)
    assert [one.result.sub_code for one in notices(call) if one.result] == [8541]


def test_a_group_is_connected_by_the_first_and_joined_by_the_others() -> None:
    call = dialled(HUMAN, CALLER, "4:+19", **{HUMAN: Callee("busy"), "4:+19": Callee("answer", ring_ms=1_050)})
    for now in (400, 1_000, 1_050):
        call.tick(now)
    assert told(call) == []
    call.tick(1_100)
    assert told(call) == ["CallConnected", "ParticipantsUpdated", "ParticipantsUpdated"]
    assert list(call.roster) == [CALLER, call.app_id, "4:+19"]
    assert "human_fails" in lines(call)


def test_hanging_up_while_it_rings_ends_the_call() -> None:
    call = dialled(HUMAN)
    call.hang_up(500, for_everyone=True)
    assert told(call) == ["CallDisconnected"]
    call.tick(1_000)
    assert told(call) == []
