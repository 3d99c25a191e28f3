"""Every piece of voiceagent.toml that a document shows is one that is accepted."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from voiceagent.config.schema import Settings

ROOT = Path(__file__).resolve().parents[2]


def pieces() -> list[tuple[str, str]]:
    found = []
    for path in sorted((ROOT / "docs").rglob("*.md")):
        blocks = re.findall(r"^```toml\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        found += [(f"{path.name}-{number}", block) for number, block in enumerate(blocks, 1)]
    return found


@pytest.mark.parametrize("block", [block for _, block in pieces()], ids=[name for name, _ in pieces()])
def test_a_piece_of_settings_is_accepted(block: str) -> None:
    """Whether names in it lead somewhere is not asked: they may stand in another piece."""
    Settings.model_validate(tomllib.loads(block))
