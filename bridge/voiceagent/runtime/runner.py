"""Runs one call: events reach the session as they come, its commands are carried out in order, nothing outlives the call.

A reaction is synchronous from the event to the last command. What takes time (answering, opening the engine, control, tools)
is a task of the call's own group and reports back with an event. An error nobody foresaw ends this call, is logged with its
id, and reaches no other call.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from binascii import b2a_base64
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.discreet import Words
from voiceagent.errors import RemoteError
from voiceagent.ports import CallControl, CallerLeg, Clock, Sink, ToolSet, WireFn, WireTap
from voiceagent.runtime.alarm import Alarm
from voiceagent.runtime.audience import Audience
from voiceagent.runtime.clock import CallClock
from voiceagent.runtime.exchange import Exchange, OpenEngine, in_words
from voiceagent.runtime.keypad import Keypad, blanked, tells_of_keys
from voiceagent.runtime.splice import AudioLane, PlaybackAccount
from voiceagent.runtime.ticker import Ticker

_log = logging.getLogger(__name__)

LAST_WORDS_SECONDS = 5.0  # how long a hang-up that was already asked for may take once the session is finished

OwnVoice = Callable[[Words, int], Awaitable[bytes]]
"""Says a text at a sample rate, as 16-bit PCM: a voice that needs no engine."""


class CallSession(Protocol):
    """What decides: `call.session.Session`, or a replay of one."""

    def start(self, now: float) -> list[c.Command]: ...
    def handle(self, event: e.Event, now: float) -> list[c.Command]: ...
    def deadline(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class CallEnd:
    """How a call ended, as its session put it."""

    outcome: str
    reason: str


class CallRunner:
    """One call. Make it inside the running loop, give it legs with `attach_leg`, and await `run` once."""

    def __init__(
        self,
        *,
        call_id: str,
        session: CallSession,
        playback: PlaybackAccount,
        rate: int,
        ahead_ms: float,
        clock: Clock,
        ticker: Ticker,
        control: CallControl,
        tools: ToolSet,
        tool_context: Mapping[str, Any] | None = None,
        sinks: Sequence[Sink] = (),
        taps: Sequence[WireTap] = (),
        began: c.CallBeganNoted | None = None,
        own_voice: OwnVoice | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.call_id = call_id
        self.clock = CallClock(clock)
        self.end: CallEnd | None = None
        self.lane = AudioLane(
            rate=rate,
            playback=playback,
            clock=self.clock,
            ahead_ms=ahead_ms,
            deliver=self.deliver,
            ticker=ticker,
            on_failure=self.failed,
        )
        self._session = session
        self._ticker = ticker
        self._control = control
        self._tools = tools
        self._tool_context = {"state": {}, **(tool_context or {})}
        self._keypad = Keypad()
        self._note = Audience(call_id, self.clock, sinks).note
        self._taps = tuple(taps)
        self._began = began
        self._leg: CallerLeg | None = None
        self._leg_dropped = 0
        self._exchange = Exchange(self, self.lane, wall)
        self._open_engine: OpenEngine | None = None
        self._setup: c.EngineSetup | None = None
        self._own_voice = own_voice
        self._inbox: deque[e.Event] = deque()
        self._handling = False
        self._alarm = Alarm(self.clock, lambda: self.deliver(e.TimePassed()))
        self._finished = asyncio.Event()
        self._group: asyncio.TaskGroup | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._others: set[asyncio.Task[None]] = set()
        self._tool_tasks: dict[str, asyncio.Task[None]] = {}
        self._measured_item = ""
        self._speech_began: float | None = None

    # --- the call as a whole

    async def run(self, *, answer: Callable[[], Awaitable[None]], open_engine: OpenEngine) -> CallEnd:
        """From the ring to the last closed connection. The engine is opened while the call is being answered.

        A call that is cut short raises like any cancelled task, and its end has been noted all the same.
        """
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                try:
                    await self._last(answer, open_engine)
                except Exception as error:  # a defect: the report tells it, and so does whoever started the call
                    self.finish("failed", _defect(error))
                    raise
                finally:  # before the tasks are cancelled: what they still tell would be carried out by nobody
                    self.finish("failed", "cancelled")
        finally:
            self._group = None
            self._alarm.set(None)
            self._ticker.remove(self.lane)
            end = self.finish("failed", "cancelled")
            try:
                await self._close_edges(end)
            finally:
                self._note(self._summary(end))
        return end

    async def _last(self, answer: Callable[[], Awaitable[None]], open_engine: OpenEngine) -> None:
        """Begin the call, and wait until it is over and the hang-up is done."""
        self._open_engine = open_engine
        if self._began is not None:
            self._note(self._began)
        self._react(self._session.start)
        assert self._setup is not None, "a session configures its engine when it starts"
        self._spawn(self._exchange.serve(open_engine, self._setup), self._others)
        self._spawn(self._answer(answer), self._others)
        await self._finished.wait()
        await self._last_words()
        for task in (*self._leaving, *self._others):
            task.cancel()

    def finish(self, outcome: str, reason: str) -> CallEnd:
        """The call is over; the first to say so is believed. Returns how it ended."""
        if self.end is None:
            self.end = CallEnd(outcome, reason)
            self._finished.set()
        return self.end

    def failed(self, error: Exception) -> None:
        """A defect of ours: this call ends, as gracefully as can be."""
        if self.end is not None:
            return
        _log.error("call %s ended by a defect", self.call_id, exc_info=error)
        self._start_control(c.HangUp("defect"))
        self.finish("failed", _defect(error))
        self._note(c.Warned("defect", f"{type(error).__name__} in the bridge ended the call"))

    def warn(self, code: str, sentence: str) -> None:
        """Note something that a developer should see; nothing of the call depends on it."""
        if self.end is None:
            self._note(c.Warned(code, sentence))

    # --- events in

    def deliver(self, event: e.Event) -> None:
        """Give an event to the session and carry out what it wants; never raises."""
        if self.end is not None:
            return
        if isinstance(event, e.KeyPressed):
            told = self._keypad.arrived(event, self.clock.now_ms())
            if told is None:
                return
            event = told
        self._inbox.append(event)
        if self._handling:  # an event caused by a command: after the reaction that caused it
            return
        self._handling = True
        try:
            while self._inbox:
                self._handle(self._inbox.popleft())
            if not self._finished.is_set():
                self._alarm.set(self._session.deadline())
        except Exception as error:  # the edge of the call: see the module
            self.failed(error)
        finally:
            self._handling = False

    def reply_audio(self, reply_id: str, item_id: str, payload: bytes) -> None:
        """Audio from the engine; hot path. Never raises."""
        try:
            if item_id == self._measured_item:
                self.lane.reply_audio(reply_id, item_id, payload)
                return
            self._measured_item = item_id
            began, out = time.perf_counter(), self.lane.agent_out
            self.lane.reply_audio(reply_id, item_id, payload)
            if self.lane.agent_out > out:
                self._note(c.BridgeShareNoted("first_audio", (time.perf_counter() - began) * 1000))
        except Exception as error:  # the edge of the call: see the module
            self.failed(error)

    def attach_leg(self, leg: CallerLeg) -> None:
        """Audio flows between the caller and us, over this leg."""
        self._leg = leg
        self.deliver(e.MediaOpened(leg.sample_rate))
        self.lane.attach_leg(leg)

    def detach_leg(self, leg: CallerLeg, reason: str) -> None:
        """This leg is gone; a newer one is left alone."""
        self._leg_dropped += leg.dropped
        if self._leg is leg:
            self._leg = None
            self.lane.detach_leg()
            self.deliver(e.MediaClosed(reason))

    def wire(self, edge: str) -> WireFn | None:
        """How an edge shows its frames to the taps; None when nobody looks."""
        if not self._taps:
            return None
        taps, call_id, clock, keypad = self._taps, self.call_id, self.clock, self._keypad

        def show(direction: str, frame: bytes) -> None:
            at_ms = clock.now_ms()
            if keypad.blanks(at_ms) and tells_of_keys(edge, direction, frame):
                frame = blanked(frame)
            for tap in taps:
                tap.frame(call_id, at_ms, edge, direction, frame)

        return show

    def _handle(self, event: e.Event) -> None:
        if self.end is not None:
            return
        if isinstance(event, e.CallerSpeechStarted):
            self._speech_began = time.perf_counter()
        elif isinstance(event, e.EngineLost):
            self.lane.detach_engine()  # before the session hears of it: its answer may be to attach another
        self._react(lambda now: self._session.handle(event, now))
        self._speech_began = None
        if isinstance(event, e.ReplyAudioEnded):
            self.lane.item_ended(event.item_id)
        elif isinstance(event, e.EngineReady):
            self._exchange.heard_ready()

    def _react(self, decide: Callable[[float], list[c.Command]]) -> None:
        now = self.clock.now_ms()
        for command in decide(now):
            self._carry_out(command, now)

    # --- commands out

    def _carry_out(self, command: c.Command, now: float) -> None:
        match command:
            case c.Note():
                self._note(command, now)
            case c.ConfigureEngine(setup=setup) if self._setup is None:
                self._setup = setup  # whoever opens the engine sends it
            case c.EngineCommand():
                self._exchange.obey(command)
            case c.OpenSpareEngine() if self._open_engine is not None:
                self._spawn(self._exchange.serve_spare(self._open_engine, command), self._others)
            case c.SwitchEngine():
                self._exchange.switch()
                self._spawn(self._exchange.close_former(), self._others)
            case c.ReplayCaller(ms=ms):
                self._exchange.replay_caller(ms)
            case c.SpeakAloud(item_id=item_id, text=text):
                self._spawn(self._speak(item_id, text), self._others)
            case c.StopPlayback():
                self.lane.flush()
                self._note_barge_in_share(now)
            case c.PausePlayback():
                self.lane.pause()
                self._note_barge_in_share(now)
            case c.ResumePlayback():
                self.lane.resume()
            case c.DropAudioOf(reply_id=reply_id):
                self.lane.drop_reply(reply_id)
            case c.MuteAgent():
                self.lane.mute()
            case c.UnmuteAgent():
                self.lane.unmute()
            case c.StopListening():
                self.lane.stop_listening()
            case c.ListenAgain():
                self.lane.listen_again()
            case c.HideKeys(end_key=end_key):
                self._keypad.hide(end_key)
            case c.ShowKeys():
                self._keypad.show(now)
            case c.RunTool():
                self._tool_tasks[command.tool_call_id] = self._spawn(
                    self._run_tool(command, self._context_of(command)), self._others
                )
            case c.CancelTool(tool_call_id=tool_call_id):
                if (task := self._tool_tasks.pop(tool_call_id, None)) is not None:
                    task.cancel()
            case c.ControlCommand():
                self._start_control(command)
            case c.CloseCall(outcome=outcome, reason=reason):
                self.finish(outcome, reason)
            case _:
                raise TypeError(f"no way to carry out {type(command).__name__}")

    def _note_barge_in_share(self, now: float) -> None:
        if self._speech_began is not None:
            self._note(c.BridgeShareNoted("barge_in", (time.perf_counter() - self._speech_began) * 1000), now)

    def _start_control(self, command: c.ControlCommand) -> None:
        if self._group is not None:
            goodbye = isinstance(command, c.HangUp | c.LeaveCall)
            self._spawn(self._carry_out_control(command), self._leaving if goodbye else self._others)

    # --- tasks

    def _spawn(self, work: Coroutine[Any, Any, None], owner: set[asyncio.Task[None]]) -> asyncio.Task[None]:
        assert self._group is not None, "commands are carried out only while the call runs"
        task = self._group.create_task(self._guarded(work))
        owner.add(task)
        task.add_done_callback(owner.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # the edge of a task: see the module
            self.failed(error)

    async def _answer(self, answer: Callable[[], Awaitable[None]]) -> None:
        try:
            await answer()
        except RemoteError as error:
            self.deliver(e.ControlFailed("answer", error.status, error.code, in_words(error)))
            self.finish("failed", in_words(error))  # a call that was never answered has nobody to talk to
        else:
            self.deliver(e.CallAnswered())

    async def _speak(self, item_id: str, text: Words) -> None:
        """Say something without an engine; what cannot be said is over at once."""
        try:
            if self._own_voice is not None:
                pcm = await self._own_voice(text, self.lane.rate)
                self.reply_audio(item_id, item_id, b2a_base64(pcm, newline=False))
        finally:
            self.deliver(e.ReplyAudioEnded(item_id, item_id))

    async def _carry_out_control(self, command: c.ControlCommand) -> None:
        try:
            await self._control.carry_out(command)
        except RemoteError as error:
            operation = re.sub(r"(?<!^)(?=[A-Z])", "_", type(command).__name__).lower()
            self.deliver(e.ControlFailed(operation, error.status, error.code, in_words(error)))

    def _context_of(self, command: c.RunTool) -> Mapping[str, Any]:
        return {**self._tool_context, "digits": self._keypad.take()} if command.with_keys else self._tool_context

    async def _run_tool(self, command: c.RunTool, context: Mapping[str, Any]) -> None:
        returned = await self._tools.run(
            command.name,
            command.arguments,
            tool_call_id=command.tool_call_id,
            timeout_ms=command.timeout_ms,
            context=context,
        )
        self._tool_tasks.pop(command.tool_call_id, None)
        self.deliver(returned)

    # --- the end

    async def _last_words(self) -> None:
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=LAST_WORDS_SECONDS)

    async def _close_edges(self, end: CallEnd) -> None:
        if self._leg is not None:
            await self._leg.close(end.reason)
        await self._exchange.close()

    def _summary(self, end: CallEnd) -> c.CallEndedNoted:
        lane = self.lane
        dropped = lane.early_dropped + lane.refused + self._leg_dropped + (self._leg.dropped if self._leg else 0)
        dropped += self._exchange.dropped
        return c.CallEndedNoted(end.outcome, end.reason, lane.caller_in, lane.agent_out, dropped)


def _defect(error: Exception) -> str:
    return f"a defect in the bridge: {type(error).__name__}"
