"""Log lines that help and tell on no one."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from voiceagent.discreet import PhoneNumber, Secret, Words
from voiceagent.observe.logs import discreet, discreet_text, set_up_logging


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (None, "voiceagent", "uvicorn.access")]
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


def logged(style: Literal["text", "json"], *arguments: Any, level: int = logging.WARNING, **options: Any) -> str:
    stream = io.StringIO()
    set_up_logging("info", style, stream)
    logging.getLogger("voiceagent.runtime.runner").log(level, *arguments, **options)
    return stream.getvalue()


def test_a_line_for_people_names_place_and_call() -> None:
    line = logged("text", "engine %s", "lost", extra={"call_id": "c1"})
    assert line.split(" ", 1)[1] == "warning runtime.runner [call c1] engine lost\n"


def test_a_line_for_machines_has_the_call_and_every_extra() -> None:
    line = json.loads(logged("json", "engine %s", "lost", extra={"call_id": "c1", "attempt": 2}))
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "voiceagent.runtime.runner",
        "message": "engine lost",
        "call_id": "c1",
        "attempt": 2,
    }


def test_what_is_below_the_level_is_not_written() -> None:
    assert logged("text", "detail", level=logging.DEBUG) == ""


def test_setting_up_twice_writes_each_line_once() -> None:
    set_up_logging("info", "text", io.StringIO())
    assert logged("text", "once").count("once") == 1


def test_addresses_with_tokens_are_not_logged_by_the_server() -> None:
    stream = io.StringIO()
    set_up_logging("debug", "text", stream)
    logging.getLogger("uvicorn.access").warning("GET /media/token")
    assert stream.getvalue() == ""


PERSONAL = {"number": PhoneNumber("+14255550123"), "said": [Words("my name is Ann")], "key": {"deep": Secret("canary")}}


@pytest.mark.parametrize("style", ["text", "json"])
def test_no_line_shows_a_person_or_a_key(style: Literal["text", "json"]) -> None:
    error = ValueError(f"no order for +14255550123, accesskey=canary {PhoneNumber('+14255550123')}")
    line = logged(style, "%s %s %s", *PERSONAL.values(), extra={"about": PERSONAL}, exc_info=error)
    for personal in ("4255550123", "Ann", "canary"):
        assert personal not in line
    assert "ValueError" in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from +14255550123.", "from …23."),
        ("4:+14255550123", "4:…23"),
        ("is +14255550199; expected a number such as +14255550123", "is …99; expected a number such as +14255550123"),
        ("expected a number such as +14255550123456", "expected a number such as …56"),
        ("they dialled a number such as +493012345678", "they dialled a number such as …78"),
        ("4:14255550123", "4:…23"),
        ("at 2026-11-22T05:00:00+01:00 in 1234567890 ms", "at 2026-11-22T05:00:00+01:00 in 1234567890 ms"),
    ],
)
def test_numbers_that_slipped_in_as_text_are_shortened(text: str, expected: str) -> None:
    assert discreet_text(text) == expected


def test_ordinary_values_stay() -> None:
    assert discreet({"a": [1, 2.5, None, True, "x"]}) == {"a": [1, 2.5, None, True, "x"]}
