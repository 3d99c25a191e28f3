"""Orders to a call that runs elsewhere: who may give them, and what comes back."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from voiceagent.errors import RemoteError, UserError
from voiceagent.local.driving import drive, driven, note_path


async def echo(order: Any) -> dict[str, Any]:
    if order.get("do") == "fail":
        raise UserError("No.", remedy="ask nicely")
    return {"got": dict(order)}


def serving(project: Path, carry_out: Any = echo) -> Any:
    return driven(project, call_id="c1", kind="text", carry_out=carry_out)


async def test_an_order_is_carried_out_and_answered(tmp_path: Path) -> None:
    async with serving(tmp_path) as note:
        assert await drive(tmp_path, {"do": "say", "text": "Grüße"}) == {"got": {"do": "say", "text": "Grüße"}}
        assert (note.call_id, note.kind) == ("c1", "text")


async def test_the_note_is_for_its_user_alone_and_goes_with_the_call(tmp_path: Path) -> None:
    async with serving(tmp_path):
        assert note_path(tmp_path).stat().st_mode & 0o777 == 0o600
    assert not note_path(tmp_path).exists()


async def test_the_note_of_a_newer_call_stays(tmp_path: Path) -> None:
    async with serving(tmp_path):
        first = await drive(tmp_path, {"do": "x"})
        async with serving(tmp_path):
            pass
        note_path(tmp_path).write_text(json.dumps({"pid": 1, "port": 1, "token": "t", "call_id": "newer", "kind": "text"}))
    assert first["got"] == {"do": "x"}
    assert note_path(tmp_path).exists()


async def test_a_refusal_is_the_users_to_mend(tmp_path: Path) -> None:
    async with serving(tmp_path):
        with pytest.raises(UserError, match=r"^No\.$") as told:
            await drive(tmp_path, {"do": "fail"})
    assert told.value.remedy == "ask nicely"


async def test_no_call_is_told_with_how_to_begin_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No call is being held") as told:
        await drive(tmp_path, {"do": "stop"})
    assert "talk --detach" in told.value.remedy


async def test_a_note_that_outlived_its_call_counts_as_none(tmp_path: Path) -> None:
    async with serving(tmp_path):
        note = note_path(tmp_path).read_text()
    note_path(tmp_path).write_text(note)
    with pytest.raises(UserError, match="No call is being held"):
        await drive(tmp_path, {"do": "stop"})


@pytest.mark.parametrize("sent", [b'{"do":"stop","token":"guessed"}\n', b'{"do":"stop"}\n', b"[]\n", b"nonsense\n", b"\n"])
async def test_without_the_token_there_is_no_answer(tmp_path: Path, sent: bytes) -> None:
    async def never(order: Any) -> Any:
        pytest.fail("it was not one of ours")

    async with serving(tmp_path, never) as note:
        reader, writer = await asyncio.open_connection("127.0.0.1", note.port)
        writer.write(sent)
        assert await reader.read() == b""
        writer.close()


async def test_an_order_without_end_is_given_up(tmp_path: Path) -> None:
    async with serving(tmp_path) as note:
        reader, writer = await asyncio.open_connection("127.0.0.1", note.port)
        writer.write(b"x" * 200_000)
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()


async def test_a_call_that_ends_without_an_answer_is_told(tmp_path: Path) -> None:
    async def dies(order: Any) -> Any:
        raise ConnectionError

    async with serving(tmp_path, dies):
        with pytest.raises(RemoteError, match="before it answered"):
            await drive(tmp_path, {"do": "say"})


async def test_an_answer_under_way_is_given_before_the_end(tmp_path: Path) -> None:
    over = asyncio.Event()
    asked = asyncio.Event()

    async def waits(order: Any) -> dict[str, Any]:
        asked.set()
        await over.wait()
        return {"over": True}

    async with asyncio.TaskGroup() as tasks, serving(tmp_path, waits):
        answer = tasks.create_task(drive(tmp_path, {"do": "stop"}))
        await asked.wait()
        over.set()
    assert answer.result() == {"over": True}
