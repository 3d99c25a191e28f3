"""Why there was no sound; what the recorded calls do not show (those are in test_rules)."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.rca.media import RULES, TOKENS
from voiceagent.rca.story import Fact, Flow, Story

OPEN = {"answered": 10.0, "media_open": 20.0}


def first(story: Story) -> str:
    return next((rule.code for rule in (*TOKENS, *RULES) if rule.explain(story) is not None), "")


def report(kind: str, **fields: Any) -> Fact:
    return Fact(30.0, "callback", kind, {"type": kind, "code": None, "subcode": None, "update": "", **fields})


def test_reports_that_were_turned_away() -> None:
    told = Fact(5.0, "callback_refused", "", {"sentence": "a request was turned away: the token has expired"})
    assert first(Story(warnings=[told])) == "callback_token_refused"
    keys = Fact(5.0, "media_refused", "", {"sentence": "turned away: the service's keys could not be fetched: ConnectError"})
    assert first(Story(warnings=[keys])) == "token_keys_unreachable"
    second = Fact(5.0, "media_refused", "", {"sentence": "turned away: the call has a media socket already"})
    assert first(Story(warnings=[second])) == ""


def test_a_stream_that_acs_could_not_open() -> None:
    failed = report("MediaStreamingFailed", code=400, subcode=8581)
    assert first(Story(phases={"answered": 1.0}, callbacks=[failed])) == "media_stream_failed"
    assert first(Story(phases=OPEN, callbacks=[failed], caller=Flow(count=5))) == ""


def test_a_socket_that_spoke_another_protocol() -> None:
    told = Fact(50.0, "media_garbage", "", {"sentence": "the service sent 21 messages that are no media"})
    assert first(Story(phases=OPEN, warnings=[told], end_reason="media_lost")) == "media_garbage"


def test_an_agent_who_stays_mute() -> None:
    mute, unmute = Fact(40.0, "MuteAgent", "MuteAgent"), Fact(50.0, "UnmuteAgent", "UnmuteAgent")
    assert first(Story(phases=OPEN, commands=[mute])) == "agent_muted"
    assert first(Story(phases=OPEN, commands=[mute, unmute])) == ""
    taken = Fact(60.0, "transfer", "", {"outcome": "connected"})
    assert first(Story(phases=OPEN, commands=[mute], transfers=[taken])) == ""


@pytest.mark.parametrize(
    ("out", "code"),
    [
        (Flow(), "pacing_stopped"),
        (Flow(count=3, first_ms=100.0, last_ms=200.0), "pacing_stopped"),
        (Flow(count=300, first_ms=100.0, last_ms=8900.0), ""),
    ],
)
def test_sound_that_stops_going_out(out: Flow, code: str) -> None:
    heard = Flow(count=40, first_ms=100.0, last_ms=9000.0)
    assert first(Story(phases=OPEN, from_engine=heard, to_caller=out)) == code


def test_the_same_rate_is_fine() -> None:
    told = Fact(1.0, "AudioMetadata", "", {"sampleRate": 24000})
    assert first(Story(phases=OPEN, metadata=told, sample_rate=24000)) == ""
