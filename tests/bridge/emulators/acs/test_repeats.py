"""The first answer is the answer."""

from __future__ import annotations

from voiceagent.emulators.acs.repeats import REMEMBERED, Answer, Repeats


def test_the_first_answer_is_given_again() -> None:
    repeats = Repeats()
    repeats.remember("id", "POST /a", Answer(200, {"n": 1}))
    assert repeats.recall("id", "POST /a") == Answer(200, {"n": 1})
    assert repeats.recall("id", "POST /b") is None
    assert repeats.recall(None, "POST /a") is None


def test_refusals_and_requests_without_an_id_are_not_remembered() -> None:
    repeats = Repeats()
    repeats.remember("id", "POST /a", Answer(400))
    repeats.remember(None, "POST /a", Answer(200))
    assert repeats.recall("id", "POST /a") is None


def test_the_oldest_are_forgotten() -> None:
    repeats = Repeats()
    for number in range(REMEMBERED + 1):
        repeats.remember(str(number), "x", Answer(204))
    assert repeats.recall("0", "x") is None
    assert repeats.recall("1", "x") == Answer(204)
