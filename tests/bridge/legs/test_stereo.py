"""The call as a file: left and right, together in time."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import pytest

from voiceagent.errors import UserError
from voiceagent.legs.stereo import stereo_file


def samples(path: Path) -> list[tuple[int, ...]]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 24_000)
        return list(struct.iter_unpack("<hh", file.readframes(file.getnframes())))


def test_the_caller_is_on_the_left_and_the_agent_on_the_right(tmp_path: Path) -> None:
    with stereo_file(tmp_path / "call.wav", 24_000) as file:
        file.caller(struct.pack("<2h", 1, 2))
        file.agent(struct.pack("<h", 10))
        file.agent(struct.pack("<h", 20))
    assert samples(tmp_path / "call.wav") == [(1, 10), (2, 20)]


def test_a_side_that_ended_earlier_is_silent_to_the_end(tmp_path: Path) -> None:
    with stereo_file(tmp_path / "call.wav", 24_000) as file:
        file.caller(struct.pack("<2h", 1, 2))
        file.agent(struct.pack("<h", 10))
    assert samples(tmp_path / "call.wav") == [(1, 10), (2, 0)]


def test_a_call_that_broke_leaves_a_file_that_can_be_read(tmp_path: Path) -> None:
    def call() -> None:
        with stereo_file(tmp_path / "call.wav", 24_000) as file:
            file.caller(struct.pack("<h", 1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        call()
    assert samples(tmp_path / "call.wav") == [(1, 0)]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"), stereo_file(tmp_path / "no" / "call.wav", 24_000):
        pass
