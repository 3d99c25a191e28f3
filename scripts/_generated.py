"""Pages that are written from the code: how they are kept, and how one that has become stale is told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

Pages = Mapping[Path, str]
"""The whole text of each file."""


def cell(text: str) -> str:
    """Text that may stand in a table."""
    return text.replace("|", "\\|")


def stale(pages: Pages) -> list[Path]:
    """The files that are not there, or not what would be written."""
    return [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main(pages: Callable[[], Pages]) -> int:
    """Write what is stale; with `--check` only tell it, and 1 if there is any. For the last line of a script."""
    sys.path[:0] = [str(ROOT / "bridge"), str(ROOT / "cli")]  # of this clone, whatever is installed
    fresh = pages()
    for path in stale(fresh):
        if "--check" in sys.argv:
            print(f"{path.name} is stale; run scripts/{Path(sys.argv[0]).name}", file=sys.stderr)
        else:
            path.write_text(fresh[path], encoding="utf-8")
            print(f"wrote {path}", file=sys.stderr)
    return 1 if "--check" in sys.argv and stale(fresh) else 0
