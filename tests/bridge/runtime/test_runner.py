"""The runner as a conversation: this happens, that is carried out; and whatever breaks, only this call ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.playback import Playback
from voiceagent.discreet import Words
from voiceagent.errors import RemoteError
from voiceagent.ports import Engine, EngineListener
from voiceagent.runtime.runner import CallEnd, CallRunner
from voiceagent.runtime.ticker import Ticker
from voiceagent.testing.clock import ManualClock
from voiceagent.testing.legs import MemoryLeg
from voiceagent.testing.scripted import Audio, ScriptedEngine

SETUP = c.EngineSetup("Be kind.", None, 24_000)
Answers = Mapping[type[e.Event], Sequence[c.Command] | Callable[[Any], Sequence[c.Command]]]


class ScriptedSession:
    """Answers each event as told; remembers what it saw."""

    def __init__(self, answers: Answers) -> None:
        self.seen: list[e.Event] = []
        self.due: float | None = None
        self._answers = {e.CallerLeft: [c.CloseCall("completed", "caller_left")], **answers}

    def start(self, now: float) -> list[c.Command]:
        return [c.ConfigureEngine(SETUP)]

    def handle(self, event: e.Event, now: float) -> list[c.Command]:
        self.seen.append(event)
        answer = self._answers.get(type(event), [])
        return list(answer(event) if callable(answer) else answer)

    def deadline(self) -> float | None:
        return self.due


class Tools:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Mapping[str, Any]]] = []
        self.never = asyncio.Event()
        self.cancelled = False

    def specs(self) -> Sequence[c.ToolSpec]:
        return ()

    async def run(
        self, name: str, arguments: str, *, tool_call_id: str, timeout_ms: int, context: Mapping[str, Any]
    ) -> e.ToolReturned:
        self.asked.append((name, arguments, context))
        if name == "hang":
            try:
                await self.never.wait()
            finally:
                self.cancelled = True
        if name == "break":
            raise ZeroDivisionError
        return e.ToolReturned(tool_call_id, "ok", "{}", 1.0)


class Control:
    def __init__(self, error: RemoteError | None = None) -> None:
        self.done: list[c.ControlCommand] = []
        self.error = error

    async def carry_out(self, command: c.ControlCommand) -> None:
        self.done.append(command)
        if self.error:
            raise self.error


class Watcher:
    def __init__(self) -> None:
        self.notes: list[c.Note] = []
        self.frames: list[tuple[str, str, bytes]] = []

    def note(self, call_id: str, at_ms: float, note: c.Note) -> None:
        self.notes.append(note)

    def frame(self, call_id: str, at_ms: float, edge: str, direction: str, frame: bytes) -> None:
        self.frames.append((edge, direction, frame))


class Bench:
    def __init__(self, answers: Answers | None = None, *, control: Control | None = None, taps: bool = False) -> None:
        self.clock = ManualClock()
        self.session = ScriptedSession(answers or {})
        self.engine = ScriptedEngine()
        self.control = control or Control()
        self.tools = Tools()
        self.watcher = Watcher()
        self.leg = MemoryLeg(self.clock)
        self.answered = asyncio.Event()
        self.runner = CallRunner(
            call_id="call-1",
            session=self.session,
            playback=Playback(),
            rate=24_000,
            ahead_ms=100,
            clock=self.clock,
            ticker=Ticker(),
            control=self.control,
            tools=self.tools,
            tool_context={"call_id": "call-1"},
            sinks=[self.watcher],
            taps=[self.watcher] if taps else [],
        )

    async def answer(self) -> None:
        self.answered.set()

    async def run(
        self,
        *steps: e.Event,
        answer: Callable[[], Any] | None = None,
        open_engine: Callable[[c.EngineSetup, EngineListener], Any] | None = None,
        then: Callable[[], None] | None = None,
    ) -> CallEnd:
        """Run a call: when it is answered these events happen, then `then`, and at last the caller hangs up."""
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(
                self.runner.run(answer=answer or self.answer, open_engine=open_engine or self.engine.open)
            )
            for _ in range(5):
                await asyncio.sleep(0)
            for step in steps:
                self.runner.deliver(step)
            if then:
                then()
            for _ in range(5):
                await asyncio.sleep(0)
            self.runner.deliver(e.CallerLeft("hung up"))
        return running.result()


async def test_a_call_runs_from_the_answer_to_the_last_closed_connection() -> None:
    bench = Bench()
    end = await bench.run(then=lambda: bench.runner.attach_leg(bench.leg))
    assert end == CallEnd("completed", "caller_left")
    assert bench.session.seen == [e.CallAnswered(), e.MediaOpened(24_000), e.CallerLeft("hung up")]
    assert bench.engine.obeyed == [c.ConfigureEngine(SETUP)]
    assert (bench.engine.closed, bench.leg.closed) == (True, "caller_left")
    assert bench.watcher.notes == [c.CallEndedNoted("completed", "caller_left", 0, 0, 0)]


async def test_commands_for_an_engine_that_is_still_opening_wait_for_it() -> None:
    bench = Bench({e.CallAnswered: [c.AskForReply(exactly=Words("Hello"))]})
    opened = asyncio.Event()

    async def slowly(setup: c.EngineSetup, listener: EngineListener) -> Engine:
        await opened.wait()
        return await bench.engine.open(setup, listener)

    await bench.run(open_engine=slowly, then=opened.set)
    assert bench.engine.obeyed == [c.ConfigureEngine(SETUP), c.AskForReply(exactly=Words("Hello"))]


async def test_the_engine_hears_the_caller_once_it_is_ready() -> None:
    bench = Bench()

    def talk() -> None:
        bench.runner.attach_leg(bench.leg)
        bench.runner.lane.caller_audio(b"AAAA")
        assert bench.engine.heard == []
        bench.engine.say(e.EngineReady("s1"))
        assert bench.engine.heard == [b"AAAA"]
        bench.engine.lose("reset", 1006)
        bench.runner.lane.caller_audio(b"BBBB")

    await bench.run(then=talk)
    assert bench.engine.heard == [b"AAAA"]
    assert e.EngineLost("reset", 1006) in bench.session.seen


async def test_an_engine_that_takes_over_at_once_hears_the_caller() -> None:
    bench = Bench({e.EngineLost: [c.ReplayCaller(0)]})

    def talk() -> None:
        bench.runner.attach_leg(bench.leg)
        bench.engine.say(e.EngineReady("s1"))
        bench.engine.lose("reset", 1006)
        bench.runner.lane.caller_audio(b"AAAA")

    await bench.run(then=talk)
    assert bench.engine.heard == [b"AAAA"]


async def test_leg_commands_reach_the_lane() -> None:
    bench = Bench(
        {
            e.CallerSpeechStarted: [c.StopPlayback(), c.DropAudioOf("r1")],
            e.KeyPressed: [c.MuteAgent()],
            e.ParticipantsChanged: [c.UnmuteAgent()],
        }
    )

    def talk() -> None:
        bench.runner.attach_leg(bench.leg)
        bench.engine.say(Audio("r1", "i1", 400), e.CallerSpeechStarted("u1", 0), Audio("r1", "i1", 400))
        assert len(bench.leg.played) == 5
        bench.engine.say(e.KeyPressed("1"), Audio("r2", "i2", 40))
        assert len(bench.leg.played) == 5
        bench.engine.say(e.ParticipantsChanged(1), Audio("r3", "i3", 40))

    await bench.run(then=talk)
    assert len(bench.leg.played) == 7
    assert len(bench.leg.stops) == 2
    shares = [note.kind for note in bench.watcher.notes if isinstance(note, c.BridgeShareNoted)]
    assert shares == ["first_audio", "barge_in", "first_audio"]


async def test_the_last_piece_of_an_item_goes_when_the_engine_has_sent_all() -> None:
    bench = Bench()

    def talk() -> None:
        bench.runner.attach_leg(bench.leg)
        bench.engine.say(Audio("r1", "i1", 30), e.ReplyAudioEnded("r1", "i1"))

    await bench.run(then=talk)
    assert [len(payload) for payload in bench.leg.payloads()] == [1280, 640]
    assert bench.session.seen[-2] == e.PlaybackDrained()


async def test_a_tool_runs_beside_the_call_and_its_result_is_an_event() -> None:
    bench = Bench({e.ToolCalled: [c.RunTool("t1", "lookup", '{"id":1}', 1000)]})
    await bench.run(e.ToolCalled("r1", "i1", "t1", "lookup", "{}"))
    assert bench.tools.asked == [("lookup", '{"id":1}', {"call_id": "call-1", "state": {}})]
    assert e.ToolReturned("t1", "ok", "{}", 1.0) in bench.session.seen


async def test_a_tool_that_is_no_longer_wanted_is_cancelled() -> None:
    bench = Bench({e.ToolCalled: [c.RunTool("t1", "hang", "{}", 1000)], e.KeyPressed: [c.CancelTool("t1"), c.CancelTool("t9")]})

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(bench.runner.run(answer=bench.answer, open_engine=bench.engine.open))
        await bench.answered.wait()
        bench.runner.deliver(e.ToolCalled("r1", "i1", "t1", "hang", "{}"))
        while not bench.tools.asked:
            await asyncio.sleep(0)
        bench.runner.deliver(e.KeyPressed("1"))
        while not bench.tools.cancelled:
            await asyncio.sleep(0)
        bench.runner.deliver(e.CallerLeft("hung up"))
    assert running.result().outcome == "completed"
    assert not any(isinstance(event, e.ToolReturned) for event in bench.session.seen)


async def test_a_tool_still_running_does_not_keep_the_call() -> None:
    bench = Bench({e.ToolCalled: [c.RunTool("t1", "hang", "{}", 1000)]})
    await bench.run(e.ToolCalled("r1", "i1", "t1", "hang", "{}"))
    assert bench.tools.cancelled


async def test_call_control_is_asked_and_its_refusal_is_an_event() -> None:
    refusal = RemoteError("no such number", service="ACS", status=400, code="8523", remedy="check it")
    bench = Bench({e.KeyPressed: [c.TransferCaller("sales", Words("asked"), 30)]}, control=Control(refusal))
    await bench.run(e.KeyPressed("1"))
    assert bench.control.done == [c.TransferCaller("sales", Words("asked"), 30)]
    assert e.ControlFailed("transfer_caller", 400, "8523", "no such number; check it") in bench.session.seen


async def test_hanging_up_is_finished_before_the_call_is_left() -> None:
    bench = Bench({e.KeyPressed: [c.HangUp("silence"), c.CloseCall("completed", "silence")]})
    end = await bench.run(e.KeyPressed("1"))
    assert end == CallEnd("completed", "silence")
    assert bench.control.done == [c.HangUp("silence")]


async def test_an_answer_that_is_refused_ends_the_call() -> None:
    async def refuse() -> None:
        raise RemoteError("gone", service="ACS", status=403, code="7507")

    bench = Bench()
    end = await bench.run(answer=refuse)
    assert end == CallEnd("failed", "gone")
    assert bench.session.seen == [e.ControlFailed("answer", 403, "7507", "gone")]


async def test_an_engine_that_cannot_be_opened_is_lost_with_the_reason() -> None:
    async def refuse(_: c.EngineSetup, __: EngineListener) -> Engine:
        raise RemoteError("wrong key", service="Voice Live", status=401, remedy="set it")

    bench = Bench({e.EngineLost: [c.HangUp("engine_lost"), c.CloseCall("failed", "engine_lost")]})
    end = await bench.run(open_engine=refuse)
    assert end == CallEnd("failed", "engine_lost")
    assert e.EngineLost("wrong key; set it", 401, lasting=True) in bench.session.seen


async def test_a_deadline_comes_as_an_event() -> None:
    bench = Bench({e.TimePassed: [c.CloseCall("completed", "silence")]})
    bench.session.due = 0.0
    end = await asyncio.wait_for(bench.runner.run(answer=bench.answer, open_engine=bench.engine.open), 5)
    assert end == CallEnd("completed", "silence")


@pytest.mark.parametrize("where", ["session", "tool", "lane"])
async def test_a_defect_ends_this_call_and_is_told(where: str, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: e.Event) -> Sequence[c.Command]:
        raise ZeroDivisionError

    answers: Answers = {
        "session": {e.KeyPressed: broken},
        "tool": {e.KeyPressed: [c.RunTool("t", "break", "{}", 1)]},
        "lane": {},
    }[where]
    bench = Bench(answers)
    if where == "lane":
        bench.runner.lane.reply_audio = broken  # type: ignore[method-assign,assignment]  # a defect
    end = await bench.run(e.KeyPressed("1"), then=lambda: bench.runner.reply_audio("r1", "i1", b"AAAA"))
    assert end == CallEnd("failed", f"a defect in the bridge: {'TypeError' if where == 'lane' else 'ZeroDivisionError'}")
    assert bench.control.done == [c.HangUp("defect")]
    assert "call call-1 ended by a defect" in caplog.text


async def test_events_caused_by_a_reaction_come_after_it() -> None:
    bench = Bench(
        {e.KeyPressed: [c.StopPlayback(), c.PhaseNoted("one"), c.PhaseNoted("two")], e.PlaybackBegan: [c.PhaseNoted("three")]}
    )
    await bench.run(e.KeyPressed("1"))
    assert [note for note in bench.watcher.notes if isinstance(note, c.PhaseNoted)] == [
        c.PhaseNoted("one"),
        c.PhaseNoted("two"),
    ]


async def test_after_the_end_nothing_is_heard() -> None:
    bench = Bench()
    await bench.run()
    seen = len(bench.session.seen)
    bench.runner.deliver(e.KeyPressed("1"))
    bench.runner.failed(ValueError("late"))
    assert len(bench.session.seen) == seen
    assert bench.runner.end == CallEnd("completed", "caller_left")


async def test_a_lost_leg_can_be_followed_by_another() -> None:
    bench = Bench()
    second = MemoryLeg(bench.clock)

    def talk() -> None:
        bench.leg.dropped = 3
        bench.runner.attach_leg(bench.leg)
        bench.runner.detach_leg(bench.leg, "reset")
        bench.runner.attach_leg(second)
        bench.runner.detach_leg(bench.leg, "again")

    await bench.run(then=talk)
    closed = [event for event in bench.session.seen if isinstance(event, e.MediaClosed)]
    assert closed == [e.MediaClosed("reset")]
    assert second.closed == "caller_left"


async def test_the_summary_counts_what_every_leg_and_engine_lost() -> None:
    bench = Bench()

    def talk() -> None:
        bench.runner.attach_leg(bench.leg)
        bench.leg.dropped, bench.engine.dropped = 3, 4

    await bench.run(then=talk)
    assert bench.watcher.notes[-1] == c.CallEndedNoted("completed", "caller_left", 0, 0, 7)


async def test_edges_show_their_frames_only_to_taps() -> None:
    bench, quiet = Bench(taps=True), Bench()
    show = bench.runner.wire("media")
    assert show is not None
    show("in", b"frame")
    assert bench.watcher.frames == [("media", "in", b"frame")]
    assert quiet.runner.wire("media") is None


async def test_cancelling_the_call_closes_what_is_open() -> None:
    bench = Bench()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(bench.runner.run(answer=bench.answer, open_engine=bench.engine.open))
        await bench.answered.wait()
        bench.runner.attach_leg(bench.leg)
        running.cancel()
    assert bench.engine.closed
    assert bench.leg.closed == "cancelled"


async def test_a_command_nobody_can_carry_out_is_a_defect() -> None:
    class Unheard(c.Command):
        pass

    bench = Bench({e.KeyPressed: [Unheard()]})
    assert (await bench.run(e.KeyPressed("1"))).reason == "a defect in the bridge: TypeError"


async def test_hidden_keys_reach_the_one_tool_and_neither_the_session_nor_a_tap() -> None:
    ready = c.RunTool("t1", "check_pin", "{}", 1000, with_keys=True)
    on_key = {"digit": [], "end": [ready, c.ShowKeys()], "give_up": []}
    bench = Bench(
        {e.ToolCalled: [c.HideKeys("#")], e.HiddenKeyPressed: lambda event: on_key[event.kind]},
        taps=True,
    )
    show = bench.runner.wire("media")
    assert show is not None

    def type_it() -> None:
        for key in "42#":
            show("in", b'{"kind":"DtmfData","dtmfData":{"data":"%b"}}' % key.encode())
            bench.runner.deliver(e.KeyPressed(key))
            bench.runner.deliver(e.KeyPressed(key, "recognition"))

    await bench.run(e.ToolCalled("r1", "i1", "t1", "check_pin", "{}"), then=type_it)
    assert bench.tools.asked == [("check_pin", "{}", {"call_id": "call-1", "state": {}, "digits": "42"})]
    hidden = [event for event in bench.session.seen if isinstance(event, e.HiddenKeyPressed | e.KeyPressed)]
    assert hidden == [e.HiddenKeyPressed("digit"), e.HiddenKeyPressed("digit"), e.HiddenKeyPressed("end")]
    assert {frame for _, _, frame in bench.watcher.frames} == {b'{"kind":"DtmfData","dtmfData":{"data":"0"}}'}


async def test_the_state_of_a_call_is_one_for_all_its_tools_and_no_other_calls() -> None:
    bench, other = (Bench({e.ToolCalled: [c.RunTool("t1", "a", "{}", 1), c.RunTool("t2", "b", "{}", 1)]}) for _ in range(2))
    for one in (bench, other):
        await one.run(e.ToolCalled("r1", "i1", "t1", "a", "{}"))
    states = [context["state"] for one in (bench, other) for _, _, context in one.tools.asked]
    assert states[0] is states[1]
    assert states[0] is not states[2]
