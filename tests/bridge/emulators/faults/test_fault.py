"""Parameters in the words of a command line."""

from __future__ import annotations

import pytest

from voiceagent.emulators.faults.catalogue import find
from voiceagent.emulators.faults.fault import Parameter, Shot, number
from voiceagent.errors import UserError


def test_defaults_stand_for_what_is_not_said() -> None:
    assert find("request.throttled").read({"status": "503"}) == {"retry_after_s": 1, "status": 503, "code": "8516"}


def test_none_is_a_value_where_there_may_be_none() -> None:
    assert Parameter("redial_ms", None, "").read("none") is None
    assert Parameter("redial_ms", None, "").read("250") == 250
    with pytest.raises(UserError):
        Parameter("ms", 1, "").read("none")


def test_numbers_come_as_text_or_as_numbers() -> None:
    assert (number("x", "1.5"), number("x", 2), type(number("x", "2"))) == (1.5, 2, int)
    for wrong in ("", "-1", True, "inf", None, [1]):
        with pytest.raises(UserError):
            number("x", wrong)


def test_a_close_code_is_one_that_can_be_sent() -> None:
    assert [find(name).read({"code": code})["code"] for name, code in (("media.dropped", "0"), ("engine.expired", 4000))] == [
        0,
        4000,
    ]
    for name in ("media.dropped", "engine.dropped", "engine.expired", "engine.overflow"):
        for wrong in ("1006", 1005, 1015, 999, 1000.5, 5000):
            with pytest.raises(UserError, match="close code that can be sent"):
                find(name).read({"code": wrong})


def test_a_shot_knows_its_values() -> None:
    shot = Shot("media.dropped", "cut", {"code": 1011, "kind": "x"})
    assert (shot.number("code"), shot.text("kind")) == (1011, "x")
