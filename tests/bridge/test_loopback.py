from __future__ import annotations

import asyncio

import pytest

from voiceagent.loopback import on_this_machine, somebody_listens


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080/x", True),
        ("ws://localhost/x", True),
        ("https://[::1]:1", True),
        ("https://localhost.example.com", False),
        ("https://x.services.ai.azure.com", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_only_this_machines_own_names_lead_here(url: str, here: bool) -> None:
    assert on_this_machine(url) is here


async def test_who_listens_is_found_and_who_does_not_is_not() -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await somebody_listens(port)
    assert not await somebody_listens(port)
