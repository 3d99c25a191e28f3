"""YAML as values and lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.errors import UserError
from voiceagent.scenarios.written import LARGEST_BYTES, read


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_words_stay_words_and_numbers_that_would_lose_something_stay_text(tmp_path: Path) -> None:
    values = read(
        write(tmp_path, "a: No\nb: 0042\nc: +14255550100\nd: 42\ne: 2.5\nf: true\ng:\nh: 4271#\ni: 1_000\nj: 0\n")
    ).values
    assert values == {
        "a": "No",
        "b": "0042",
        "c": "+14255550100",
        "d": 42,
        "e": 2.5,
        "f": True,
        "g": None,
        "h": "4271#",
        "i": "1_000",
        "j": 0,
    }


def test_every_value_knows_its_line(tmp_path: Path) -> None:
    written = read(write(tmp_path, "name: x\nsteps:\n  - say: a\n  - say: b\n    expect: []\n"))
    assert written.where(("steps", 1, "say")) == f"{written.path}:4"
    assert written.where(("steps", 1, "expect", 3, "nothing")) == f"{written.path}:5"
    assert written.where(()) == f"{written.path}:1"


def test_an_alias_is_what_it_stands_for(tmp_path: Path) -> None:
    assert read(write(tmp_path, "a: &it [1, 2]\nb: *it\n")).values == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [1\n", r"s\.yaml:2: this is not YAML"),
        ("a: 1\nb: 2\na: 3\n", r"s\.yaml:3: `a` stands here for the second time"),
        ("a: &x [*x]\n", "this alias has no end"),
        ("a: 1\n---\nb: 2\n", "this is not YAML"),
        ("? [a, b]\n: 1\n", "a key must be a word"),
        ("a: *nothing\n", "this is not YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read(write(tmp_path, text))


def test_a_laughing_alias_ends(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    with pytest.raises(UserError, match="no end"):
        read(write(tmp_path, "\n".join(lines)))


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        read(tmp_path / "nothing.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9\n")
    with pytest.raises(UserError, match="not UTF-8"):
        read(tmp_path / "latin.yaml")
    with pytest.raises(UserError, match="larger than"):
        read(write(tmp_path, "a" * (LARGEST_BYTES + 1)))


def test_an_empty_file_is_nothing(tmp_path: Path) -> None:
    assert read(write(tmp_path, "# only a remark\n")).values is None
