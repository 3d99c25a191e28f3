"""The port: free, taken, and given back."""

from __future__ import annotations

import socket

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from voiceagent.errors import UserError
from voiceagent.server.listen import bind, listening, url_of


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


async def test_it_serves_while_the_block_runs_and_no_longer() -> None:
    where = bind("127.0.0.1", 0)
    port = where.getsockname()[1]
    async with httpx.AsyncClient(trust_env=False) as http:
        async with listening(Starlette(routes=[Route("/", hello)]), where, short_path=True):
            answer = await http.get(f"http://127.0.0.1:{port}/")
            assert (answer.text, "server" in answer.headers) == ("hello", False)
        with pytest.raises(httpx.HTTPError):
            await http.get(f"http://127.0.0.1:{port}/")
    where.close()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("::", "http://[::1]:80"),
        ("box.local", "http://box.local:80"),
    ],
)
def test_where_this_machine_reaches_it(host: str, url: str) -> None:
    assert url_of(host, 80) == url


def test_a_taken_port_is_told_with_its_remedy() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"bridge.port {port} on 127.0.0.1") as error:
            bind("127.0.0.1", port)
    assert "--port" in error.value.remedy


def test_both_families_of_addresses() -> None:
    try:
        with bind("::1", 0) as listening_socket:
            assert listening_socket.family == socket.AF_INET6
    except UserError:
        pytest.skip("no IPv6 on this machine")


async def test_what_the_block_raises_is_raised_as_it_is_and_the_port_is_free_again() -> None:
    where = bind("127.0.0.1", 0)
    port = where.getsockname()[1]
    with pytest.raises(ValueError, match="at once"):
        async with listening(Starlette(), where, short_path=True):
            raise ValueError("at once")
    bind("127.0.0.1", port).close()
