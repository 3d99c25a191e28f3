"""Standard input line by line."""

from __future__ import annotations

import io

import pytest

from voiceagent_cli.lines import MOST_WAITING, lines_typed, stdin_is_terminal


async def test_every_line_comes_in_order_until_the_end() -> None:
    typed = "".join(f"{number}\n" for number in range(3 * MOST_WAITING))
    assert [line async for line in lines_typed(io.StringIO(typed))] == typed.splitlines(keepends=True)


async def test_no_input_is_no_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert [line async for line in lines_typed()] == []
    assert not stdin_is_terminal()
