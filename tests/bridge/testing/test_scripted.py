"""The scripted engine."""

from __future__ import annotations

import asyncio

from voiceagent.call.commands import AskForReply, ConfigureEngine, EngineSetup
from voiceagent.call.events import EngineLost, Event, ReplyStarted
from voiceagent.testing.scripted import Audio, ScriptedEngine, silence

SETUP = EngineSetup("Be kind.", None, 24_000)


class Listener:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.audio: list[tuple[str, str, int]] = []

    def deliver(self, event: Event) -> None:
        self.events.append(event)

    def reply_audio(self, reply_id: str, item_id: str, payload: bytes) -> None:
        self.audio.append((reply_id, item_id, len(payload)))


async def test_it_answers_commands_as_scripted() -> None:
    listener = Listener()
    engine = ScriptedEngine({AskForReply: lambda _: [ReplyStarted("r1"), Audio("r1", "i1", 40)]})
    await engine.open(SETUP, listener)
    engine.obey(AskForReply())
    engine.hear(b"caller")
    assert listener.events == [ReplyStarted("r1")]
    assert listener.audio == [("r1", "i1", 2560)]
    assert (engine.obeyed, engine.heard) == ([ConfigureEngine(SETUP), AskForReply()], [b"caller"])


async def test_its_run_ends_when_it_is_lost_or_closed() -> None:
    listener = Listener()
    lost, closed = ScriptedEngine(), ScriptedEngine()
    await lost.open(SETUP, listener)
    lost.lose("reset", 1006)
    await closed.close()
    await asyncio.wait_for(asyncio.gather(lost.run(), closed.run()), 5)
    assert listener.events == [EngineLost("reset", 1006)]


def test_silence_has_the_length_asked_for() -> None:
    assert len(silence(20, 24_000)) == 1280
