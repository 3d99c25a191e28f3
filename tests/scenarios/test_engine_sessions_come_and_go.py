"""A call outlives its engine sessions: the real client and runner in virtual time, and engines that expire or break.

Each engine at the other end of the wire listens by itself: a caller's frame carries its number and the turn it belongs to, so
what an engine understood is exactly what it heard. Its memory is what it was told and what it said itself.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from voiceagent.call.commands import AgentTurnNoted, ControlCommand, EngineSetup, HangUp, Note, ToolSpec, Warned
from voiceagent.call.events import CallerLeft, ToolReturned
from voiceagent.call.playback import Playback
from voiceagent.call.session import Session
from voiceagent.call.settings import SessionSettings
from voiceagent.engines.realtime import EngineConnection, open_engine
from voiceagent.engines.wires import OnText
from voiceagent.runtime.runner import CallRunner
from voiceagent.runtime.ticker import Ticker
from voiceagent.testing.legs import MemoryLeg
from voiceagent.testing.scripted import silence
from voiceagent.testing.virtual import VirtualLoop, run_virtually

RATE = 24_000
SILENCE_MS = 400
Said = tuple[str, ...]
"""One thing in an engine's memory: who, and what."""


def frame(number: int, turn: int) -> bytes:
    """20 ms of the caller: the number of the frame, and the turn it belongs to (0: silence)."""
    return base64.b64encode(struct.pack("<II", number, turn) + bytes(952))


@dataclass
class World:
    """What the caller and all engines share: the truth."""

    lifetime_s: float = 1e6
    engines: list[OneEngine] = field(default_factory=list)
    turns: dict[int, int] = field(default_factory=dict)
    """Frames the caller said, by turn."""
    heard: dict[int, int] = field(default_factory=dict)
    """The most frames of a turn that one engine heard."""
    truth: list[Said] = field(default_factory=list)
    replies: int = 0
    agent_turns: int = 0
    warnings: list[str] = field(default_factory=list)
    refusals: int = 0

    async def dialled(
        self, url: str, headers: Mapping[str, str], on_text: OnText, *, timeout: float, short_path: bool, subprotocol: str = ""
    ) -> Any:
        await asyncio.sleep(0.08)
        if self.refusals:
            self.refusals -= 1
            raise OSError("nobody there")
        engine = OneEngine(self, on_text)
        self.engines.append(engine)
        return engine

    def note(self, call_id: str, at_ms: float, note: Note) -> None:
        if isinstance(note, AgentTurnNoted):
            self.agent_turns += 1
        elif isinstance(note, Warned):
            self.warnings.append(note.code)


class OneEngine:
    """One session: hears, remembers, answers each turn; every third answer begins with a tool."""

    dropped = 0

    def __init__(self, world: World, say: OnText) -> None:
        self.memory: list[Said] = []
        self._world = world
        self._to_bridge = say
        self._frames = 0
        self._turn = self._turn_frames = self._silent = 0
        self._over = asyncio.Event()
        self._timers: list[asyncio.TimerHandle] = []
        self._number = len(world.engines)
        self._say("session.created", session={"id": f"s{self._number}"})

    # --- the wire

    def send(self, payload: bytes, *, droppable: bool = False) -> None:
        told = json.loads(payload)
        match told["type"]:
            case "input_audio_buffer.append":
                number, turn = struct.unpack("<II", base64.b64decode(told["audio"])[:8])
                self._hear(number, turn)
            case "session.update":
                expires_at = int(asyncio.get_running_loop().time() + self._world.lifetime_s)
                self._say("session.updated", session={"id": f"s{self._number}", "expires_at": expires_at})
            case "conversation.item.create":
                self._told(told["item"])
            case "response.create":
                self._answer()

    async def receive(self) -> None:
        await self._over.wait()

    async def close(self) -> None:
        self._over.set()

    def ending(self) -> tuple[int | None, str]:
        return 1006, "broken"

    def break_off(self) -> None:
        """The connection is gone, and everything this session was about to say."""
        for timer in self._timers:
            timer.cancel()
        self._over.set()

    # --- the conversation

    def _hear(self, number: int, turn: int) -> None:
        self._frames += 1
        if turn:
            if not self._turn:
                self._turn, self._turn_frames = turn, 0
                self._say("input_audio_buffer.speech_started", item_id=self._item(), audio_start_ms=(self._frames - 1) * 20)
            self._turn_frames += 1
            self._silent = 0
        elif self._turn:
            self._silent += 20
            if self._silent >= SILENCE_MS:
                self._turn_over()

    def _turn_over(self) -> None:
        world, item = self._world, self._item()
        world.heard[self._turn] = max(self._turn_frames, world.heard.get(self._turn, 0))
        words = f"turn {self._turn} of {self._turn_frames} frames"
        self._turn, self._silent = 0, 0
        self._say("input_audio_buffer.speech_stopped", item_id=item, audio_end_ms=self._frames * 20)
        self._say("input_audio_buffer.committed", item_id=item, previous_item_id=None)
        self._later(
            0.1, "conversation.item.input_audio_transcription.completed", item_id=item, content_index=0, transcript=words
        )
        self._remember("user", words)
        self._answer()

    def _item(self) -> str:
        return f"u{self._number}-{self._turn}"

    def _told(self, item: Mapping[str, Any]) -> None:
        match item["type"]:
            case "message":
                self.memory.append((item["role"], item["content"][0]["text"]))
            case "function_call":
                self.memory.append(("call", item["call_id"], item["arguments"]))
            case "function_call_output":
                self.memory.append(("output", item["call_id"], item["output"]))
                if ("output", item["call_id"], item["output"]) not in self._world.truth:
                    self._world.truth.append(("output", item["call_id"], item["output"]))

    def _remember(self, *said: str) -> None:
        self.memory.append(said)
        self._world.truth.append(said)

    def _answer(self) -> None:
        self._world.replies += 1
        number = self._world.replies
        reply, item = f"r{number}", f"i{number}"
        self._later(0.15, "response.created", response={"id": reply})
        if number % 3 == 0:
            call = {"id": item, "type": "function_call"}
            self._later(0.2, "response.output_item.added", response_id=reply, output_index=0, item=call)
            self._later(0.25, "response.function_call_arguments.done", **_call(reply, item, number))
            self._timers.append(
                asyncio.get_running_loop().call_later(0.25, self._remember, "call", f"c{number}", f'{{"n":{number}}}')
            )
        else:
            words = f"answer {number}"
            about = {"response_id": reply, "item_id": item, "output_index": 0, "content_index": 0}
            message = {"id": item, "type": "message"}
            self._later(0.2, "response.output_item.added", response_id=reply, output_index=0, item=message)
            self._later(0.22, "response.audio_transcript.delta", delta=words, **about)
            for piece in range(3):
                self._later(0.25 + piece * 0.05, "response.audio.delta", delta=silence(200, RATE).decode(), **about)
            self._later(0.4, "response.audio.done", **about)
            self._timers.append(asyncio.get_running_loop().call_later(0.4, self._remember, "assistant", words))
        self._later(0.42, "response.done", response={"id": reply, "status": "completed"})

    def _later(self, seconds: float, kind: str, **fields: Any) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(seconds, lambda: self._say(kind, **fields)))

    def _say(self, kind: str, **fields: Any) -> None:
        told = json.dumps({"event_id": "e", "type": kind, **fields}).encode()
        asyncio.get_running_loop().call_soon(self._to_bridge, told)


def _call(reply: str, item: str, number: int) -> dict[str, Any]:
    return {
        "response_id": reply,
        "item_id": item,
        "output_index": 0,
        "call_id": f"c{number}",
        "name": "count",
        "arguments": f'{{"n":{number}}}',
    }


class Tools:
    def specs(self) -> list[ToolSpec]:
        return []

    async def run(
        self, name: str, arguments: str, *, tool_call_id: str, timeout_ms: int, context: Mapping[str, Any]
    ) -> ToolReturned:
        await asyncio.sleep(0.05)
        return ToolReturned(tool_call_id, "ok", f'{{"found":{arguments}}}', 50.0)


class Control:
    runner: CallRunner

    async def carry_out(self, command: ControlCommand) -> None:
        if isinstance(command, HangUp):
            self.runner.deliver(CallerLeft("disconnected"))


class Caller:
    """Speaks for a while as soon as the agent has finished, often a moment before or after a change of engines."""

    def __init__(self, world: World, runner: CallRunner, *, turns: int, seed: int) -> None:
        self._world, self._runner, self._turns = world, runner, turns
        self._chance = random.Random(seed)
        self._number = 0

    async def talk(self) -> None:
        for turn in range(1, self._turns + 1):
            length = self._chance.randrange(10, 50)
            self._world.turns[turn] = length
            for _ in range(length):
                await self._frame(turn)
            for _ in range(SILENCE_MS // 20 + 5):  # less would be the same turn
                await self._frame(0)
            answered = self._world.agent_turns
            for _ in range(1500):
                if self._world.agent_turns > answered:
                    break
                await self._frame(0)
            for _ in range(self._chance.randrange(0, 20)):
                await self._frame(0)
        for _ in range(100):
            await self._frame(0)
        self._runner.deliver(CallerLeft("disconnected"))

    async def _frame(self, turn: int) -> None:
        self._number += 1
        self._runner.lane.caller_audio(frame(self._number, turn))
        await asyncio.sleep(0.02)


async def call(world: World, *, turns: int, seed: int, breaks: bool = False, **settings: Any) -> CallRunner:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    playback, control = Playback(), Control()
    detection = {"type": "server_vad", "prefix_padding_ms": 0, "silence_duration_ms": SILENCE_MS}
    setup = EngineSetup("Be brief.", "en-US-AvaNeural", RATE, turn_detection=detection)
    runner = CallRunner(
        call_id="long",
        session=Session(SessionSettings(setup=setup, silence_after_ms=None, **settings), playback),
        playback=playback,
        rate=RATE,
        ahead_ms=200,
        clock=loop,
        ticker=Ticker(loop),
        control=control,
        tools=Tools(),
        sinks=(world,),
        wall=loop.time,
    )
    control.runner = runner
    connection = EngineConnection(endpoint="ws://here", model="m", api_version="2026-07-15", connect_timeout_seconds=60)

    async def answer() -> None:
        await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(
            runner.run(
                answer=answer,
                open_engine=lambda setup, listener: open_engine(connection, setup, listener, dialled=world.dialled),
            )
        )
        await asyncio.sleep(0.3)
        runner.attach_leg(MemoryLeg(runner.clock, RATE))
        talking = tasks.create_task(Caller(world, runner, turns=turns, seed=seed).talk())
        breaking = tasks.create_task(_break_often(world, seed)) if breaks else None
        await running
        talking.cancel()
        if breaking is not None:
            breaking.cancel()
    return runner


async def _break_often(world: World, seed: int) -> None:
    chance = random.Random(seed)
    while True:
        await asyncio.sleep(chance.uniform(4, 8))
        world.refusals = chance.choice((0, 0, 1, 3))
        world.engines[-1].break_off()


def test_a_hundred_renewals_under_speech_lose_nothing() -> None:
    world = World(lifetime_s=3)
    runner = run_virtually(call(world, turns=125, seed=1, max_call_ms=3_600_000))
    renewals = len(world.engines) - 1
    assert renewals >= 100
    assert world.warnings == []
    assert world.heard == world.turns  # every turn was heard whole, by one engine
    assert (runner.lane.early_dropped, runner.lane.refused, runner.lane.withdrawn) == (0, 0, 0)
    said = [words for who, words, *_ in world.truth if who == "assistant"]
    assert runner.lane.agent_out == len(said) * 30  # each answer is 600 ms: the caller heard all of all of them
    assert any(one[0] == "output" for one in world.truth)
    assert world.engines[-1].memory == world.truth  # with every tool call and its result


@pytest.mark.parametrize("seed", range(3))
def test_a_call_outlives_engines_that_break(seed: int) -> None:
    world = World()
    runner = run_virtually(call(world, turns=40, seed=seed, breaks=True, max_call_ms=3_600_000, reconnect_ms=15_000))
    assert runner.end is not None
    assert runner.end.reason == "caller_left"
    assert len(world.engines) > 10
    assert world.heard == world.turns
    assert runner.lane.early_dropped == 0
    assert set(world.warnings) <= {"engine_lost", "engine_not_renewed"}


def test_an_engine_that_stays_away_ends_the_call() -> None:
    async def break_for_good(world: World) -> CallRunner:
        async def breaking() -> None:
            await asyncio.sleep(5)
            world.refusals = 1000
            world.engines[-1].break_off()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(breaking())
            return await call(world, turns=40, seed=1, reconnect_ms=6_000)

    runner = run_virtually(break_for_good(World()))
    assert runner.end is not None
    assert (runner.end.outcome, runner.end.reason) == ("failed", "engine_lost")
