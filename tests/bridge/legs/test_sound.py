"""The caller at the microphone, with a device whose time the test moves."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest

from voiceagent.audio.tones import SILENCE_DBFS, level_dbfs, tone
from voiceagent.legs.device import Edges
from voiceagent.legs.echo import EchoGate
from voiceagent.legs.sound import HOLD_FIRST_MS, HOLD_NEXT_MS, SoundLeg
from voiceagent.legs.stereo import stereo_file
from voiceagent.protocol.acs_media import STOP_AUDIO, AudioData, AudioMetadata, decode, encode_audio
from voiceagent.testing.clock import ManualClock

FRAME = 960
LOUD = tone((440.0,), 20, 24_000)
LEVEL = level_dbfs(LOUD)
SILENCE = bytes(FRAME)


class FakeDevice:
    """A microphone that takes what it is told, and a speaker that remembers; 20 ms a `beat`."""

    name_in, name_out = "fake mic", "fake speaker"

    def __init__(self, rate: int = 24_000) -> None:
        self.rate_in = self.rate_out = rate
        self.latency_ms = self.latency_out_ms = 0.0
        self.underruns = self.overruns = 0
        self.played: list[bytes] = []
        self.stopped = False
        self.edges: Edges

    def start(self, edges: Edges) -> None:
        self.edges = edges

    def stop(self) -> None:
        self.stopped = True

    def beat(self, captured: bytes | None = None) -> bytes:
        size = self.rate_in // 50 * 2
        self.played.append(self.edges.wanted(size))
        self.edges.captured(bytes(size) if captured is None else captured)
        return self.played[-1]


class Bench:
    def __init__(self, device: FakeDevice | None = None, **options: Any) -> None:
        self.device = device or FakeDevice()
        self.clock = ManualClock()
        self.heard: list[bytes] = []
        self.lost: list[str] = []
        self.failures: list[Exception] = []
        self.wire: list[tuple[str, bytes]] = []
        if options.pop("gate", False):
            options["echo"] = EchoGate(self.clock)
        self.leg = SoundLeg(
            self.device,
            sample_rate=24_000,
            clock=self.clock,
            hear=lambda payload: self.heard.append(base64.b64decode(payload)),
            lost=self.lost.append,
            on_failure=self.failures.append,
            wire=lambda direction, frame: self.wire.append((direction, frame)),
            **options,
        )
        self.leg.open()
        self.leg.begin()

    async def beat(self, captured: bytes | None = None) -> bytes:
        """20 ms of the device, and the loop's turn to take them."""
        self.clock.advance(20)
        played = self.device.beat(captured)
        await asyncio.sleep(0)
        return played


async def test_what_the_microphone_took_is_heard_in_frames() -> None:
    bench = Bench()
    await bench.beat(LOUD + LOUD[:100])
    await bench.beat(LOUD[100:])
    assert bench.heard == [LOUD, LOUD]


async def test_nothing_is_heard_before_the_call_is_answered() -> None:
    bench = Bench()
    bench.leg._begun = False
    await bench.beat(LOUD)
    assert bench.heard == []


async def test_what_is_played_comes_out_once_and_then_silence() -> None:
    bench = Bench()
    bench.leg.play(base64.b64encode(LOUD))
    assert [await bench.beat(), await bench.beat()] == [LOUD, SILENCE]


async def test_the_speakers_own_delay_is_told_once_with_its_first_sound() -> None:
    device, told = FakeDevice(), list[float]()
    device.latency_out_ms = 48.0
    bench = Bench(device, sounded=told.append)
    await bench.beat()
    assert told == [], "silence has no delay"
    for _ in range(3):
        bench.leg.play(base64.b64encode(LOUD))
    await bench.beat()
    await bench.beat()
    assert told == [20 + 40 + 48]


async def test_where_there_is_no_driver_there_is_no_delay() -> None:
    told: list[float] = []
    bench = Bench(sounded=told.append)
    bench.leg.play(base64.b64encode(LOUD))
    await bench.beat()
    assert told == []


async def test_stopping_the_playback_silences_the_very_next_block() -> None:
    bench = Bench()
    for _ in range(10):
        bench.leg.play(base64.b64encode(LOUD))
    await bench.beat()
    bench.leg.stop_playback()
    assert await bench.beat() == SILENCE


async def test_a_device_of_another_rate_is_heard_and_played_at_the_calls() -> None:
    bench = Bench(FakeDevice(48_000))
    sound = tone((440.0,), 400, 48_000)
    for at in range(0, len(sound), 1920):
        bench.leg.play(base64.b64encode(LOUD))
        await bench.beat(sound[at : at + 1920])
    assert {len(frame) for frame in bench.heard} == {FRAME}
    assert 15 <= len(bench.heard) <= 20
    assert level_dbfs(bench.heard[10]) == pytest.approx(level_dbfs(sound), abs=0.5)
    assert {len(block) for block in bench.device.played} == {1920}
    assert level_dbfs(bench.device.played[10]) == pytest.approx(LEVEL, abs=2)


async def test_the_agent_does_not_hear_itself_through_the_gate() -> None:
    bench = Bench(gate=True)
    bench.leg.play(base64.b64encode(LOUD))
    await bench.beat(LOUD)
    for _ in range(20):
        await bench.beat(LOUD)
    assert bench.heard[0] == SILENCE
    assert bench.heard[-1] == LOUD


async def test_muted_the_engine_hears_time_pass() -> None:
    bench = Bench()
    bench.leg.muted = True
    await bench.beat(LOUD)
    bench.leg.muted = False
    await bench.beat(LOUD)
    assert bench.heard == [SILENCE, LOUD]


async def test_push_to_talk_hears_while_the_key_repeats_and_silences_the_agent_meanwhile() -> None:
    bench = Bench(push_to_talk=True)
    await bench.beat(LOUD)
    bench.leg.hold()
    bench.leg.play(base64.b64encode(LOUD))
    assert await bench.beat(LOUD) == SILENCE
    bench.clock.advance(HOLD_FIRST_MS - 60)
    bench.leg.hold()
    await bench.beat(LOUD)
    bench.clock.advance(HOLD_NEXT_MS)
    await bench.beat(LOUD)
    assert bench.heard == [SILENCE, LOUD, LOUD, SILENCE]
    assert not bench.leg.holding


async def test_holding_the_floor_opens_the_gate() -> None:
    bench = Bench(gate=True)
    bench.leg.play(base64.b64encode(LOUD))
    await bench.beat()
    bench.leg.hold()
    await bench.beat(LOUD)
    assert bench.heard == [SILENCE, LOUD]


async def test_what_is_said_stands_in_for_the_microphone_even_when_muted() -> None:
    bench = Bench()
    bench.leg.muted = True
    said = bench.leg.say(LOUD + LOUD[:480])
    await bench.beat()
    before = said.is_set()
    await bench.beat()
    assert (before, said.is_set()) == (False, True)
    await bench.beat()
    assert bench.heard == [LOUD, LOUD[:480] + bytes(480), SILENCE]


async def test_through_a_telephone_line_both_sides_lose_their_treble() -> None:
    bench = Bench(line=True)
    treble = tone((6000.0,), 20, 24_000)
    for _ in range(30):
        bench.leg.play(base64.b64encode(treble))
        await bench.beat(treble)
    assert bench.leg.levels.mic_peak < -40
    assert bench.leg.levels.agent_peak < -40
    assert len(bench.heard) >= 25


async def test_levels_are_measured_on_both_sides() -> None:
    bench = Bench()
    bench.leg.play(base64.b64encode(LOUD))
    await bench.beat(LOUD)
    await bench.beat()
    levels = bench.leg.levels
    assert (levels.mic, levels.agent) == (SILENCE_DBFS, SILENCE_DBFS)
    assert levels.mic_peak == levels.agent_peak == pytest.approx(LEVEL, abs=0.5)


async def test_captures_see_what_a_telephone_service_would_have_sent() -> None:
    bench = Bench()
    await bench.beat(LOUD)
    bench.leg.play(base64.b64encode(LOUD))
    bench.leg.stop_playback()
    metadata, audio = (decode(frame) for direction, frame in bench.wire if direction == "in")
    assert isinstance(metadata, AudioMetadata)
    assert (metadata.sample_rate, metadata.length) == (24_000, FRAME)
    assert audio == AudioData(base64.b64encode(LOUD))
    assert [frame for direction, frame in bench.wire if direction == "out"] == [
        encode_audio(base64.b64encode(LOUD)),
        STOP_AUDIO,
    ]


async def test_the_file_has_both_sides(tmp_path: Path) -> None:
    with stereo_file(tmp_path / "call.wav", 24_000) as stereo:
        bench = Bench(stereo=stereo)
        bench.leg.play(base64.b64encode(LOUD))
        await bench.beat()
        await bench.beat(LOUD)
    assert (tmp_path / "call.wav").stat().st_size == 44 + 2 * 2 * FRAME


async def test_a_payload_that_is_no_audio_is_dropped_and_counted() -> None:
    bench = Bench()
    assert not bench.leg.play(b"A")
    assert bench.leg.play(base64.b64encode(LOUD))
    await bench.beat()
    assert bench.leg.dropped == 1


async def test_closing_lets_the_speaker_finish() -> None:
    bench = Bench()
    bench.leg.play(base64.b64encode(LOUD))
    async with asyncio.TaskGroup() as tasks:
        closing = tasks.create_task(bench.leg.close("over"))
        await asyncio.sleep(0)
        waiting = not closing.done()
        await bench.beat()
    assert (waiting, bench.device.stopped) == (True, True)


async def test_a_speaker_that_has_stopped_asking_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiceagent.legs.sound.LAST_SOUND_MS", 1)
    bench = Bench()
    bench.leg.play(base64.b64encode(LOUD))
    await bench.leg.close("over")
    assert bench.device.stopped


async def test_a_device_that_is_lost_is_told() -> None:
    bench = Bench()
    bench.device.edges.lost("unplugged")
    await asyncio.sleep(0)
    assert bench.lost == ["unplugged"]


async def test_a_defect_behind_the_leg_is_reported_not_raised() -> None:
    bench = Bench()
    bench.leg._hear = lambda payload: 1 / 0  # type: ignore[assignment,return-value]  # a defect
    await bench.beat(LOUD)
    assert [type(error) for error in bench.failures] == [ZeroDivisionError]
