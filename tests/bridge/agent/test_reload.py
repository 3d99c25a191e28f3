"""Saving a file: the next call is different, or the author is told why not."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import watchfiles

from voiceagent.agent.init import write_project
from voiceagent.agent.project import AgentProject, load_project
from voiceagent.agent.reload import watch_project
from voiceagent.config.load import load_settings
from voiceagent.errors import UserError


def load(directory: Path) -> AgentProject:
    return load_project(directory, load_settings(directory, environ={}).settings)


async def told(directory: Path, *edits: dict[str, str]) -> list[str]:
    """What the watcher says to each batch of edits: the new prompt's first word, or the complaint."""
    write_project(directory)
    said: list[str] = []

    async def saves() -> AsyncIterator[None]:
        for edit in edits:
            for name, text in edit.items():
                (directory / name).write_text(text)
            yield

    await watch_project(
        load(directory),
        lambda: load(directory),
        changed=lambda project: said.append(project.instructions.split()[0]),
        broken=lambda error: said.append(str(error).rsplit(":", 1)[-1].strip()),
        changes=saves(),
    )
    return said


async def test_a_good_edit_is_taken(tmp_path: Path) -> None:
    assert await told(tmp_path, {"prompt.md": "First"}, {"prompt.md": "Second"}) == ["First", "Second"]


async def test_saving_without_a_change_is_no_news(tmp_path: Path) -> None:
    assert await told(tmp_path, {"prompt.md": "First"}, {"prompt.md": "First"}) == ["First"]


async def test_a_broken_edit_is_told_and_mending_it_is_news(tmp_path: Path) -> None:
    edits = ({"prompt.md": "First"}, {"tools.py": "def ("}, {"tools.py": "x = 1"})
    assert await told(tmp_path, *edits) == ["First", "invalid syntax", "First"]


async def test_going_back_to_the_last_good_text_is_news(tmp_path: Path) -> None:
    good = {"tools.py": "x = 1"}
    assert await told(tmp_path, {"prompt.md": "First", **good}, {"tools.py": "def ("}, good) == [
        "First",
        "invalid syntax",
        "First",
    ]


async def test_a_new_key_in_dotenv_is_news(tmp_path: Path) -> None:
    assert await told(tmp_path, {".env": "AZURE_VOICELIVE_API_KEY=1234567"}) == ["You"]


async def test_a_link_to_nothing_beside_the_prompt_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "dangling.md").symlink_to("nowhere.md")
    assert await told(tmp_path, {"prompt.md": "First"}) == ["First"]


async def test_whatever_else_loading_raises_is_told_and_the_next_save_is_heard(tmp_path: Path) -> None:
    write_project(tmp_path)
    project, said = load(tmp_path), list[str]()
    defects: list[Exception] = [RecursionError("too deep"), PermissionError(13, "Permission denied", "orders.md")]

    def reload() -> AgentProject:
        if defects:
            raise defects.pop(0)
        return project

    async def saves() -> AsyncIterator[None]:
        for _ in range(3):
            yield

    await watch_project(
        project,
        reload,
        changed=lambda _: said.append("taken"),
        broken=lambda error: said.append(str(error)),
        changes=saves(),
    )
    assert said == [
        "loading the project failed: RecursionError: too deep",
        "loading the project failed: PermissionError: [Errno 13] Permission denied: 'orders.md'",
        "taken",
    ]


async def test_the_file_system_is_watched_until_cancelled(tmp_path: Path) -> None:
    write_project(tmp_path)
    seen = asyncio.Event()
    errors: list[UserError] = []

    async with asyncio.TaskGroup() as group:
        watching = group.create_task(
            watch_project(load(tmp_path), lambda: load(tmp_path), changed=lambda _: seen.set(), broken=errors.append)
        )

        async def edit_until_seen() -> None:
            number = 0
            while not seen.is_set():  # the first saves may come before the watcher is ready
                number += 1
                (tmp_path / "prompt.md").write_text(f"Save {number}")
                try:
                    await asyncio.wait_for(seen.wait(), 0.5)
                except TimeoutError:
                    continue
            watching.cancel()

        group.create_task(edit_until_seen())
    assert errors == []


async def heard(directory: Path, edit: Callable[[], object]) -> str:
    """The first word of the prompt that the watch brings, once `edit` was seen in the file system."""
    seen: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def changed(project: AgentProject) -> None:
        if not seen.done():
            seen.set_result(project.instructions.split()[0])

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(
            watch_project(load(directory), lambda: load(directory), changed=changed, broken=lambda error: None)
        )
        edit()
        while not seen.done():  # the watch may have begun after the edit
            await asyncio.wait({seen}, timeout=0.3)
            edit()
        watching.cancel()
    return seen.result()


async def test_what_may_not_be_read_is_told_and_the_rest_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_project(tmp_path)
    (tmp_path / "locked").mkdir()
    (tmp_path / "machine").symlink_to("/proc")
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "locked" and access(path, mode))
    assert await heard(tmp_path, lambda: (tmp_path / "prompt.md").write_text("Anew")) == "Anew"
    assert caplog.messages.count(f"{tmp_path / 'locked'} is not watched: this user may not read it") == 1


async def test_without_the_systems_watches_the_files_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_project(tmp_path)

    async def awatch(*_: Path, force_polling: bool | None, **__: object) -> AsyncIterator[object]:
        if not force_polling:
            raise OSError("too many watches")
        while True:
            yield {(2, str(tmp_path / "prompt.md"))}
            await asyncio.get_running_loop().run_in_executor(None, lambda: None)

    monkeypatch.setattr(watchfiles, "awatch", awatch)
    assert await heard(tmp_path, lambda: (tmp_path / "prompt.md").write_text("Anew")) == "Anew"
    assert f"{tmp_path} is not watched: too many watches; its files are looked at" in caplog.text


Watch = list[set[tuple[int, str]]] | Exception


async def loads(directory: Path, monkeypatch: pytest.MonkeyPatch, wanted: int, *watches: Watch) -> int:
    """How many watches had begun when the project had been loaded `wanted` times. Each yields its batches, then is silent."""
    begun, left, done = 0, list(watches), asyncio.Event()
    count = 0

    async def awatch(*_: Path, **__: object) -> AsyncIterator[object]:
        nonlocal begun
        begun += 1
        batches = left.pop(0) if left else []
        if isinstance(batches, Exception):
            raise batches
        for batch in batches:
            yield batch
        await asyncio.Event().wait()

    def reload() -> AgentProject:
        nonlocal count
        count += 1
        if count == wanted:
            loop.call_soon_threadsafe(done.set)
        return project

    loop, project = asyncio.get_running_loop(), load(directory)
    monkeypatch.setattr(watchfiles, "awatch", awatch)
    monkeypatch.setattr("voiceagent.agent.reload._LOOK_AGAIN_SECONDS", 0, raising=False)
    async with asyncio.timeout(3), asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch_project(project, reload, changed=lambda _: None, broken=lambda error: None))
        await done.wait()
        watching.cancel()
    return begun


async def test_a_folder_made_again_is_watched_anew_and_what_was_saved_meanwhile_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(tmp_path)
    (tmp_path / "sub").mkdir()
    silent: set[tuple[int, str]] = set()
    assert await loads(tmp_path, monkeypatch, 2, [{(1, str(tmp_path / "sub"))}], [silent, silent]) == 2


async def test_a_folder_that_went_before_its_watch_began_is_no_reason_to_poll(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_project(tmp_path)
    assert await loads(tmp_path, monkeypatch, 1, FileNotFoundError("sub"), [set()]) == 2
    assert "is not watched" not in caplog.text


async def test_the_tree_is_not_walked_on_the_event_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    walked: list[bool] = []

    def folders(directory: Path) -> list[Path]:
        walked.append(threading.current_thread() is threading.main_thread())
        return [directory]

    monkeypatch.setattr("voiceagent.agent.reload.project_folders", folders)
    await loads(tmp_path, monkeypatch, 1, [{(2, str(tmp_path / "prompt.md"))}])
    assert set(walked) == {False}
