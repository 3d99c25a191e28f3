"""A bridge on a port of this machine, for what is reached through a tunnel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp

from voiceagent.agent.project import load_project
from voiceagent.config.schema import Settings
from voiceagent.server.app import build_app
from voiceagent.server.bridge import Bridge
from voiceagent.server.listen import bind
from voiceagent.server.short_path import MediaServerProtocol

SECRET = "the-event-secret"


async def no_engine(*_: Any) -> Any:
    raise AssertionError("nobody calls")


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[int]:
    """An application on a port of its own: uvicorn as the bridge has it, without its loop, which looks ten times a second."""
    where = bind("127.0.0.1", 0)
    config = uvicorn.Config(app, ws=MediaServerProtocol, lifespan="off", log_config=None, log_level="warning")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[where])
    try:
        yield where.getsockname()[1]
    finally:
        for one in server.servers:
            one.close()
        for connection in [*server.server_state.connections]:
            connection.shutdown()
        where.close()


@pytest.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[Bridge]:
    """A bridge that nobody calls; its event secret is `SECRET`."""
    (tmp_path / "prompt.md").write_text("A test.")
    project = load_project(tmp_path, Settings.model_validate({"acs": {"event_secret": SECRET, "resource_id": "x"}}))
    async with Bridge(project, client=None, open_engine=no_engine, engine_name="none", acs_tokens=None) as made:
        yield made


@pytest.fixture
async def port(bridge: Bridge) -> AsyncIterator[int]:
    """Where that bridge listens."""
    async with served(build_app(bridge)) as number:
        yield number


Serving = Callable[[ASGIApp], Awaitable[int]]


@pytest.fixture
def serving() -> Any:
    """Serve another application: `async with serving(app) as port`."""
    return served
