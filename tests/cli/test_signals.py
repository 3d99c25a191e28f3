"""The first Ctrl-C asks, the second cuts."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest

from voiceagent_cli.signals import Stop, run


def test_the_first_asks_the_work_to_end() -> None:
    async def work(stop: asyncio.Event) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        await stop.wait()
        return "ended in good order"

    assert run(work) == "ended in good order"


def test_sigterm_asks_as_well() -> None:
    async def work(stop: asyncio.Event) -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        await stop.wait()
        return "ended"

    assert run(work) == "ended"


def test_the_second_cuts_it_short() -> None:
    cleaned: list[str] = []

    async def work(stop: asyncio.Event) -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            await stop.wait()
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            cleaned.append("yes")

    with pytest.raises(KeyboardInterrupt):
        run(work)
    assert cleaned == ["yes"]


def test_before_the_work_has_begun_the_first_cuts_it_short() -> None:
    async def work(stop: Stop) -> None:
        with stop.before_it_begins():
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        run(work)


def test_once_it_has_begun_the_first_only_asks() -> None:
    async def work(stop: Stop) -> str:
        with stop.before_it_begins():
            pass
        os.kill(os.getpid(), signal.SIGINT)
        await stop.wait()
        return "ended in good order"

    assert run(work) == "ended in good order"


def test_errors_come_through() -> None:
    async def work(stop: asyncio.Event) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        run(work)


@pytest.mark.parametrize("before", [signal.SIG_IGN, signal.default_int_handler], ids=["ignored", "default"])
def test_the_handlers_are_gone_afterwards(before: Any) -> None:
    async def work(stop: asyncio.Event) -> None:
        return None

    ours = signal.signal(signal.SIGINT, before)
    try:
        run(work)
        assert signal.getsignal(signal.SIGINT) == before
    finally:
        signal.signal(signal.SIGINT, ours)
