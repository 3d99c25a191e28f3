"""What becomes of callbacks when faults are armed, request by request."""

from __future__ import annotations

import pytest

from voiceagent.emulators.acs.fate import Entry, postings
from voiceagent.emulators.faults.switchboard import Switchboard
from voiceagent.protocol import acs_callbacks as wire


def entry(kind: type[wire.Callback]) -> Entry:
    return "http://app/c", kind(call_connection_id="c", server_call_id="s", correlation_id="k", event_id="e", time="t")


FIRST, SECOND = entry(wire.CallConnected), entry(wire.PlayStarted)


async def requests(board: Switchboard, following: Entry | None = SECOND) -> list[tuple[list[str], str]]:
    async def after(_: float) -> Entry | None:
        return following

    posted = await postings(FIRST, board, "call", after)
    return [([report.TYPE for report in posting.reports], posting.forgery) for posting in posted]


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("callback.lost", {}, []),
        ("callback.duplicated", {}, [(["CallConnected"], ""), (["CallConnected"], "")]),
        ("callback.reordered", {}, [(["PlayStarted"], ""), (["CallConnected"], "")]),
        ("callback.together", {}, [(["CallConnected", "PlayStarted"], "")]),
        ("callback.forged", {"kind": "issuer"}, [(["CallConnected"], "issuer")]),
    ],
)
async def test_a_callback_as_the_fault_will_have_it(name: str, written: dict[str, str], expected: object) -> None:
    board = Switchboard()
    board.arm(name, {**written, "only": "CallConnected", "call": "call"})
    assert await requests(board) == expected
    assert await requests(board) == [(["CallConnected"], "")]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (("callback.reordered",), [(["PlayStarted"], ""), (["CallConnected", "PlayStarted"], "")]),
        (("callback.lost",), [(["PlayStarted"], "")]),
        (("callback.forged",), [(["CallConnected", "PlayStarted"], "expired")]),
        (("callback.duplicated",), [(["CallConnected", "PlayStarted"], "")] * 2),
    ],
)
async def test_one_that_goes_together_has_its_other_faults_too(others: tuple[str, ...], expected: object) -> None:
    board = Switchboard()
    for name in (*others, "callback.together"):
        board.arm(name, {})
    assert await requests(board) == expected


@pytest.mark.parametrize("name", ["callback.reordered", "callback.together"])
async def test_when_nothing_follows_it_goes_alone(name: str) -> None:
    board = Switchboard()
    board.arm(name, {})
    assert await requests(board, None) == [(["CallConnected"], "")]


async def test_a_late_one_waits() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    board = Switchboard(sleep=sleep)
    board.arm("callback.late", {"ms": 300})
    assert await requests(board) == [(["CallConnected"], "")]
    assert slept == [0.3]
