"""`.env` as shells and docker read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.config.dotenv import parse_dotenv, read_dotenv
from voiceagent.errors import UserError


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=1", "1"),
        ("export A=1", "1"),
        ("  A = 1  ", "1"),
        ("A=", ""),
        ("A=# nothing", ""),
        ("A=one # a comment", "one"),
        ("A=one#two", "one#two"),
        ('A="one # two"', "one # two"),
        ('A="one" # why', "one"),
        ("A='one\\n'", "one\\n"),
        ('A="one\\ntwo \\"x\\""', 'one\ntwo "x"'),
        ("A=endpoint=https://x/;accesskey=ab==", "endpoint=https://x/;accesskey=ab=="),
    ],
)
def test_a_line_is_read(line: str, value: str) -> None:
    assert parse_dotenv(line) == {"A": value}


def test_comments_and_blank_lines_say_nothing_and_a_later_line_wins() -> None:
    assert parse_dotenv("# A=0\n\nA=1\nA=2\n") == {"A": "2"}


@pytest.mark.parametrize(("text", "place"), [("A=1\nnonsense", ".env:2"), ('A="open', ".env:1")])
def test_a_broken_line_is_named_without_its_value(text: str, place: str) -> None:
    with pytest.raises(UserError, match=place) as caught:
        parse_dotenv(text)
    assert "open" not in str(caught.value)


def test_a_project_without_the_file_has_no_values(tmp_path: Path) -> None:
    assert read_dotenv(tmp_path / ".env") == {}


def test_a_byte_order_mark_is_not_part_of_the_name(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfA=1\r\nB=2\r\n")
    assert read_dotenv(tmp_path / ".env") == {"A": "1", "B": "2"}


def test_a_file_that_is_no_text_is_a_user_error(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\xfe")
    with pytest.raises(UserError, match="cannot be read"):
        read_dotenv(tmp_path / ".env")
