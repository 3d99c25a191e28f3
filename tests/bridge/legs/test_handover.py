"""From a device's thread into the loop: in order, and bounded."""

from __future__ import annotations

import asyncio
import threading

from voiceagent.legs import handover
from voiceagent.legs.handover import Handover


async def test_blocks_of_another_thread_arrive_in_order_in_the_loop() -> None:
    taken: list[tuple[int, str]] = []
    done = asyncio.Event()

    def take(block: int) -> None:
        taken.append((block, threading.current_thread().name))
        if block == 99:
            done.set()

    blocks: Handover[int] = Handover(asyncio.get_running_loop(), take)
    device = threading.Thread(target=lambda: [blocks.put(number) for number in range(100)])
    device.start()
    await done.wait()
    device.join()
    assert [number for number, _ in taken] == list(range(100))
    assert {name for _, name in taken} == {threading.current_thread().name}


async def test_a_busy_loop_loses_the_oldest() -> None:
    taken: list[int] = []
    blocks: Handover[int] = Handover(asyncio.get_running_loop(), taken.append)
    for number in range(handover.MOST_BLOCKS + 3):
        blocks.put(number)
    await asyncio.sleep(0)
    assert (blocks.dropped, taken[0], len(taken)) == (3, 3, handover.MOST_BLOCKS)


def test_a_loop_that_has_ended_is_no_error() -> None:
    loop = asyncio.new_event_loop()
    blocks: Handover[int] = Handover(loop, lambda block: None)
    loop.close()
    blocks.put(1)
