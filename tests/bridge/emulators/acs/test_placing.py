"""What testers ask for, read; mistakes become sentences."""

from __future__ import annotations

from typing import Any

import pytest
from a_call import CALLEE, CALLER

from voiceagent.emulators.acs.callees import Callee
from voiceagent.emulators.acs.order import Order
from voiceagent.emulators.acs.placing import read_callee, read_more, read_order
from voiceagent.emulators.acs.script import Dtmf
from voiceagent.emulators.acs.studio import Line
from voiceagent.errors import UserError


def test_an_empty_order_is_a_plain_telephone_call() -> None:
    assert read_order({}) == (Order(CALLER, CALLEE), (), Line("telephone", None))


def test_an_order_says_everything_about_the_call() -> None:
    order, steps, line = read_order(
        {
            "from": "+15550001",
            "to": "8:acs:a_b",
            "steps": [{"dtmf": "1"}],
            "human": "busy",
            "ring_ms": 50,
            "line": "wideband",
            "noise_db": 20,
            "hang_up_after": False,
            "display_name": "Ann",
        }
    )
    assert order == Order("4:+15550001", "8:acs:a_b", "busy", 50, "Ann", hangs_up=False)
    assert (len(steps), line) == (1, Line("wideband", 20))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], "must be an object"),
        ({"stesp": []}, "Unknown key 'stesp'"),
        ({"human": "asleep"}, "`human` must be one of answer, busy, declined, no_answer"),
        ({"line": "tin"}, "`line` must be telephone or wideband"),
        ({"from": "me"}, "`from` must be a number"),
        ({"noise_db": "loud"}, "`noise_db` must be a number"),
        ({"loss_percent": 101}, "`loss_percent` must be from 0 to 100; got 101."),
        ({"jitter_ms": -1}, "`jitter_ms` must be from 0 to 1000; got -1."),
        ({"echo_db": "loud"}, "`echo_db` must be a number"),
        ({"steps": [{}]}, "Step 1"),
    ],
)
def test_a_mistake_is_explained(body: Any, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read_order(body)


def test_a_callee_is_described_by_number_or_everybody_is() -> None:
    number, callee = read_callee({"number": "+14255550177", "human": "busy", "ring_ms": 10, "steps": [{"dtmf": "1"}]})
    assert (number, callee) == ("4:+14255550177", Callee("busy", 10, (Dtmf("1"),), Line("telephone", None)))
    assert read_callee({})[0] is None
    with pytest.raises(UserError, match="Unknown key 'humen'"):
        read_callee({"humen": "busy"})
    with pytest.raises(UserError, match="is described by an object"):
        read_callee([])


def test_further_steps_may_decide_about_hanging_up() -> None:
    assert read_more({"steps": [{"dtmf": "1"}]}) == ((Dtmf("1"),), None)
    assert read_more({"steps": [], "hang_up_after": False}) == ((), False)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "Further steps come as an object"),
        ({"steps": [], "human": "busy"}, "Unknown key 'human'"),
        ({"steps": [{}]}, "Step 1"),
    ],
)
def test_further_steps_that_make_no_sense_are_explained(body: Any, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read_more(body)
