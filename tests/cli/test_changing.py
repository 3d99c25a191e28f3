"""A plan on the screen, and the question before it is carried out."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.errors import UserError
from voiceagent_cli.changing import confirmed, must_agree, show_changes
from voiceagent_cli.exits import USAGE, Ended
from voiceagent_cli.terminal import Terminal


class Typed(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def err() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def terminal(out: io.StringIO, err: io.StringIO) -> Terminal:
    return Terminal(out, err)


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    return lambda stream: monkeypatch.setattr("sys.stdin", stream)


def test_a_plan_in_the_words_of_all_commands(terminal: Terminal, out: io.StringIO) -> None:
    steps = [
        ("create", "Microsoft.App/containerApps", "shop", ""),
        ("keep", "acs", "line", "named"),
        ("skip", "role", "r", "no"),
    ]
    show_changes(terminal, steps)
    assert out.getvalue().splitlines() == [
        "+ create\tcontainer app\tshop\tnot there yet",
        "  keep\tCommunication Services\tline\tnamed",
        "! skip\trole\tr\tno",
    ]


def test_a_yes_is_given_or_typed(terminal: Terminal, err: io.StringIO, types: Callable[[Any], None]) -> None:
    assert confirmed(terminal, "Deploy?", yes=True)
    types(Typed("Yes\n"))
    assert confirmed(terminal, "Deploy?", yes=False)
    assert err.getvalue() == "Deploy? [y/N] "


def test_a_no_ends_the_command_and_changes_nothing(terminal: Terminal, err: io.StringIO, types: Callable[[Any], None]) -> None:
    types(Typed("\n"))
    with pytest.raises(Ended) as ended:
        must_agree(terminal, "Deploy?", yes=False)
    assert ended.value.code == USAGE
    assert err.getvalue().endswith("Nothing was changed.\n")


async def test_ctrl_c_at_the_question_is_no_answer_and_waits_for_none(terminal: Terminal, types: Callable[[Any], None]) -> None:
    class Interrupted:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            os.kill(os.getpid(), signal.SIGINT)
            return "y\n"

    signal.signal(signal.SIGINT, lambda *_: None)  # what a loop has set: it notes the wish, and the read goes on
    try:
        types(Interrupted())
        with pytest.raises(KeyboardInterrupt):
            confirmed(terminal, "Deploy?", yes=False)
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def test_where_nobody_can_be_asked_nothing_is_done(terminal: Terminal, types: Callable[[Any], None]) -> None:
    types(io.StringIO("y\n"))
    with pytest.raises(UserError, match="nobody is here to be asked"):
        must_agree(terminal, "Deploy?", yes=False)
