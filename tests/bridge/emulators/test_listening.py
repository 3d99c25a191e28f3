"""Ports, and one app behind http and https."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import httpx
import pytest

from voiceagent.emulators.certificates import open_authority
from voiceagent.emulators.listening import doors, listening_at, ports, serving
from voiceagent.emulators.reach import Reach
from voiceagent.errors import UserError


async def test_one_app_answers_at_both_doors(tmp_path: Path) -> None:
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    app = Starlette(routes=[Route("/", lambda request: PlainTextResponse(request.url.scheme))])
    authority = open_authority(tmp_path)
    trusted = ssl.create_default_context(cafile=str(authority.certificate))
    reach = Reach(tls=authority.server_context())
    with doors(reach, 0, 0) as opened:
        plain, secure = ports(opened)
        async with (
            asyncio.TaskGroup() as tasks,
            serving(app, opened, tasks),
            httpx.AsyncClient(verify=trusted, trust_env=False) as http,
        ):
            assert (await http.get(reach.url(plain))).text == "http"
            assert (await http.get(reach.url(secure, secure=True))).text == "https"


def test_without_tls_there_is_one_door() -> None:
    with doors(Reach(), 0, 0) as opened:
        plain, secure = ports(opened)
        assert plain > 0
        assert secure == 0


def test_a_port_that_is_taken_is_told_with_a_remedy() -> None:
    with listening_at("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"127.0.0.1:{port} cannot be listened on") as told, listening_at("127.0.0.1", port):
            pass
    assert told.value.remedy == "Choose another port, or 0."
