"""The settings that docs/turn-taking.md shows can be loaded as they stand, and what it says is refused is, in these words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voiceagent.config.load import load_settings
from voiceagent.errors import UserError

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "turn-taking.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
REFUSED = re.findall(r"^```toml refused\n(.*?)^```\n\n```text\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def load(folder: Path, text: str) -> None:
    (folder / "voiceagent.toml").write_text(text, encoding="utf-8")
    load_settings(folder, environ={})


@pytest.mark.parametrize("text", SHOWN)
def test_what_the_page_shows_can_be_used(tmp_path: Path, text: str) -> None:
    load(tmp_path, text)


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_what_the_page_says_is_refused_is_refused_in_these_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, text)
    sentence = str(caught.value).replace(f"{tmp_path}/", "")
    assert f"{sentence}\n  try: {caught.value.remedy}\n" == said


def test_the_page_shows_both() -> None:
    assert (len(SHOWN) > 5, len(REFUSED)) == (True, 1)
