"""An import that takes long, or never ends."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from voiceagent.agent import importing
from voiceagent.agent.importing import attended
from voiceagent.agent.module import tool_functions

WAITING = "import threading\n\nthreading.told.wait(30)\n"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Set when something was told: what the file waits for."""
    event = threading.Event()
    monkeypatch.setattr(threading, "told", event, raising=False)
    tell = importing._tell

    def tell_and_let_go(*at: Any) -> None:
        tell(*at)
        event.set()

    monkeypatch.setattr(importing, "_tell", tell_and_let_go)
    monkeypatch.setattr(importing, "TOLD_AFTER_SECONDS", 0.0)
    yield event
    event.set()


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_tell", lambda *_: None)


def test_a_slow_one_is_told_with_its_line(tmp_path: Path, told: threading.Event, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "tools.py").write_text("import orders\n")
    (tmp_path / "orders.py").write_text(WAITING)
    assert tool_functions(tmp_path / "tools.py") == []
    assert "is still being imported" in caplog.text
    assert told.is_set()


def test_the_line_is_the_innermost_of_the_authors(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("import threading\n\nSEEN = threading.place()\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "place", lambda: seen.append(importing._place(threading.get_ident(), tmp_path)), raising=False)
        seen: list[str] = []
        tool_functions(tmp_path / "tools.py")
    assert seen == ["tools.py is still being imported (line 3)"]
    assert importing._place(threading.get_ident(), tmp_path) == f"the project in {tmp_path} is still being imported"


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_the_loop_would_hear_too_late_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    heard: list[int] = []
    before = signal.signal(number, lambda got, _: heard.append(got))
    mine = signal.getsignal(number)
    try:
        with pytest.raises(KeyboardInterrupt), attended(tmp_path):
            signal.raise_signal(number)
        assert signal.getsignal(number) is mine
        assert heard == []
    finally:
        signal.signal(number, before)


@pytest.mark.usefixtures("quiet")
def test_what_the_author_put_there_stays(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        with attended(tmp_path):
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("quiet")
async def test_what_belongs_to_the_loop_may_be_made_at_the_top_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("import asyncio, signal\n\nLOOP = asyncio.get_running_loop()\n")
    assert tool_functions(tmp_path / "tools.py") == []


@pytest.mark.usefixtures("quiet")
def test_another_thread_hears_no_signals(tmp_path: Path) -> None:
    before, seen = signal.getsignal(signal.SIGINT), []

    def load() -> None:
        with attended(tmp_path):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=load)
    thread.start()
    thread.join(10)
    assert seen == [before]
