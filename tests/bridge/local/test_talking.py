"""A call held on this machine, against a scripted engine on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.scripted import Scripted, Turn
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator
from voiceagent.errors import UserError
from voiceagent.legs import echo, portaudio
from voiceagent.legs.device import PacedSilence
from voiceagent.local.talking import Plan, echo_kind, play_files, sound_device, sound_facts, talking, write_lines

SCRIPT = [Turn(say="It was shipped.", ms=300)]


@pytest.fixture
async def engine(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Settings that lead to a scripted Voice Live, as the environment would."""
    async with VoiceLiveEmulator(Scripted(SCRIPT), key="a-key", options=EmulatorOptions(delta_interval_ms=5)) as emulator:
        monkeypatch.setenv("AZURE_VOICELIVE_ENDPOINT", emulator.endpoint)
        monkeypatch.setenv("AZURE_VOICELIVE_API_KEY", "a-key")
        yield


async def lines(*typed: str) -> AsyncIterator[str]:
    for line in typed:
        yield line


@pytest.mark.usefixtures("engine")
async def test_a_written_conversation_is_held_and_reported(project: Path) -> None:
    said: list[str] = []
    async with talking(Plan(directory=project, text=True), say=said.append) as held:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(held.talk.run())
            tasks.create_task(write_lines(held, lines("\n", "Where is my order?\n"), patiently=True))
        report = held.report()
    spoken = [(turn["role"], turn["text"]) for turn in report["turns"]]
    assert spoken[-2:] == [("caller", "Where is my order?"), ("agent", "It was shipped.")]
    assert (report["outcome"], report["sound"], said) == ("completed", None, [])


@pytest.mark.call
@pytest.mark.usefixtures("engine")
async def test_a_call_with_sound_and_no_sound_card_is_written_to_a_file(project: Path, tmp_path: Path) -> None:
    from voiceagent.audio.tones import tone
    from voiceagent.audio.wav import read_wav

    async with talking(Plan(directory=project, no_sound=True, out=tmp_path / "call.wav", phone=True)) as held:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(held.talk.run())
            tasks.create_task(play_files(held, [(tone((440.0,), 600, 8000), 8000)]))
        report = held.report()
    assert [turn["text"] for turn in report["turns"] if turn["role"] == "agent"][-1:] == ["It was shipped."]
    assert report["sound"]["echo"] == "off"
    assert report["sound"]["mic_peak_dbfs"] > -25
    pcm, rate = read_wav(tmp_path / "call.wav")
    assert rate == 24_000
    assert len(pcm) / 2 / rate == pytest.approx(report["duration_ms"] / 1000, abs=0.5)


@pytest.mark.parametrize(
    ("options", "kind"),
    [({}, "sound"), ({"text": True}, "text"), ({"wavs": (Path("a.wav"),)}, "wav"), ({"no_sound": True}, "none")],
)
def test_how_the_caller_speaks(options: Any, kind: str) -> None:
    assert Plan(directory=Path(), **options).kind == kind


@pytest.mark.parametrize(
    ("options", "installed", "kind"),
    [
        ({}, False, "gate"),
        ({}, True, "cancel"),
        ({"full_duplex": True}, True, "off"),
        ({"no_sound": True}, True, "off"),
    ],
)
def test_echo_is_dealt_with_where_there_is_a_loudspeaker(
    options: Any, installed: bool, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(echo, "canceller_installed", lambda: installed)
    assert echo_kind(Plan(directory=Path(), **options)) == kind


async def test_without_a_sound_card_nothing_of_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portaudio, "portaudio", lambda: pytest.fail("nobody asked for it"))
    device = sound_device(Plan(directory=Path(), no_sound=True), 24_000)
    assert isinstance(device, PacedSilence)


async def test_no_sound_is_told_before_anything_starts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise UserError("There is no sound.")

    monkeypatch.setattr(portaudio, "portaudio", missing)
    with pytest.raises(UserError, match="no sound"):
        async with talking(Plan(directory=project), say=lambda words: pytest.fail(words)):
            pass


async def test_a_way_to_the_engine_that_is_none_is_told_before_anything_starts(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_VOICELIVE_ENDPOINT", "https://x.services.ai.azure.com")
    monkeypatch.setenv("AZURE_VOICELIVE_API_KEY", "a-key")
    monkeypatch.setenv("https_proxy", "proxy:8080")
    with pytest.raises(UserError, match="https_proxy is no address of a proxy"):
        async with talking(Plan(directory=project, text=True)):
            pass


def test_a_call_without_sound_has_no_facts_of_it() -> None:
    assert sound_facts(None) is None


async def test_a_call_that_ends_meanwhile_is_played_no_further() -> None:
    class Over:
        async def callers_turn(self) -> bool:
            return False

        def hang_up(self) -> None:
            pytest.fail("it is over already")

    held: Any = SimpleNamespace(talk=Over(), leg=SimpleNamespace(sample_rate=8000))
    await play_files(held, [(bytes(320), 8000)])
    await write_lines(held, lines("a"), patiently=True)
