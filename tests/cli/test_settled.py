"""A long-running command, once it has started."""

from __future__ import annotations

import gc

from voiceagent_cli.settled import settle


def test_what_was_there_is_not_looked_through_again() -> None:
    before = gc.get_freeze_count()
    try:
        settle()
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()
