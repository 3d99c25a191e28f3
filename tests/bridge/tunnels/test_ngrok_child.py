"""The child that holds ngrok's tunnel, in this process: what it prints, and that it stays."""

from __future__ import annotations

import io
import json
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from voiceagent.tunnels.ngrok_child import hold, main

ORDER = {"token": "t", "domain": "", "port": 4711, "server": ""}


class Session:
    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        return lambda *_: self

    async def connect(self) -> Session:
        if self.error:
            raise self.error
        return self

    async def listen_and_forward(self, to: str) -> Any:
        return SimpleNamespace(url=lambda: f"https://x.example?{to}")


def installed(monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> None:
    module = ModuleType("ngrok")
    module.SessionBuilder = lambda: Session(error)  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "ngrok", module)


def given(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))


async def test_it_tells_the_address_and_stays_until_its_input_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed(monkeypatch)
    given(monkeypatch, "")
    await hold(ORDER)
    assert json.loads(capsys.readouterr().out) == {"url": "https://x.example?http://127.0.0.1:4711"}


async def test_what_the_sdk_raises_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    installed(monkeypatch, ValueError("failed", "no such account", "ERR_NGROK_107", None))
    await hold(ORDER)
    assert json.loads(capsys.readouterr().out) == {"error": "failed no such account", "code": "ERR_NGROK_107"}


async def test_the_sdk_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "ngrok", None)
    await hold(ORDER)
    assert json.loads(capsys.readouterr().out) == {"missing": "ngrok"}


def test_the_order_is_its_first_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    installed(monkeypatch)
    given(monkeypatch, json.dumps(ORDER) + "\n")
    main()
    assert "https://x.example" in capsys.readouterr().out
