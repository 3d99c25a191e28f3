from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.agent.prompt import read_prompt
from voiceagent.errors import UserError


def test_the_text_of_the_file_is_the_prompt(tmp_path: Path) -> None:
    (tmp_path / "p.md").write_bytes(b"\xef\xbb\xbf  Be kind.\n")
    assert read_prompt(tmp_path, "p.md") == "Be kind."


@pytest.mark.parametrize(
    ("content", "words"), [(None, "does not exist"), (b" \n", "are empty"), (b"\xff\xfe", "cannot be read")]
)
def test_a_prompt_that_is_none_is_told(tmp_path: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / "p.md").write_bytes(content)
    with pytest.raises(UserError, match=words):
        read_prompt(tmp_path, "p.md")


def test_the_remedy_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_prompt(tmp_path, "p.md", "agents.billing.prompt")
    assert "agents.billing.prompt" in str(caught.value.remedy)


def test_a_name_that_no_file_can_have_is_told_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"`agents\.billing\.prompt`") as caught:
        read_prompt(tmp_path, "a\0b", "agents.billing.prompt")
    assert "\0" not in str(caught.value)
