"""One call out of a feed that tells them all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from voiceagent.local.watching import Watching


class Feed:
    """A workbench whose feed is a list; between two items something may happen."""

    def __init__(self, *items: Mapping[str, Any] | Callable[[], None]) -> None:
        self._items = items

    async def feed(self, opened: Callable[[], None]) -> AsyncIterator[Mapping[str, Any]]:
        opened()
        for item in self._items:
            if callable(item):
                item()
            else:
                yield item


def note(call_id: str, kind: str, **facts: Any) -> dict[str, Any]:
    return {"kind": "note", "call_id": call_id, "note": kind, **facts}


OURS = note("a", "CallBeganNoted", correlation_id="x")
THEIRS = note("b", "CallBeganNoted", correlation_id="y")


async def shown(*items: Any) -> tuple[list[str], Watching]:
    seen: list[str] = []
    watching = Watching(lambda item: seen.append(f"{item['call_id']} {item['note']}"))
    bound = [(lambda: watching.only("x")) if item == "named" else item for item in items]
    await watching.run(Feed(*bound))  # type: ignore[arg-type]  # a feed is all that is used of it
    return seen, watching


async def test_only_our_call_is_shown() -> None:
    seen, watching = await shown("named", THEIRS, OURS, note("b", "KeyNoted"), note("a", "KeyNoted"))
    assert seen == ["a CallBeganNoted", "a KeyNoted"]
    assert watching.call_id == "a"
    assert watching.opened.is_set()


async def test_what_came_before_the_phone_told_its_name_is_shown_then() -> None:
    seen, _ = await shown(THEIRS, OURS, note("a", "PhaseNoted"), note("b", "PhaseNoted"), "named", note("a", "KeyNoted"))
    assert seen == ["a CallBeganNoted", "a PhaseNoted", "a KeyNoted"]


async def test_its_end_is_known_even_when_it_came_early() -> None:
    _, watching = await shown(OURS, note("a", "CallEndedNoted"), "named")
    assert watching.ended.is_set()


async def test_the_end_of_another_call_is_not_ours() -> None:
    _, watching = await shown("named", OURS, THEIRS, note("b", "CallEndedNoted"))
    assert not watching.ended.is_set()


async def test_other_items_of_the_feed_are_passed_over() -> None:
    seen, _ = await shown("named", {"kind": "reloaded"}, OURS)
    assert seen == ["a CallBeganNoted"]
