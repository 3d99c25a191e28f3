"""A program that holds a tunnel: what it prints, how it ends, and that it ends with us."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence

import pytest

from voiceagent.errors import RemoteError
from voiceagent.tunnels.child import child_link


def program(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


def address(line: str) -> str:
    return line.partition("at ")[2]


def refusal(heard: Sequence[str]) -> RemoteError:
    return RemoteError(" / ".join(heard), service="it")


async def test_its_address_and_that_it_ends_with_us() -> None:
    code = "import sys, os; print('hello'); print(os.getpid(), 'is at https://x/', flush=True); sys.stdin.read()"
    async with child_link(program(code), "it", address=lambda line: address(line) and line, refusal=refusal) as link:
        pid = int(link.address.url.split()[0])
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_what_it_is_given_and_how_it_was_lost() -> None:
    code = "import sys; print('at', sys.stdin.readline(), flush=True); print('out of money'); sys.exit(4)"
    async with child_link(program(code), "it", address=address, refusal=refusal, given=b"https://y\n") as link:
        assert link.address.url == "https://y"
        async with asyncio.timeout(5):
            assert await link.lost() == "it ended with 4: out of money"


async def test_one_that_ends_without_an_address_is_quoted() -> None:
    with pytest.raises(RemoteError, match="no / account"):
        async with child_link(program("print('no'); print('account')"), "it", address=address, refusal=refusal):
            pass


async def test_one_that_is_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiceagent.tunnels.child.ADDRESS_SECONDS", 0.05)
    with pytest.raises(RemoteError, match=r"^$"):
        async with child_link(program("import sys; sys.stdin.read()"), "it", address=address, refusal=refusal):
            pass


async def test_one_that_does_not_want_to_end_is_made_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiceagent.tunnels.child.CLOSE_SECONDS", 0.05)
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('at https://x', flush=True); time.sleep(60)"
    async with asyncio.timeout(5), child_link(program(code), "it", address=address, refusal=refusal):
        pass
