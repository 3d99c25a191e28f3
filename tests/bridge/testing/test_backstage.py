"""Calls from a thread: one bridge for all that can share it, another where needed, and errors that find their test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.errors import UserError
from voiceagent.local import calling
from voiceagent.local.calling import Called
from voiceagent.scenarios import stage as stages
from voiceagent.testing.backstage import Backstage, Kept

HERE, THERE = Path("/here"), Path("/there")


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is opened and closed, and which calls are placed."""
    log: list[str] = []

    @asynccontextmanager
    async def house(project: Path, *, say: Any) -> AsyncIterator[str]:
        if project == Path("/nowhere"):
            raise UserError("there is no agent project here")
        log.append(f"house {project}")
        yield "emulators"
        log.append(f"closed {project}")

    @asynccontextmanager
    async def stage(project: Path, overrides: Any, house: Any) -> AsyncIterator[Any]:
        log.append(f"stage {dict(overrides)}")

        async def play(case: Any, *, stop: Any) -> str:
            return f"played {case.name}"

        yield SimpleNamespace(running="running", play=play)

    async def place(running: Any, plan: Any, **_: Any) -> Called:
        log.append(str(plan["n"]))
        if plan["n"] == "broken":
            raise ValueError("broken")
        return Called({"n": plan["n"]}, "", ({"kind": "ended"},))

    monkeypatch.setattr(stages, "house", house)
    monkeypatch.setattr(stages, "stage", stage)
    monkeypatch.setattr(calling, "place", place)
    return log


def call(on: Backstage, project: Path, number: Any, **overrides: Any) -> dict[str, Any]:
    return on.call(project, {"n": number}, overrides=overrides, limit_seconds=1)


def test_calls_share_what_they_can(log: list[str]) -> None:
    on = Backstage()
    assert call(on, HERE, 1) == {"n": 1, "diary": [{"kind": "ended"}], "cut": ""}
    call(on, HERE, 2)
    call(on, HERE, 3, a=1)
    call(on, THERE, 4)
    on.close()
    on.close()
    assert log == [
        *("house /here", "stage {}", "1", "2", "stage {'a': 1}", "3", "closed /here"),
        *("house /there", "stage {}", "4", "closed /there"),
    ]


def test_a_scenario_is_played(log: list[str]) -> None:
    on = Backstage()
    case: Any = SimpleNamespace(project=HERE, overrides={}, name="a")
    assert on.play(case) == "played a"  # type: ignore[comparison-overlap]  # the fake stage's word for it
    on.close()


def test_a_call_that_breaks_is_told_and_the_next_one_goes_on(log: list[str]) -> None:
    on = Backstage()
    with pytest.raises(ValueError, match="broken"):
        call(on, HERE, "broken")
    assert call(on, HERE, 2)["n"] == 2
    on.close()
    assert log.count("house /here") == 1


def test_a_project_that_cannot_be_opened_is_told_and_the_next_one_goes_on(log: list[str]) -> None:
    on = Backstage()
    with pytest.raises(UserError, match="no agent project"):
        call(on, Path("/nowhere"), 1)
    assert call(on, HERE, 2)["n"] == 2
    on.close()


def test_closing_what_never_began_is_nothing() -> None:
    Backstage().close()


def test_a_context_is_kept_open_in_a_thread() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def context() -> AsyncIterator[str]:
        seen.append("open")
        yield "it"
        seen.append("closed")

    with Kept(context) as it:
        assert (it, seen) == ("it", ["open"])
    assert seen == ["open", "closed"]


def test_a_context_that_does_not_open_is_told() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def context() -> AsyncIterator[str]:
        if seen:
            yield ""
        raise UserError("no models here")

    with pytest.raises(UserError, match="no models here"), Kept(context):
        pass
