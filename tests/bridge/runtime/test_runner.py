"""The runner as a conversation: this happens, that is carried out; and whatever breaks, only this call ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from a_runner import SETUP, Answers, Bench, Control

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.discreet import Words
from voiceagent.errors import RemoteError
from voiceagent.ports import Engine, EngineListener
from voiceagent.runtime.runner import CallEnd
from voiceagent.testing.legs import MemoryLeg
from voiceagent.testing.scripted import Audio


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


async def cut_short(bench: Bench) -> None:
    """Answer the call, give it a leg, and cancel it."""
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(bench.runner.run(answer=bench.answer, open_engine=bench.engine.open))
        await bench.answered.wait()
        bench.runner.attach_leg(bench.leg)
        running.cancel()


async def test_cancelling_the_call_closes_what_is_open_and_tells_its_end() -> None:
    class Detached(MemoryLeg):
        async def close(self, reason: str) -> None:
            await super().close(reason)
            bench.runner.detach_leg(self, reason)  # as those of the wire are; nobody is left to carry out what is wanted of it

    bench = Bench({e.MediaClosed: [c.SpeakAloud("i1", Words("Hello"))]})
    bench.leg = Detached(bench.clock)
    await cut_short(bench)
    assert bench.engine.closed
    assert bench.leg.closed == "cancelled"
    assert bench.watcher.notes == [c.CallEndedNoted("failed", "cancelled", 0, 0, 0)]


async def test_an_edge_that_breaks_while_a_cancelled_call_closes_it_does_not_hide_the_end() -> None:
    class Broken(MemoryLeg):
        async def close(self, reason: str) -> None:
            raise ZeroDivisionError

    bench = Bench()
    bench.leg = Broken(bench.clock)
    with pytest.raises(ExceptionGroup):
        await cut_short(bench)
    assert bench.watcher.notes == [c.CallEndedNoted("failed", "cancelled", 0, 0, 0)]


async def test_a_session_that_breaks_before_the_call_began_is_told_as_the_end() -> None:
    bench = Bench()

    def broken(now: float) -> list[c.Command]:
        raise ZeroDivisionError

    bench.session.start = broken  # type: ignore[method-assign]  # a defect
    with pytest.raises(ExceptionGroup):
        await bench.runner.run(answer=bench.answer, open_engine=bench.engine.open)
    assert bench.watcher.notes == [c.CallEndedNoted("failed", "a defect in the bridge: ZeroDivisionError", 0, 0, 0)]


async def test_a_deadline_that_cannot_be_told_ends_the_call_as_a_defect_does() -> None:
    def undue() -> float | None:
        raise ZeroDivisionError

    def forget_the_time(_: e.Event) -> Sequence[c.Command]:
        bench.session.deadline = undue  # type: ignore[method-assign]  # a defect
        return []

    bench = Bench({e.KeyPressed: forget_the_time})
    assert (await bench.run(e.KeyPressed("1"))).reason == "a defect in the bridge: ZeroDivisionError"
    assert bench.control.done == [c.HangUp("defect")]


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
