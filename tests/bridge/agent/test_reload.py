"""Saving a file: the next call is different, or the author is told why not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

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
