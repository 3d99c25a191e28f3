"""Single keys of a terminal: a pseudo-terminal stands in for it."""

from __future__ import annotations

import asyncio
import os

import pytest

from voiceagent_cli.keys import keys

pty = pytest.importorskip("pty")
termios = pytest.importorskip("termios")


async def test_keys_arrive_without_enter_and_the_terminal_is_left_as_it_was() -> None:
    keyboard, terminal = pty.openpty()
    before = termios.tcgetattr(terminal)
    pressed: list[str] = []
    three = asyncio.Event()

    def take(key: str) -> None:
        pressed.append(key)
        if len(pressed) == 3:
            three.set()

    with keys(take, terminal) as present:
        os.write(keyboard, b"m 1")
        await three.wait()
    assert (present, pressed) == (True, ["m", " ", "1"])
    assert termios.tcgetattr(terminal) == before
    os.close(keyboard)
    os.close(terminal)


async def test_a_pipe_has_no_keys() -> None:
    reading, writing = os.pipe()
    with keys(lambda key: None, reading) as present:
        assert not present
    os.close(reading)
    os.close(writing)


async def test_no_input_at_all_has_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with keys(lambda key: None) as present:
        assert not present
