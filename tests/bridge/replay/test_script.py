"""The same words with the same manners."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from voiceagent.audio.wav import read_wav
from voiceagent.replay.script import FAST_PAUSE_MS, steps
from voiceagent.replay.speech import Agent, Spoken, Utterance

RATE = 8_000
LEAD = 100.0


def said(start_ms: float, ms: float = 500.0) -> Utterance:
    """Sound from 100 ms before the onset to 100 ms after the end."""
    return Utterance(start_ms, start_ms + ms, LEAD, bytes(int((ms + 2 * LEAD) * RATE / 1000) * 2))


def script(caller: list[Utterance], agent: list[tuple[float, float]], **how: Any) -> list[dict[str, Any]]:
    keys = how.pop("keys", ())
    return steps(Spoken(RATE, tuple(caller), tuple(Agent(*one) for one in agent), tuple(keys)), **how)


def test_a_pause_is_as_long_again() -> None:
    (step,) = script([said(2_000)], [(200, 1_500)])
    assert step["pause_ms"] == 400.0, "500 ms, less what lies before the onset"
    pcm, rate = read_wav(b64decode(step["wav"]))
    assert (rate, len(pcm)) == (RATE, 700 * RATE // 1000 * 2)


def test_a_caller_in_a_hurry_pauses_less() -> None:
    assert script([said(9_000)], [(200, 1_500)], fast=True)[0]["pause_ms"] == FAST_PAUSE_MS
    assert script([said(1_700)], [(200, 1_500)], fast=True)[0]["pause_ms"] == 100.0


def test_an_interruption_comes_as_long_after_the_agent_began() -> None:
    (step,) = script([said(1_000)], [(200, 1_100)])
    assert step["after_ms"] == 700.0
    assert "pause_ms" not in step


def test_the_agents_turn_is_counted_from_its_first_words_since_the_caller_spoke() -> None:
    steps_ = script([said(1_000), said(5_000)], [(200, 800), (2_000, 3_000), (3_200, 5_100)])
    assert steps_[1]["after_ms"] == 2_900.0


def test_who_speaks_first_waits_for_nobody() -> None:
    assert set(script([said(1_000)], [])[0]) == {"wav"}


def test_two_turns_without_an_answer_between_them_are_one() -> None:
    (step,) = script([said(1_000), said(2_500)], [(100, 400)])
    pcm, _ = read_wav(b64decode(step["wav"]))
    assert len(pcm) / RATE / 2 * 1000 == pytest.approx(2_500 + 500 + LEAD - (1_000 - LEAD))


def test_keys_come_where_they_were_pressed_and_together() -> None:
    found = script(
        [said(1_000), said(20_000)], [(100, 400), (2_000, 3_000)], keys=[(9_000.0, "4"), (9_400.0, "2"), (14_000.0, "#")]
    )
    assert [step.get("dtmf") for step in found] == [None, "42", "#", None]


def test_the_script_can_end_early() -> None:
    found = script([said(1_000), said(5_000)], [(100, 400), (2_000, 3_000)], keys=[(9_000.0, "4")], until_ms=3_000)
    assert len(found) == 1
