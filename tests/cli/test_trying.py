"""Scenarios on the screen: lines, files, exit codes."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest

from voiceagent.errors import RemoteError, UserError
from voiceagent.scenarios import run as runs
from voiceagent.scenarios.judge import Verdict
from voiceagent.scenarios.results import Result, Run
from voiceagent.scenarios.run import Options, Outcomes
from voiceagent_cli import trying
from voiceagent_cli.exits import Ended
from voiceagent_cli.terminal import Terminal
from voiceagent_cli.trying import Files, Tried

GOOD = Run((Verdict("the agent says “hi”", True, "“hi”"),), {"capture": None}, seconds=1.5)
BAD = Run((Verdict("the agent says “hi”", False, "nothing"),), {"capture": "captures/1.jsonl.gz"}, seconds=2)
LOST = Run((), None, error="The bridge did not answer the call.")


@pytest.fixture
def terminal() -> tuple[Terminal, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return Terminal(out, err), out, err


@pytest.fixture
def cases(project: Path) -> list[Any]:
    return trying.chosen([project], "order is")


def tried(cases: list[Any], *outcomes: Run, interrupted: bool = False, not_run: Any = ()) -> Tried:
    return Tried(Outcomes(tuple(Result(cases[0], (run,)) for run in outcomes), tuple(not_run)), 9.4, interrupted)


def test_words_that_fit_nothing_name_what_there_is(project: Path) -> None:
    with pytest.raises(UserError, match="fits none of 4 scenarios") as caught:
        trying.chosen([project], "nonsense")
    assert "a caller asks where an order is" in caught.value.remedy


def test_sound_is_kept_for_a_page_only(tmp_path: Path) -> None:
    def options(files: Files) -> Options:
        return trying.options(jobs=2, repeat=3, fail_fast=True, files=files)

    assert options(Files(junit=tmp_path / "x.xml")) == Options(2, 3, True, keep_sound=False)
    assert options(Files(html=tmp_path / "x.html")).keep_sound
    with pytest.raises(UserError, match="there is no folder"):
        options(Files(html=tmp_path / "nothing" / "x.html"))


@pytest.mark.parametrize("as_json", [False, True])
async def test_each_run_is_a_line_and_a_failure_says_why(
    terminal: Any, cases: list[Any], monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    async def run(cases: Any, options: Any, *, told: Any, **_: Any) -> Outcomes:
        for outcome in (GOOD, BAD, LOST):
            told(cases[0], outcome)
        return Outcomes(())

    monkeypatch.setattr(runs, "run", run)
    done = await trying.play(cases, Options(), terminal[0], asyncio.Event(), as_json=as_json)
    assert not done.interrupted
    assert terminal[2 if as_json else 1].getvalue() == (
        "passed  a caller asks where an order is  1.5 s\n"
        "failed  a caller asks where an order is  2.0 s\n"
        "        expected  the agent says “hi”\n"
        "        heard     nothing\n"
        "        capture   captures/1.jsonl.gz\n"
        "error   a caller asks where an order is  0.0 s\n"
        "        expected  the call takes place\n"
        "        heard     The bridge did not answer the call.\n"
    )


def test_emulators_that_died_are_told_after_the_sum(terminal: Any, cases: list[Any]) -> None:
    gone = RemoteError("gone", service="the emulators")
    with pytest.raises(RemoteError) as told:
        trying.tell(Tried(Outcomes((Result(cases[0], (GOOD,)),), (), gone), 9.4, False), terminal[0], as_json=False)
    assert told.value is gone
    assert terminal[1].getvalue() == "1 passed in 9 s\n"


@pytest.mark.parametrize(
    ("outcomes", "interrupted", "code", "words"),
    [
        ((GOOD, GOOD), False, 0, "2 passed in 9 s\n"),
        ((GOOD, BAD), False, 1, "1 passed, 1 failed in 9 s\n"),
        ((BAD, LOST), False, 1, "0 passed, 1 failed, 1 with an error in 9 s\n"),
        ((GOOD,), True, 130, "1 passed in 9 s\n"),
    ],
)
def test_the_sum_decides_the_exit_code(
    terminal: Any, cases: list[Any], outcomes: Any, interrupted: bool, code: int, words: str
) -> None:
    done = tried(cases, *outcomes, interrupted=interrupted)
    if code:
        with pytest.raises(Ended) as ended:
            trying.tell(done, terminal[0], as_json=False)
        assert ended.value.code == code
    else:
        trying.tell(done, terminal[0], as_json=False)
    assert terminal[1].getvalue() == words


FINDING = {
    "rule": "vl-quota",
    "severity": "warning",
    "where": "voice-live",
    "frame": "",
    "sentence": "Too many.",
    "source": "docs",
}


@pytest.mark.parametrize(("strict", "code"), [(False, 0), (True, 1)])
def test_what_the_linter_found_is_told_and_strictly_fails(terminal: Any, cases: list[Any], strict: bool, code: int) -> None:
    done = Tried(Outcomes((Result(cases[0], (GOOD,)),), findings=(FINDING,)), 9.4, False)
    try:
        trying.tell(done, terminal[0], as_json=False, strict=strict)
        ended = 0
    except Ended as end:
        ended = end.code
    assert ended == code
    assert terminal[1].getvalue() == (
        "warning vl-quota: Too many.\n        voice-live\n        source: docs\n1 passed, 1 finding of the linter in 9 s\n"
    )


def test_as_json_it_is_the_promised_shape_and_nothing_else(terminal: Any, cases: list[Any]) -> None:
    trying.tell(tried(cases, GOOD, not_run=cases), terminal[0], as_json=True)
    told = json.loads(terminal[1].getvalue())
    assert (told["passed"], told["failed"], told["not_run"]) == (1, 0, ["a caller asks where an order is"])
    assert {"name", "outcome", "repeats", "passed", "expectations", "call"} <= set(told["scenarios"][0])


def test_files_are_written_and_named(terminal: Any, cases: list[Any], tmp_path: Path) -> None:
    files = Files(junit=tmp_path / "r.xml", html=tmp_path / "r.html")
    trying.write(tried(cases, BAD), files, terminal[0])
    assert "<testsuites" in (tmp_path / "r.xml").read_text()
    assert "a caller asks where an order is" in (tmp_path / "r.html").read_text()
    assert terminal[2].getvalue() == f"Wrote {tmp_path / 'r.xml'}\nWrote {tmp_path / 'r.html'}\n"
