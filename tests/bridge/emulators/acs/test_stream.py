"""The stream's parts in whole calls are in test_circuit and test_serve; here, what it does without a socket."""

from __future__ import annotations

import asyncio

from a_call import MEDIA, connected

from voiceagent.emulators.acs.effects import OpenMedia
from voiceagent.emulators.acs.media_line import MediaLine
from voiceagent.emulators.acs.stream import Stream
from voiceagent.emulators.faults.switchboard import Switchboard
from voiceagent.emulators.lint.findings import Findings


def a_stream(faults: Switchboard | None = None) -> tuple[Stream, list[str]]:
    call, seen = connected(media=MEDIA), list[str]()
    line = MediaLine(call.call_id, faults=faults or Switchboard(), findings=Findings(), now=lambda: 2_000, forged=lambda _: "")
    stream = Stream(
        call,
        line,
        headers=dict,
        now=lambda: 2_000,
        heard=lambda _: seen.append("heard"),
        stopped=lambda: seen.append("stopped"),
        changed=lambda: seen.append("changed"),
        warn=seen.append,
    )
    return stream, seen


async def test_without_a_socket_nothing_is_sent_and_nothing_closed() -> None:
    stream, seen = a_stream()
    await stream.send(b"AAAA", timestamp="", silent=False, late_ms=0)
    await stream.send_keys(["1"])
    assert (stream.is_open, stream.close(), seen, stream.counts.sent) == (False, None, [], 0)


async def test_a_socket_that_cannot_be_opened_is_reported() -> None:
    stream, seen = a_stream()
    await stream.run(OpenMedia("ws://127.0.0.1:1/media", 24_000, "id"))
    assert seen == ["changed"]
    assert stream._call.streaming.state == "inactive"


async def test_a_call_that_ended_meanwhile_is_not_dialled() -> None:
    async def sleep(_: float) -> None:
        stream._call.hang_up(3_000, for_everyone=True)

    faults = Switchboard(sleep=sleep)
    faults.arm("media.late", {})
    stream, seen = a_stream(faults)
    await stream.run(OpenMedia("ws://127.0.0.1:1/media", 24_000, "id"))
    assert seen == ["changed"]


async def test_the_end_of_the_call_ends_the_wait_before_dialling() -> None:
    begun = asyncio.Event()

    async def sleep(_: float) -> None:
        begun.set()
        await asyncio.Event().wait()

    faults = Switchboard(sleep=sleep)
    faults.arm("media.late", {})
    stream, seen = a_stream(faults)
    async with asyncio.timeout(1), asyncio.TaskGroup() as tasks:
        tasks.create_task(stream.run(OpenMedia("ws://127.0.0.1:1/media", 24_000, "id")))
        await begun.wait()
        stream._call.hang_up(3_000, for_everyone=True)
        stream.give_up()
    assert seen == ["changed"]
