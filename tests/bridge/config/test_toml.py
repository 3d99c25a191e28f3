"""Lines of a settings file."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.config.toml import lines_of, read_toml
from voiceagent.errors import UserError

TEXT = """
top = 1
[bridge]  # a comment
port = 8080
  "host" = "127.0.0.1"
# port = 9
[transfer.targets.support]
phone_number = "+14255550123"
[[thinker.rules]]
name = "one"
[[thinker.rules]]
name = "two"
[thinker.rules.slots.order_id]
kind = "digits"
inline = { a = 1 }
"""


def test_every_key_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "voiceagent.toml"
    path.write_text(TEXT)
    assert {key: line for key, line in lines_of(path).items() if line in (2, 4, 5, 8, 10, 12, 14, 15)} == {
        "top": 2,
        "bridge.port": 4,
        "bridge.host": 5,
        "transfer.targets.support.phone_number": 8,
        "thinker.rules.0.name": 10,
        "thinker.rules.1.name": 12,
        "thinker.rules.1.slots.order_id.kind": 14,
        "thinker.rules.1.slots.order_id.inline": 15,
    }


@pytest.mark.parametrize(("text", "place"), [("a = 1\nb = = 2\n", "voiceagent.toml:2:5"), ("a =", "the end of")])
def test_broken_toml_names_line_and_column(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "voiceagent.toml"
    path.write_text(text)
    with pytest.raises(UserError, match="this is not TOML") as caught:
        read_toml(path)
    assert place in str(caught.value)
    assert caught.value.remedy


def test_a_file_that_is_no_text_is_a_user_error(tmp_path: Path) -> None:
    path = tmp_path / "voiceagent.toml"
    path.write_bytes(b"a = '\xff'")
    with pytest.raises(UserError, match="cannot be read"):
        read_toml(path)
    assert lines_of(path) == {}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a = " + "[" * 3000, id="brackets"),
        pytest.param("[" + ".".join("a" * 3000) + "]", id="a dotted name"),
        pytest.param("a = " + "[" * 200 + "]" * 200, id="deeper than any setting"),
    ],
)
def test_what_is_nested_beyond_reason_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "voiceagent.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"voiceagent\.toml is nested deeper than 100 levels"):
        read_toml(path)
