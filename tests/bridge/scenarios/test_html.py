"""The page: complete, self-contained, and safe whatever was said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from voiceagent.scenarios.html import page
from voiceagent.scenarios.judge import Verdict
from voiceagent.scenarios.results import Result, Run
from voiceagent.scenarios.timeline import Timeline

VOID = {"meta", "br", "line", "path", "rect", "circle"}


class Balance(HTMLParser):
    """Opening and closing tags, and every attribute that names an address."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [str(value) for name, value in attrs if name in ("src", "href", "action", "data", "poster")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def read(text: str) -> Balance:
    parser = Balance()
    parser.feed(text)
    assert parser.open == []
    return parser


@pytest.fixture
def result(written: Callable[..., Any], call: Timeline, report: Any, sound: bytes) -> Result:
    verdicts = (Verdict("runs", True, "x", 5_000.0, "“Where?”"), Verdict("ends", False, "later"))
    return Result(
        written("name: an order\ndescription: about it\nsteps: [say: hi]"), (Run(verdicts, report, call, 12.0, sound=sound),)
    )


def test_it_shows_the_call(result: Result) -> None:
    text = page([result], title="desk", when="today")
    seen = read(text)
    assert {"svg", "audio", "script", "style"} <= set(seen.tags)
    for words in (
        "0 of 1 scenario passed",
        "an order",
        "about it",
        "later",
        "All right. Goodbye!",
        "understood: Where is order for",
    ):
        assert words in text


def test_nothing_in_it_leads_outside(result: Result) -> None:
    text = page([result], title="desk", when="today")
    assert [one[:14] for one in read(text).addresses if not one.startswith("#")] == ["data:audio/wav"]
    assert not re.search(r"https?://|@import|url\(", text)
    assert "default-src 'none'" in text


def test_everything_that_was_said_is_escaped(result: Result, call: Timeline, report: Any) -> None:
    nasty = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    said = replace(
        call,
        turns=tuple(replace(turn, text=nasty) for turn in call.turns),
        said=tuple(replace(turn, text=nasty) for turn in call.said),
        tools=(replace(call.tools[0], name=nasty, arguments={nasty: nasty}, result=nasty),),
        end_reason=nasty,
    )
    report |= {"end_reason": nasty, "transfer": {"target": nasty, "outcome": nasty}, "engine": nasty}
    run = Run((Verdict(nasty, False, nasty, 1.0, nasty),), report, said, sound=result.runs[0].sound)
    scenario = result.case.scenario.model_copy(update={"name": nasty, "description": nasty})
    text = page([Result(replace(result.case, scenario=scenario), (run, run))], title=nasty, when=nasty)
    seen = read(text)
    assert (seen.tags.count("script"), seen.tags.count("img"), seen.handlers) == (1, 0, [])


def test_a_scenario_without_a_call_is_on_the_page(result: Result) -> None:
    text = page([replace(result, runs=(Run((), None, error="The bridge did not answer."),))], title="desk", when="today")
    read(text)
    assert "The bridge did not answer." in text
    assert "<audio" not in text


def test_a_call_whose_sound_is_broken_has_no_waves(result: Result) -> None:
    text = page([replace(result, runs=(replace(result.runs[0], sound=b"RIFF"),))], title="desk", when="today")
    read(text)
    assert "<audio" not in text


def test_repeats_are_counted(result: Result) -> None:
    assert "0 of 2 repeats passed; the first that did not pass is shown" in page(
        [replace(result, runs=result.runs * 2)], title="desk", when="today"
    )


def test_what_failed_tells_what_was_heard_and_every_line_knows_its_time(result: Result) -> None:
    text = page([result], title="desk", when="today")
    assert '<span class="missed">ends</span><span class="heard"><b>heard</b> later</span>' in text
    times = [float(at) for at in re.findall(r'<li class="[a-z ]+" data-at="([\d.]+)">', text)]
    assert len(times) == text.count('<li class="caller"') + text.count('<li class="agent"') + text.count('<li class="did')
    assert times == sorted(times)
