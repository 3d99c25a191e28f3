"""Our lines in a project's `.env`."""

from __future__ import annotations

from voiceagent.cloud.block import BEGIN, END, block_of, with_block, without_block

THEIRS = "# mine\nOPENAI_API_KEY=abc\n"


def test_our_lines_come_after_theirs_and_go_without_them() -> None:
    text = with_block(THEIRS, {"B": "2=2", "A": "1"})
    assert text == f"{THEIRS}{BEGIN}\nA=1\nB=2=2\n{END}\n"
    assert block_of(text) == {"A": "1", "B": "2=2"}
    assert without_block(text) == THEIRS


def test_a_second_time_changes_and_adds() -> None:
    text = with_block(with_block("", {"A": "1"}), {"A": "2", "C": "3"})
    assert block_of(text) == {"A": "2", "C": "3"}
    assert text.count(BEGIN) == 1


def test_a_file_without_a_last_line_end_is_not_spoilt() -> None:
    assert with_block("A=1", {"B": "2"}).startswith("A=1\n# voiceagent")
    assert with_block(THEIRS, {}) == THEIRS
