"""From words to a command: parses, runs, and turns whatever comes out into an exit code and at most three lines of talk."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from typer import Abort, Exit
from typer.core import TyperGroup

from voiceagent_cli import exits
from voiceagent_cli.group import listed, root
from voiceagent_cli.terminal import Terminal


@runtime_checkable
class _Complaint(Protocol):
    """Click's own complaint about the words typed; typer hides its classes."""

    def format_message(self) -> str: ...


def dispatch(words: Sequence[str]) -> int:
    """Run the command line. The terminal is made here and reaches every command as its context object."""
    terminal = Terminal(sys.stdout, sys.stderr)
    try:
        return _run(root(), words, terminal)
    except exits.Ended as ended:
        return ended.code
    except (KeyboardInterrupt, Abort):
        return _interrupted(terminal)
    except Exception as error:  # the edge of the process: whoever typed the command gets a sentence, never a traceback
        if _reader_left(error):
            sys.stdout = None  # or the interpreter complains while flushing it at exit
            return exits.OK
        verdict = exits.judge(error)
        return _tell(verdict, terminal) if verdict else _own_bug(error, terminal)


def _run(group: TyperGroup, words: Sequence[str], terminal: Terminal) -> int:
    try:
        code = group.main(args=list(words), prog_name="voiceagent", standalone_mode=False, obj=terminal)
    except Exit as exit_:
        return exit_.exit_code
    except Exception as error:  # click's complaints have no class that could be named here; all else is raised again
        if isinstance(error, _Complaint):
            return _misused(error, words, terminal)
        raise
    # Outside its standalone mode click returns the code of an `Exit`, and makes one of KeyboardInterrupt.
    return _interrupted(terminal) if code == exits.INTERRUPTED else code or exits.OK


def _reader_left(error: BaseException) -> bool:
    """The reader of our output has enough (`voiceagent calls list | head`): not an error worth a word."""
    if isinstance(error, BaseExceptionGroup):
        return all(_reader_left(inner) for inner in error.exceptions)
    return isinstance(error, BrokenPipeError)


def _interrupted(terminal: Terminal) -> int:
    terminal.say("Interrupted.")
    return exits.INTERRUPTED


def _misused(error: _Complaint, words: Sequence[str], terminal: Terminal) -> int:
    """Wrong words: what was wrong, and where the right ones are told."""
    context = getattr(error, "ctx", None)  # the parser's complaint about an option without its value has none
    path = context.command_path if context else " ".join(("voiceagent", _command_in(words))).strip()
    return _tell(exits.Verdict(exits.USAGE, error.format_message(), f"`{path} --help` tells what it takes"), terminal)


def _command_in(words: Sequence[str]) -> str:
    """The command that the words begin with; "" when it is none."""
    typed = " ".join(words) + " "
    return max((one.words for one in listed() if typed.startswith(one.words + " ")), key=len, default="")


def _tell(verdict: exits.Verdict, terminal: Terminal) -> int:
    terminal.complain(verdict.sentence, verdict.remedy)
    return verdict.code


def _own_bug(error: Exception, terminal: Terminal) -> int:
    """Our fault: keep the traceback in a file for the bug report, as discreet as the log's, and say where."""
    import tempfile
    import traceback

    from voiceagent.observe.logs import discreet_text

    with tempfile.NamedTemporaryFile("w", prefix="voiceagent-", suffix=".traceback.txt", delete=False) as file:
        file.write(discreet_text("".join(traceback.format_exception(error))))
    terminal.complain(
        f"voiceagent itself failed: {type(error).__name__}.", f"the traceback is in {file.name}; please report it"
    )
    return exits.FAILED
