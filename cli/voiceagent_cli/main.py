"""The entry point: knows that `--version` needs nothing at all, and that everything else goes through the command table."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main() -> None:
    """What the `voiceagent` script calls."""
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Carry out one command line and return its exit code; never raises, never shows a traceback."""
    if list(words) in (["--version"], ["-V"]):
        from voiceagent import __version__

        print(f"voiceagent {__version__}")
        return 0
    from voiceagent_cli.dispatch import dispatch

    return dispatch(words)
