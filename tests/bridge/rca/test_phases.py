"""The phases of a call."""

from __future__ import annotations

from voiceagent.rca.phases import PHASES, phases_of
from voiceagent.rca.story import Fact, Flow, Story

ANSWER = Fact(2.0, "request", "", {"operation": "answer", "status": 200, "code": ""})


def a_call() -> Story:
    return Story(
        began={"started_at": 100.0, "received_at": 99.99, "validated_at": 99.995},
        requests=[ANSWER],
        phases={"answered": 20.0, "media_open": 50.0, "engine_ready": 40.0},
        caller=Flow(count=1, first_ms=60.0),
        to_caller=Flow(count=1, first_ms=80.0),
        ended_ms=5000.0,
    )


def test_a_whole_call_has_them_all() -> None:
    found = {phase.name: phase for phase in phases_of(a_call())}
    assert list(found) == list(PHASES)
    assert {phase.status for phase in found.values()} == {"ok"}
    assert found["received"].json() == {"name": "received", "at_ms": -10.0, "status": "ok"}
    assert (found["bridging"].at_ms, found["admitted"].at_ms) == (80.0, 0.0)


def test_the_first_that_was_not_reached_has_failed() -> None:
    story = a_call()
    del story.phases["media_open"]
    story.to_caller = Flow()
    assert [phase.status for phase in phases_of(story)][5:] == ["failed", "ok", "not_reached", "ok"]


def test_one_that_was_turned_away_was_not_admitted() -> None:
    story = Story(began={"started_at": 1.0}, outcome="rejected", ended_ms=3.0)
    found = {phase.name: phase.status for phase in phases_of(story)}
    assert (found["received"], found["admitted"], found["answering"], found["ended"]) == (
        "unknown",
        "failed",
        "not_reached",
        "ok",
    )


def test_a_call_of_ours_is_announced_by_nobody() -> None:
    story = a_call()
    story.began = {"started_at": 100.0, "received_at": 0.0}
    story.requests = [Fact(3.0, "request", "", {"operation": "create", "status": 201, "code": ""})]
    found = {phase.name: phase for phase in phases_of(story)}
    assert (found["received"].status, found["answering"].at_ms) == ("unknown", 3.0)
