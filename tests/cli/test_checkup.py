"""The doctor on the screen."""

from __future__ import annotations

import io
import json

import pytest

from voiceagent.doctor.finding import Checked, Status
from voiceagent_cli.checkup import Lines, exit_code, next_command, show
from voiceagent_cli.terminal import Terminal


def a_check(number: int, status: Status, detail: str = "", *, remedy: str = "", command: str = "") -> Checked:
    return Checked(number, f"check {number}", status, detail or f"detail {number}", remedy, command, "")


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def terminal(out: io.StringIO) -> Terminal:
    return Terminal(out, out)


def test_the_exit_code_tells_the_worst() -> None:
    assert exit_code([a_check(1, "ok"), a_check(2, "warning"), a_check(3, "skipped")]) == 0
    assert exit_code([a_check(1, "ok"), a_check(2, "failed")]) == 1
    assert exit_code([a_check(1, "skipped")]) == 2
    assert exit_code([]) == 2


def test_a_failure_is_mended_before_anything_else_is_done() -> None:
    checks = [a_check(1, "ok", command="call"), a_check(2, "warning", command="install"), a_check(3, "failed", command="mend")]
    assert next_command(checks) == "mend"
    assert next_command(checks[:2]) == "call"
    assert next_command([]) == ""


def test_checks_skipped_for_one_reason_share_a_line(terminal: Terminal, out: io.StringIO) -> None:
    lines = Lines(terminal, 12, quiet=False)
    for check in (
        a_check(1, "ok", "well"),
        a_check(2, "skipped", "no phone", remedy="get one"),
        a_check(3, "skipped", "no phone"),
        a_check(4, "skipped", "no engine"),
        a_check(5, "failed", "broken", remedy="mend it"),
    ):
        lines.add(check)
    lines.end()
    assert out.getvalue().splitlines() == [
        "[    1/12] ok       check 1: well",
        "[  2-3/12] skipped  check 2, check 3: no phone",
        "                    get one",
        "[    4/12] skipped  check 4: no engine",
        "[    5/12] failed   check 5: broken",
        "                    mend it",
    ]


def test_programs_get_the_promised_shape_and_no_lines(terminal: Terminal, out: io.StringIO) -> None:
    check = a_check(1, "failed", remedy="mend it", command="mend")
    Lines(terminal, 1, quiet=True).add(check)
    show([check], terminal, as_json=True)
    told = json.loads(out.getvalue())
    assert (told["failed"], told["ok"], told["checks"][0]["next_command"]) == (1, 0, "mend")
