"""Parts made one step before they are asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from voiceagent.capture.ahead import one_ahead


def test_the_parts_come_in_order_and_one_is_made_before_it_is_asked_for() -> None:
    made, second = list[int](), threading.Event()

    def parts() -> Iterator[int]:
        for number in range(3):
            made.append(number)
            if number == 1:
                second.set()
            yield number

    found = one_ahead(parts())
    assert next(found) == 0
    assert second.wait(5)
    assert list(found) == [1, 2]
    assert made == [0, 1, 2]


def test_none_is_a_part_like_any_other() -> None:
    assert list(one_ahead(iter([None, 1, None]))) == [None, 1, None]


def test_what_went_wrong_is_told_in_its_place() -> None:
    def parts() -> Iterator[int]:
        yield 1
        raise ValueError("the disk")

    found = one_ahead(parts())
    assert next(found) == 1
    with pytest.raises(ValueError, match="the disk"):
        next(found)


def test_who_stops_in_the_middle_leaves_no_thread_behind() -> None:
    found = one_ahead(iter(range(100)))
    assert next(found) == 0
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("voiceagent-unpack")]
    found.close()  # type: ignore[attr-defined]  # a generator
    for thread in threads:
        thread.join(5)
    assert threads
    assert not any(thread.is_alive() for thread in threads)
