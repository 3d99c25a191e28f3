"""A pipeline whose ear, thinker and voice are all behind HTTP, through the one engine client: heard, thought, a tool, spoken.

The server is the stand-in for OpenAI-compatible ones; its words are tones, so no model is needed.
"""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from an_ear import Listener

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.config.schema import Settings, ThinkerSection
from voiceagent.discreet import Words
from voiceagent.emulators.voice_live.embedded import Embedded
from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator
from voiceagent.engines.catalog import connection_of
from voiceagent.engines.realtime import open_engine
from voiceagent.ports import Engine
from voiceagent.speech import parts
from voiceagent.speech.pipeline import load_pipeline
from voiceagent.speech.think.rules import RulesThinker
from voiceagent.testing.openai_stub import OpenaiStub
from voiceagent.testing.speech import LoudnessDetector, Phrasebook, ToneEar, ToneVoice

RULES = [
    {"name": "order", "match": ["order"], "tool": "look_up", "reply": "It is {status}. Anything else? I am here to help."},
]
TOOL = c.ToolSpec("look_up", "Looks up.", {"type": "object", "properties": {}})
REMOTE = {"hear": "openai", "think": "chat", "speak": "openai"}


class Pipeline:
    """A running pipeline and a caller who speaks in tones."""

    def __init__(self, book: Phrasebook, stub: OpenaiStub, engine: Engine, listener: Listener) -> None:
        self.book, self.stub, self.engine, self.listener = book, stub, engine, listener

    async def spoken(self, count: int) -> None:
        """The voice has been asked so often."""
        async with asyncio.timeout(20):
            while self.stub.requests.get("/v1/audio/speech", 0) < count:
                await asyncio.sleep(0)

    def says(self, text: str) -> None:
        sound = b"".join(ToneVoice(self.book).stream(text, rate=24_000))
        for pcm in (bytes(9_600), sound, bytes(33_600)):
            for at in range(0, len(pcm), 960):
                self.engine.hear(base64.b64encode(pcm[at : at + 960]))


@asynccontextmanager
async def pipeline(folder: Path, monkeypatch: pytest.MonkeyPatch, voice: Any = None) -> AsyncIterator[Pipeline]:
    monkeypatch.setattr(parts, "_new_detector", lambda: LoudnessDetector)
    book, listener = Phrasebook(), Listener()
    thinker = RulesThinker(ThinkerSection.model_validate({"rules": RULES}))
    async with OpenaiStub(thinker, ear=ToneEar(book), voice=voice or ToneVoice(book)) as stub:
        chat = {"base_url": stub.base_url, "model": "m"}
        made = load_pipeline(Settings.model_validate({"pipeline": REMOTE, "thinker": chat}), folder)
        async with made, VoiceLiveEmulator(Embedded(made), options=EmulatorOptions(delta_interval_ms=0)) as served:
            settings = Settings.model_validate({"engine": {"kind": "pipeline", "endpoint": served.endpoint}})
            setup = c.EngineSetup("Be kind.", "en-US-AvaNeural", 24_000, tools=(TOOL,), transcription={"model": "azure-speech"})
            engine = await open_engine(connection_of(settings), setup, listener)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(engine.run())
                yield Pipeline(book, stub, engine, listener)
                await engine.close()


async def test_a_caller_is_heard_thought_about_and_answered_over_http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with pipeline(tmp_path, monkeypatch) as running:
        running.says("Where is my order?")
        heard = await running.listener.until(e.CallerTranscribed)
        assert heard.text.shown == "Where is my order?"
        called = await running.listener.until(e.ToolCalled)
        await running.listener.until(e.ReplyEnded)
        running.engine.obey(c.GiveToolResult(called.tool_call_id, '{"status": "on its way"}'))
        running.engine.obey(c.AskForReply())
        await running.listener.until(e.ReplyEnded, 2)
        said = (await running.listener.until(e.ReplyWordsEnded)).text.shown
        assert " ".join(said.split()) == "It is on its way. Anything else? I am here to help."
        assert running.listener.audio_bytes > 0
    asked = running.stub.requests
    assert asked["/v1/chat/completions"] == 2
    assert asked["/v1/audio/speech"] > 1, "the voice is asked sentence by sentence"


async def test_an_interruption_ends_the_reply_and_what_was_asked_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    class Hesitant:
        """Says the first sentence at once, and the next only when the gate is open."""

        said = 0

        def stream(self, text: str, *, rate: int, **_: Any) -> Iterator[bytes]:
            self.said += 1
            if self.said > 1:
                gate.wait(20)
            yield bytes(rate)

    try:
        async with pipeline(tmp_path, monkeypatch, Hesitant()) as running:
            exactly = Words("One sentence that is long. Then another one follows. And one more of them.")
            running.engine.obey(c.AskForReply(exactly=exactly))
            await running.spoken(2)
            running.says("Where is my order?")
            ended = await running.listener.until(e.ReplyEnded)
            assert ended.status == "cancelled"
            assert running.stub.requests["/v1/audio/speech"] == 2
            gate.set()
    finally:
        gate.set()
