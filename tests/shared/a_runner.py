"""A call's runner between a session that answers as it is told and edges in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.playback import Playback
from voiceagent.errors import RemoteError
from voiceagent.ports import EngineListener, Sink
from voiceagent.runtime.runner import CallEnd, CallRunner
from voiceagent.runtime.ticker import Ticker
from voiceagent.testing.clock import ManualClock
from voiceagent.testing.legs import MemoryLeg
from voiceagent.testing.scripted import ScriptedEngine

SETUP = c.EngineSetup("Be kind.", None, 24_000)
Answers = Mapping[type[e.Event], Sequence[c.Command] | Callable[[Any], Sequence[c.Command]]]


class ScriptedSession:
    """Answers each event as told; remembers what it saw."""

    def __init__(self, answers: Answers) -> None:
        self.seen: list[e.Event] = []
        self.due: float | None = None
        self._answers: Answers = {e.CallerLeft: [c.CloseCall("completed", "caller_left")], **answers}

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
    def __init__(
        self, answers: Answers | None = None, *, control: Control | None = None, taps: bool = False, sinks: Sequence[Sink] = ()
    ) -> None:
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
            sinks=[*sinks, self.watcher],
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
