"""A project whose import takes long, or never ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from voiceagent.agent.loading import loaded
from voiceagent.agent.module import tool_functions
from voiceagent.errors import UserError

BLOCKING = "import threading\n\nBEGUN, GO_ON = threading.gate\nBEGUN.set() or GO_ON.wait(30)\n"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Set by the file while it is imported; and what it waits for."""
    both = threading.Event(), threading.Event()
    monkeypatch.setattr(threading, "gate", both, raising=False)
    yield both
    both[1].set()


def hanging(folder: Path) -> Path:
    (folder / "tools.py").write_text(BLOCKING)
    return folder / "tools.py"


async def test_what_was_loaded_is_returned_and_what_was_raised_is_raised(tmp_path: Path) -> None:
    def broken() -> None:
        raise UserError("no prompt")

    assert await loaded(lambda: threading.current_thread().daemon, tmp_path) is True
    with pytest.raises(UserError, match="no prompt"):
        await loaded(broken, tmp_path)


async def test_an_import_that_hangs_is_told_with_its_line_and_given_up(
    tmp_path: Path, gate: tuple[threading.Event, threading.Event], caplog: pytest.LogCaptureFixture
) -> None:
    path = hanging(tmp_path)
    asyncio.get_running_loop().call_soon(gate[0].wait, 10)  # no time passes on the loop before the import has begun
    with pytest.raises(UserError, match=r"^tools\.py is still being imported \(line 4\) and is given up$"):
        await loaded(lambda: tool_functions(path), tmp_path, told_after_seconds=0, given_up_after_seconds=0)
    assert "tools.py is still being imported (line 4)" in caplog.text


async def test_who_no_longer_waits_is_free_at_once(tmp_path: Path, gate: tuple[threading.Event, threading.Event]) -> None:
    path = hanging(tmp_path)
    async with asyncio.timeout(10):
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(loaded(lambda: tool_functions(path), tmp_path))
            await asyncio.to_thread(gate[0].wait, 10)
            waiting.cancel()
    assert waiting.cancelled()


async def test_a_load_that_is_slow_elsewhere_names_the_project(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    release = threading.Event()
    with pytest.raises(UserError, match="still being loaded and is given up"):
        await loaded(lambda: release.wait(10), tmp_path, told_after_seconds=0, given_up_after_seconds=0)
    release.set()
    assert "is still being loaded" in caplog.text
