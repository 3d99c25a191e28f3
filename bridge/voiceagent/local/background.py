"""A command of ours that goes on when its terminal is gone: started, waited for until it is ready, and left alone."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from voiceagent.local.emulators import VOICEAGENT, refusal


def in_background(words: Sequence[str], *, log: Path, program: Sequence[str] = VOICEAGENT) -> dict[str, Any]:
    """Start the command; returns the one line of JSON it prints when it is ready. Its talk goes into `log`.

    Raises UserError with its own complaint when it ends before that.
    """
    log.parent.mkdir(exist_ok=True)
    with log.open("w+b") as talk:
        child = subprocess.Popen(  # noqa: S603 - ourselves
            [*program, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=talk,
            start_new_session=True,  # Ctrl-C is for the commands in the foreground
        )
        assert child.stdout is not None
        with child.stdout as out:
            line = out.readline()
        if not line:
            child.wait()
            raise refusal(talk)
    child.returncode = 0  # on its own from here: nobody waits for it, and nobody shall warn about that
    facts: dict[str, Any] = json.loads(line)
    return facts
