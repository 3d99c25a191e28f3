"""Where calls are announced."""

from __future__ import annotations

from inspect import iscoroutinefunction

from voiceagent.cloud.pointing import Pointing, open_pointing


def test_what_a_bridge_asks_of_it() -> None:
    assert iscoroutinefunction(open_pointing)
    assert all(iscoroutinefunction(getattr(Pointing, name)) for name in ("point", "restore", "close"))
