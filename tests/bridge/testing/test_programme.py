"""The rounds of a recited call, and its noise."""

from __future__ import annotations

import base64

from voiceagent.testing.programme import FRAME_MS, RATE, Programme, noise_frames


def test_a_round_is_two_turns_with_a_thought_and_a_breath() -> None:
    assert Programme(caller_ms=1_000, agent_ms=2_000, thought_ms=300).round_ms == 3_900


def test_noise_is_always_the_same() -> None:
    assert noise_frames(2, seed=1) == noise_frames(2, seed=1) != noise_frames(2, seed=2)


def test_a_frame_is_as_long_as_the_services() -> None:
    assert [len(base64.b64decode(frame)) for frame in noise_frames(2, seed=1)] == [RATE * FRAME_MS // 1000 * 2] * 2
