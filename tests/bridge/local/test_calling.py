"""When a call is over, and who ended it. (Whole calls: tests/cli/commands/test_call.py.)"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from voiceagent.errors import RemoteError
from voiceagent.local import calling
from voiceagent.local.watching import Watching


class Phone:
    """A call that ends when somebody hangs up."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.hung_up = False

    async def follow(self, call_id: str) -> AsyncIterator[dict[str, Any]]:
        yield {"kind": "ringing"}
        await self.over.wait()
        yield {"kind": "ended"}

    async def hang_up(self, call_id: str) -> None:
        self.hung_up = True
        self.over.set()


async def until_ended(phone: Phone, limit: float, stop: asyncio.Event) -> str:
    return await calling._until_ended(phone, "c", limit, stop, [])  # type: ignore[arg-type]  # as much of a phone as is used


async def test_a_call_that_ends_by_itself_is_not_cut() -> None:
    phone = Phone()
    phone.over.set()
    assert await until_ended(phone, 60, asyncio.Event()) == ""
    assert not phone.hung_up


async def test_a_call_beyond_its_limit_is_hung_up() -> None:
    phone = Phone()
    assert await until_ended(phone, 0.01, asyncio.Event()) == "longer than 0 s"
    assert phone.hung_up


async def test_ctrl_c_hangs_up() -> None:
    phone, stop = Phone(), asyncio.Event()
    stop.set()
    assert await until_ended(phone, 60, stop) == "interrupted"
    assert phone.hung_up


class Workbench:
    async def report(self, call_id: str) -> dict[str, Any] | None:
        return {"call_id": call_id} if call_id == "a" else None


async def report(watching: Watching) -> dict[str, Any]:
    return await calling._report(Workbench(), watching)  # type: ignore[arg-type]  # as much of a workbench as is used


async def test_the_report_is_asked_for_when_the_bridge_has_wound_up() -> None:
    watching = Watching(lambda _: None)
    watching.call_id = "a"
    watching.ended.set()
    assert await report(watching) == {"call_id": "a"}


@pytest.mark.parametrize(("call_id", "words"), [(None, "did not answer the call"), ("a", "did not end its side of the call")])
async def test_a_bridge_without_a_report_is_told_as_such(
    call_id: str | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "WIND_UP_SECONDS", 0.01)
    watching = Watching(lambda _: None)
    watching.call_id = call_id
    with pytest.raises(RemoteError, match=words):
        await report(watching)


async def test_the_phones_diary_is_written_down() -> None:
    phone, diary = Phone(), list[dict[str, Any]]()
    phone.over.set()
    await calling._until_ended(phone, "c", 60, asyncio.Event(), diary)  # type: ignore[arg-type]  # as much of a phone as is used
    assert [line["kind"] for line in diary] == ["ringing", "ended"]
