"""The entry point: knows that `--version` needs nothing at all, and that everything else goes through the command table."""

from __future__ import annotations

import sys
from collections.abc import Sequence

INTERRUPTED = 130
"""`exits.INTERRUPTED`, which is not imported yet when this counts."""


def main() -> None:
    """What the `voiceagent` script calls."""
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # while the first modules are being imported: nothing has begun, and nothing is to be said
        code = INTERRUPTED
    sys.exit(code)


def run(words: Sequence[str]) -> int:
    """Carry out one command line and return its exit code; shows no traceback, and raises KeyboardInterrupt alone."""
    if list(words) in (["--version"], ["-V"]):
        from voiceagent import __version__

        print(f"voiceagent {__version__}")
        return 0
    from voiceagent_cli.dispatch import dispatch

    return dispatch(words)
