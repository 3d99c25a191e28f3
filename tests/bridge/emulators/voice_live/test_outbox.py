from __future__ import annotations

import asyncio

from voiceagent.emulators.voice_live.outbox import Outbox


async def test_frames_leave_in_order() -> None:
    sent: list[str] = []

    async def send(frame: str) -> None:
        sent.append(frame)

    outbox = Outbox(send, limit=100)
    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(outbox.run())
        for frame in ("a", "b", "c"):
            outbox.put(frame)
        await outbox.drained()
        assert sent == ["a", "b", "c"]
        writing.cancel()


async def test_a_full_outbox_refuses_and_says_so() -> None:
    async def never(_: str) -> None:
        await asyncio.Event().wait()

    outbox = Outbox(never, limit=10)
    outbox.put("x" * 10)
    assert not outbox.overflowed.is_set()
    outbox.put("y")
    assert outbox.overflowed.is_set()


async def test_room_comes_back_when_frames_were_sent() -> None:
    async def send(_: str) -> None:
        return

    outbox = Outbox(send, limit=10)
    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(outbox.run())
        for _ in range(5):
            outbox.put("x" * 10)
            await outbox.drained()
        writing.cancel()
    assert not outbox.overflowed.is_set()


async def test_a_closed_socket_ends_the_writing_quietly() -> None:
    from websockets.exceptions import ConnectionClosedOK

    async def send(_: str) -> None:
        raise ConnectionClosedOK(None, None)

    outbox = Outbox(send, limit=10)
    outbox.put("x")
    await outbox.run()
    await outbox.drained()
