"""Repetitions are known by any of their names."""

from __future__ import annotations

from voiceagent.server.once import Once


def test_a_name_is_new_once() -> None:
    once = Once()
    assert [once.first("a"), once.first("a"), once.first("b")] == [True, False, True]


def test_any_known_name_makes_it_a_repetition_and_all_names_are_learned() -> None:
    once = Once()
    assert once.first("event-1", "call")
    assert not once.first("event-2", "call")
    assert not once.first("event-2")


def test_empty_names_mean_nothing() -> None:
    once = Once()
    assert once.first("", "")
    assert once.first("")


def test_the_oldest_are_forgotten() -> None:
    once = Once(size=2)
    for name in ("a", "b", "c"):
        once.first(name)
    assert once.first("a")
    assert not once.first("c")
