"""A bad connection: frames lost and concealed, frames late in their order, the agent's voice in the caller's frames."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest

from voiceagent.audio.tones import level_dbfs, tone
from voiceagent.emulators.acs.ear import Ear
from voiceagent.emulators.acs.impairment import ECHO_AFTER_MS, Frame, Impairment, sounding
from voiceagent.emulators.acs.studio import Line

RATE = 24_000
SILENCE = b64encode(bytes(960))


def frame(number: int) -> Frame:
    return Frame(b64encode(bytes([number % 256, 1]) * 480), False, str(number))


def played(line: Line, count: int, ear: Ear | None = None) -> list[list[Frame]]:
    """What goes out in each beat."""
    impairment = Impairment(line, rate=RATE, seed="7")
    ear = ear or Ear(RATE, keep_ms=60_000)
    return [impairment.through(frame(number), ear, number * 20.0) for number in range(count)]


def test_a_lost_frame_is_the_one_before_once_more_and_then_silence() -> None:
    out = [one for beat in played(Line(loss_percent=50), 400) for one in beat]
    assert [one.timestamp for one in out] == [str(number) for number in range(400)]
    lost = [number for number, one in enumerate(out) if one.payload != frame(number).payload]
    assert len(lost) == pytest.approx(200, abs=40)
    for number in lost[1:]:
        again = out[number].payload == frame(number - 1).payload and number - 1 not in lost
        assert again or (out[number].payload == SILENCE and out[number].silent)


def test_the_same_call_loses_the_same_frames() -> None:
    assert played(Line(loss_percent=20), 100) == played(Line(loss_percent=20), 100)


def test_late_frames_keep_their_order_and_none_is_lost() -> None:
    beats = played(Line(jitter_ms=100), 300)
    out = [int(one.timestamp) for beat in beats for one in beat]
    assert out == list(range(len(out)))
    assert len(out) >= 294
    assert {len(beat) for beat in beats} >= {0, 1, 2}


def test_the_agents_voice_comes_back_softer_and_later() -> None:
    ear = Ear(RATE, keep_ms=60_000)
    voice = tone((440.0,), 100, RATE, level_dbfs=-10.0)
    ear.plays(voice, 0.0)
    impairment = Impairment(Line(echo_db=20), rate=RATE, seed="7")
    quiet = Frame(SILENCE, True, "")
    out = [impairment.through(quiet, ear, at)[0] for at in (0.0, ECHO_AFTER_MS + 40, ECHO_AFTER_MS + 200)]
    assert [one.silent for one in out] == [True, False, True]
    assert level_dbfs(b64decode(out[1].payload)) == pytest.approx(level_dbfs(voice) - 20, abs=0.5)


def test_what_sounds_is_put_together_from_its_pieces() -> None:
    ear = Ear(RATE, keep_ms=60_000)
    ear.plays(b"\1\0" * 240, 100.0)
    ear.plays(b"\2\0" * 240, 115.0)
    assert sounding(ear, 0.0, 20) == b""
    assert sounding(ear, 95.0, 20) == bytes(240) + b"\1\0" * 240 + bytes(240)
    assert sounding(ear, 100.0, 20) == b"\1\0" * 240 + bytes(240) + b"\2\0" * 120
    assert sounding(ear, 115.0, 20) == b"\2\0" * 240 + bytes(480)
