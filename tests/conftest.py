"""What every test lives in: a home of its own, no settings from outside, and no network beyond this machine."""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# Properties are about values. How long drawing and checking them takes is the machine's business, not the code's.
hypothesis_settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("house")

SETTINGS = ("ACS_", "AZURE_", "OPENAI_", "VOICEAGENT_", "VOICE_LIVE_", "VOICELIVE_", "COMMUNICATION_SERVICES_")
"""Beginnings of the environment names that voiceagent reads as settings."""


def pytest_collection_finish() -> None:
    """Thousands of collected tests live to the end: the collector need not look through them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where each test's home will be. (`mktemp` reads the whole folder for the next free number: slow for thousands.)"""
    homes = tmp_path_factory.mktemp("homes")
    return (homes / str(number) for number in itertools.count())


ALL_AUTHORITIES = Path(certifi.where())


@pytest.fixture(autouse=True)
def _home_of_its_own(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own settings, colours and terminal size must not decide a test."""
    home = next(_homes)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / ".local" / "share"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    for name in [*os.environ]:
        if name.startswith(SETTINGS) or name in ("PORT", "BASE_URL", "CALLBACK_URI_HOST"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches out fails at once, and says where it wanted to go. (uvloop goes past this; CI has no network.)"""
    if request.node.get_closest_marker("live"):
        return
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test wanted to connect to {address[0]}:{address[1]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _levels_of_its_own() -> Iterator[None]:
    """A command that was run in a test has set how much is logged; the next test is not to find it so."""
    loggers = [logging.getLogger(), logging.getLogger("voiceagent")]
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


class _Hurried:
    """asyncio as uvicorn sees it here: its servers wait by tenths of a second when they are left, which a test need not."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.01))


@pytest.fixture(autouse=True, scope="session")
def _hurry() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("uvicorn.server.asyncio", _Hurried())
        yield


@pytest.fixture(autouse=True, scope="session")
def _few_authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing here is vouched for by a public authority, and reading all of them takes each new client 20 ms and more."""
    bundle = ALL_AUTHORITIES.read_text(encoding="utf-8")
    end = "-----END CERTIFICATE-----\n"
    first = tmp_path_factory.mktemp("authorities") / "first.pem"
    first.write_text(bundle[: bundle.index(end) + len(end)], encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("certifi.where", lambda: str(first))
        yield


@pytest.fixture
def all_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """The public authorities after all."""
    monkeypatch.setattr("certifi.where", lambda: str(ALL_AUTHORITIES))


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).resolve().parent.parent
