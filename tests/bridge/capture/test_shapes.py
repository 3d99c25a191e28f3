"""Events, commands and settings as JSON and back."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from voiceagent.call.commands import AskForReply, CallBeganNoted, ConfigureEngine, EngineSetup, ToolSpec
from voiceagent.call.events import CallerTranscribed, EngineReady, ReplyEnded, TimePassed
from voiceagent.call.settings import SessionSettings, TargetPolicy
from voiceagent.capture.shapes import completed, field_values, known, plain, revive
from voiceagent.discreet import PhoneNumber, Words

SETUP = EngineSetup("Be brief.", {"type": "azure-standard", "name": "x"}, 24000, (ToolSpec("a", "b", {"type": "object"}),))


@pytest.mark.parametrize(
    "thing",
    [
        TimePassed(),
        CallerTranscribed("i1", Words("where is it")),
        EngineReady("s1", "gpt-realtime", None),
        ReplyEnded("r1", "completed", usage={"input": 3}),
        AskForReply(Words("Hello")),
        AskForReply(None, "greet"),
        ConfigureEngine(SETUP),
        CallBeganNoted("orders", "embedded", "c", PhoneNumber("+14255550123"), PhoneNumber(""), 1.5),
        SessionSettings(setup=SETUP, targets={"support": TargetPolicy(ring_seconds=5)}, silence_prompts=("a", "b")),
    ],
)
def test_what_goes_out_as_json_comes_back_the_same(thing: Any) -> None:
    back = revive(json.loads(json.dumps(plain(thing))))
    assert back == thing
    assert [type(getattr(back, field.name)) for field in fields(back)] == [
        type(getattr(thing, field.name)) for field in fields(thing)
    ]


def test_every_event_and_command_has_its_name() -> None:
    assert {"CallerLeft", "StopPlayback", "BargeInNoted", "SessionSettings"} <= set(known())


def test_discreet_strings_stay_discreet_until_they_are_written() -> None:
    assert isinstance(field_values(CallerTranscribed("i", Words("secret")))["text"], Words)


def test_a_field_of_the_future_is_passed_over() -> None:
    assert revive({"type": "TimePassed", "fields": {"new": 1}}) == TimePassed()


@pytest.mark.parametrize("raw", [{}, {"type": "Nothing"}, {"type": "EngineLost", "fields": {}}])
def test_what_cannot_come_back_is_a_value_error(raw: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        revive(raw)


def test_what_never_was_json_comes_back_as_well() -> None:
    back = revive(plain(CallerTranscribed("i", Words("where is it"))))
    assert back.text.shown == "where is it"


def test_what_an_earlier_version_did_not_know_is_there_at_its_default() -> None:
    then = {
        "type": "ConfigureEngine",
        "fields": {"setup": {"instructions": "Hi", "voice": None, "sample_rate": 8000, "gone": 1}},
    }
    now = plain(ConfigureEngine(EngineSetup("Hi", None, 8000)))
    assert completed(then) == {**now, "fields": {"setup": {**now["fields"]["setup"], "gone": 1}}}


@pytest.mark.parametrize("raw", [{"type": "OfTheFuture", "fields": {"a": 1}}, {"type": "EngineLost", "fields": {}}])
def test_what_cannot_be_completed_stays_as_it_is(raw: dict[str, Any]) -> None:
    assert completed(raw) == raw
