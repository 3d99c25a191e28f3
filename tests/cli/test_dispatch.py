"""Whatever a command throws ends as an exit code and a sentence, never as a traceback."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer import Context

from voiceagent.errors import RemoteError, UserError
from voiceagent_cli import exits
from voiceagent_cli.commands import doctor


@pytest.fixture
def throwing(monkeypatch: pytest.MonkeyPatch, voiceagent: Any) -> Any:
    """Run a command that throws the given error."""

    def run(error: BaseException) -> Any:
        def command() -> None:
            raise error

        monkeypatch.setattr(doctor, "command", command)
        return voiceagent("doctor")

    return run


def test_what_a_projects_code_prints_while_a_command_runs_is_talk(monkeypatch: pytest.MonkeyPatch, voiceagent: Any) -> None:
    def command(ctx: Context) -> None:
        print("at import, or in an async tool")
        thread = Thread(target=print, args=("in a tool's thread",))
        thread.start()
        thread.join()
        ctx.obj.record({"a": 1}, indent=None)

    monkeypatch.setattr(doctor, "command", command)
    outcome = voiceagent("doctor")
    assert outcome.out == '{"a": 1}\n'
    assert outcome.err == "at import, or in an async tool\nin a tool's thread\n"


def test_a_users_error_is_a_sentence_and_a_remedy(throwing: Any) -> None:
    outcome = throwing(UserError("`bridge.port` is taken.", remedy="voiceagent serve --port 0"))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "error: `bridge.port` is taken.\n  try: voiceagent serve --port 0\n"


def test_a_remote_error_names_the_service_and_its_codes(throwing: Any) -> None:
    outcome = throwing(RemoteError("not allowed", service="Voice Live", status=403, code="Forbidden", request_id="r-1"))
    assert outcome.code == 3
    assert outcome.err == "error: Voice Live: not allowed (HTTP 403, Forbidden, request r-1)\n"


def test_ctrl_c_is_130(throwing: Any) -> None:
    outcome = throwing(KeyboardInterrupt())
    assert (outcome.code, outcome.err) == (130, "Interrupted.\n")


def test_an_error_inside_task_groups_is_told_as_itself(throwing: Any) -> None:
    outcome = throwing(ExceptionGroup("a", [ExceptionGroup("b", [UserError("no such voice")])]))
    assert (outcome.code, outcome.err) == (2, "error: no such voice\n")


def test_a_bug_leaves_its_traceback_in_a_file(throwing: Any) -> None:
    outcome = throwing(ZeroDivisionError("oh: +14255550123 with accesskey=c2VjcmV0"))
    assert outcome.code == exits.FAILED
    assert "Traceback" not in outcome.err
    file = Path(outcome.err.split("the traceback is in ")[1].split(";")[0])
    assert "ZeroDivisionError: oh: …23 with accesskey=<secret>" in file.read_text()
    file.unlink()


def test_a_reader_that_left_is_no_error(throwing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys, "stdout", sys.stdout)  # dispatch takes it away; pytest wants it back
    assert throwing(BrokenPipeError()).code == 0


def test_nor_is_it_when_tasks_were_under_way(throwing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys, "stdout", sys.stdout)
    assert throwing(ExceptionGroup("", [BrokenPipeError()])).code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["cals"], "No such command 'cals'. Did you mean 'calls', 'call'?"),
        (["calls", "shwo"], "No such command 'shwo'. Did you mean 'show'?"),
        (["doctor", "--jsn"], "No such option: --jsn (Possible options: --json)"),
        (["dial"], "Missing argument 'TARGET'."),
    ],
)
def test_wrong_words_are_told_with_the_right_ones(voiceagent: Any, words: list[str], sentence: str) -> None:
    outcome = voiceagent(*words)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"error: {sentence}\n")
    assert "--help` tells what it takes" in outcome.err
