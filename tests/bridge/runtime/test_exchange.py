from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.commands import EngineSetup
from voiceagent.call.playback import Playback
from voiceagent.discreet import Words
from voiceagent.errors import RemoteError
from voiceagent.ports import Engine, EngineListener
from voiceagent.runtime.exchange import Exchange
from voiceagent.runtime.splice import AudioLane
from voiceagent.runtime.ticker import Ticker
from voiceagent.testing.clock import ManualClock
from voiceagent.testing.scripted import ScriptedEngine, silence

SETUP = EngineSetup("Be brief.", None, 24_000)


class StillLoop:
    def time(self) -> float:
        return 0.0

    def call_at(self, when: float, callback: Any) -> Any:
        return None


class Call:
    """A call's side of the exchange, with engines that are opened in the order given."""

    def __init__(self, *engines: ScriptedEngine | RemoteError) -> None:
        self.told: list[e.Event] = []
        self.audio: list[str] = []
        self._engines = list(engines)
        self.lane = AudioLane(
            rate=24_000,
            playback=Playback(),
            clock=ManualClock(),
            ahead_ms=200,
            deliver=self.told.append,
            ticker=Ticker(cast(asyncio.AbstractEventLoop, StillLoop())),
            on_failure=lambda _: None,
        )
        self.exchange = Exchange(self, self.lane, wall=lambda: 1000.0)

    def deliver(self, event: e.Event) -> None:
        self.told.append(event)
        if isinstance(event, e.EngineReady):
            self.exchange.heard_ready()

    def reply_audio(self, reply_id: str, item_id: str, payload: bytes) -> None:
        self.audio.append(item_id)

    async def open(self, setup: EngineSetup, listener: EngineListener) -> Engine:
        engine = self._engines.pop(0)
        if isinstance(engine, RemoteError):
            raise engine
        return await engine.open(setup, listener)

    def speak(self, count: int) -> None:
        for _ in range(count):
            self.lane.caller_audio(silence(20, 24_000))


def engine(name: str) -> ScriptedEngine:
    return ScriptedEngine({c.ConfigureEngine: lambda _: [e.EngineReady(name, expires_at=1060)]})


async def test_the_call_learns_how_long_a_session_lives_not_until_when() -> None:
    call = Call(engine("s1"))
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(call.exchange.serve(call.open, SETUP))
        await asyncio.sleep(0)
        serving.cancel()
    assert call.told == [e.EngineReady("s1", "", 1060, 60_000)]


async def test_commands_wait_for_the_first_session() -> None:
    first = engine("s1")
    call = Call(first)
    call.exchange.obey(c.AskForReply())
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(call.exchange.serve(call.open, SETUP))
        await asyncio.sleep(0)
        serving.cancel()
    assert first.obeyed == [c.ConfigureEngine(SETUP), c.AskForReply()]


async def test_a_first_session_that_cannot_be_opened_is_a_lost_engine() -> None:
    call = Call(RemoteError("nobody there", service="x", status=503, remedy="try again"))
    await call.exchange.serve(call.open, SETUP)
    assert call.told == [e.EngineLost("nobody there; try again", 503)]


@pytest.mark.parametrize(
    ("status", "code", "lasting"),
    [
        (401, "", True),
        (404, "", True),
        (429, "", False),
        (503, "", False),
        (None, "", False),
        (None, "voice_not_supported", True),
        (None, "server_error", False),
    ],
)
async def test_what_no_further_attempt_would_mend_is_told_as_such(status: int | None, code: str, lasting: bool) -> None:
    call = Call(RemoteError("no", service="x", status=status, code=code, retry_after_seconds=3))
    await call.exchange.serve(call.open, SETUP)
    assert call.told == [e.EngineLost("no", status, lasting, 3000)]


async def test_what_was_meant_for_a_session_that_never_came_is_not_said_to_its_successor() -> None:
    second = engine("s2")
    call = Call(RemoteError("no", service="x", status=503), second)
    await call.exchange.serve(call.open, SETUP)
    call.exchange.obey(c.AddUserText(Words("Hello?")))  # history by now: whoever comes next is told it as such
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(call.exchange.serve_spare(call.open, c.OpenSpareEngine(SETUP, beside=False)))
        await asyncio.sleep(0)
        call.exchange.switch()
        call.exchange.replay_caller(0)
        call.speak(1)
        serving.cancel()
    assert second.obeyed == [c.ConfigureEngine(SETUP)]
    assert call.told[-1] == e.CallerAudioBegan()  # no sound had come before: the clock of this engine begins with it


async def test_a_spare_session_takes_over_in_one_step() -> None:
    first, second = engine("s1"), engine("s2")
    call = Call(first, second)
    async with asyncio.TaskGroup() as tasks:
        serving = [tasks.create_task(call.exchange.serve(call.open, SETUP))]
        await asyncio.sleep(0)
        call.speak(10)
        serving.append(tasks.create_task(call.exchange.serve_spare(call.open, c.OpenSpareEngine(SETUP))))
        await asyncio.sleep(0)
        assert call.told[-1] == e.SpareReady("s2", "", 60_000)
        second.say(e.ReplyStarted("too early"))
        call.speak(1)
        assert (len(first.heard), len(second.heard)) == (11, 0)
        first.dropped, second.dropped = 3, 1
        assert call.exchange.dropped == 3
        call.exchange.switch()
        call.exchange.obey(c.AddUserText(Words("Hello.")))
        call.exchange.replay_caller(100)
        call.speak(2)
        first.say(e.ReplyStarted("too late"))
        second.say(e.ReplyStarted("r1"))
        await call.exchange.close_former()
        for task in serving:
            task.cancel()
    assert (len(first.heard), len(second.heard)) == (11, 7)
    assert (first.closed, second.closed) == (True, False)
    assert second.obeyed[-1] == c.AddUserText(Words("Hello."))
    assert e.CallerAudioReplayed(100) in call.told
    assert [event for event in call.told if isinstance(event, e.ReplyStarted)] == [e.ReplyStarted("r1")]
    await call.exchange.close()
    assert second.closed
    assert call.exchange.dropped == 4


async def test_what_the_caller_says_while_there_is_no_engine_is_kept() -> None:
    first, second = engine("s1"), engine("s2")
    call = Call(first, RemoteError("no", service="x"), second)
    async with asyncio.TaskGroup() as tasks:
        serving = [tasks.create_task(call.exchange.serve(call.open, SETUP))]
        await asyncio.sleep(0)
        call.speak(10)
        await call.exchange.serve_spare(call.open, c.OpenSpareEngine(SETUP, beside=False))
        assert call.told[-1] == e.SpareFailed("no")
        call.speak(5)
        call.exchange.obey(c.AddUserText(Words("nobody hears this; it is history")))
        serving.append(tasks.create_task(call.exchange.serve_spare(call.open, c.OpenSpareEngine(SETUP, beside=False))))
        await asyncio.sleep(0)
        call.exchange.switch()
        call.exchange.replay_caller(60)
        for task in serving:
            task.cancel()
    assert (len(first.heard), len(second.heard)) == (10, 8)
    assert second.obeyed == [c.ConfigureEngine(SETUP)]
    assert e.CallerAudioReplayed(160) in call.told
    assert call.lane.early_dropped == 0


async def test_a_spare_that_breaks_before_it_is_needed_is_told_and_forgotten() -> None:
    first, second = engine("s1"), engine("s2")
    call = Call(first, second)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(call.exchange.serve(call.open, SETUP))
        spare = tasks.create_task(call.exchange.serve_spare(call.open, c.OpenSpareEngine(SETUP)))
        await asyncio.sleep(0)
        second.lose("1006", 1006)
        call.exchange.switch()
        call.exchange.obey(c.AskForReply())
        for task in (serving, spare):
            task.cancel()
    assert call.told[-1] == e.SpareFailed("1006", 1006)
    assert first.obeyed[-1] == c.AskForReply()
    await call.exchange.close()
    assert second.closed
