"""A call without a telephone: everything of a phone call but the phone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from voiceagent.agent.project import AgentProject, load_project
from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.config.schema import Settings
from voiceagent.discreet import Words
from voiceagent.legs.written import WrittenLeg
from voiceagent.runtime.runner import CallEnd
from voiceagent.server.observers import Observers, observing
from voiceagent.server.talk import Floor, Talk, session_settings
from voiceagent.testing.scripted import ScriptedEngine


@pytest.fixture
def project(tmp_path: Path) -> AgentProject:
    (tmp_path / "prompt.md").write_text("Be kind.")
    return load_project(tmp_path, Settings.model_validate({"agent": {"greeting": "Hello."}, "capture": {"policy": "full"}}))


@pytest.fixture
def observers(project: AgentProject) -> Iterator[Observers]:
    with observing(project, engine="scripted") as found:
        yield found


def answering() -> ScriptedEngine:
    """An engine that says what it was asked to say, or else "Yes."; in writing."""
    count = 0

    def reply(command: Any) -> list[e.Event]:
        nonlocal count
        count += 1
        ids = (f"r{count}", f"i{count}")
        words = command.exactly or Words("Yes.")
        return [
            e.ReplyStarted(ids[0]),
            e.ReplyItemAdded(*ids, "speech"),
            e.ReplyWordsEnded(*ids, words),
            e.ReplyEnded(ids[0], "completed"),
        ]

    return ScriptedEngine({c.AskForReply: reply})


@asynccontextmanager
async def talking(project: AgentProject, observers: Observers, **options: Any) -> AsyncIterator[tuple[Talk, ScriptedEngine]]:
    engine = answering()

    async def opening(_: AgentProject, setup: c.EngineSetup, listener: Any, __: Any) -> Any:
        await engine.open(setup, listener)
        listener.deliver(e.EngineReady("session"))
        return engine

    talk = Talk(
        project,
        observers=observers,
        open_engine=opening,
        engine_name="scripted",
        make_leg=lambda runner, rate: WrittenLeg(rate),
        **options,
    )
    async with asyncio.TaskGroup() as tasks:
        call = tasks.create_task(talk.run())
        yield talk, engine
        talk.hang_up()
        assert await call == CallEnd("completed", "caller_left")


async def test_a_conversation_in_writing(project: AgentProject, observers: Observers) -> None:
    async with talking(project, observers, in_writing=True) as (talk, engine):
        assert await talk.callers_turn()
        talk.write("Are you there?")
        assert await talk.callers_turn()
    report = observers.reports.report(talk.call_id)
    assert report is not None
    assert [(turn["role"], turn["text"]) for turn in report["turns"]] == [
        ("agent", "Hello."),
        ("caller", "Are you there?"),
        ("agent", "Yes."),
    ]
    assert c.AddUserText(Words("Are you there?")) in engine.obeyed
    assert (report["engine"], report["outcome"]) == ("scripted", "completed")
    assert observers.captures is not None
    observers.captures.close()  # it writes in a thread of its own, and may be behind
    assert (project.dir / report["capture"]).exists()


async def test_keys_are_pressed_without_a_phone(project: AgentProject, observers: Observers) -> None:
    async with talking(project, observers, in_writing=True) as (talk, engine):
        await talk.callers_turn()
        talk.press("1")
        talk.press("#")
        assert await talk.callers_turn()
    assert c.AddUserText(Words("The caller pressed 1 on the keypad.")) in engine.obeyed


async def test_what_the_engine_does_not_notice_is_not_waited_for(project: AgentProject, observers: Observers) -> None:
    async with talking(project, observers, in_writing=True) as (talk, _):
        await talk.callers_turn()
        assert await talk.answered(0.001)


async def test_whoever_waits_is_told_that_the_call_is_over(project: AgentProject, observers: Observers) -> None:
    async with talking(project, observers, in_writing=True) as (talk, _):
        await talk.callers_turn()
    assert not await talk.callers_turn()
    assert not await talk.answered(1)


def test_who_writes_wants_text(project: AgentProject) -> None:
    settings = session_settings(project, in_writing=True)
    assert (settings.in_writing, settings.setup.options["modalities"]) == (True, ["text"])


def test_patience_has_no_end(project: AgentProject) -> None:
    assert session_settings(project, patient=True).silence_after_ms is None
    assert session_settings(project) == project.session_settings()


async def test_the_floor_follows_the_session() -> None:
    class Session:
        def start(self, now: float) -> list[c.Command]:
            return []

        def handle(self, event: e.Event, now: float) -> list[c.Command]:
            return [c.HangUp("x")]

        def deadline(self) -> float | None:
            return 5.0

    free = True
    floor = Floor(Session(), lambda: free)
    assert (floor.start(0), floor.handle(e.TimePassed(), 0), floor.deadline()) == ([], [c.HangUp("x")], 5.0)
    assert await floor.mine()
    free = False
    floor.handle(e.TimePassed(), 1)
    await floor.taken()
