"""How rows stand on a screen of a certain width: side by side as long as no word has to break, else one value below the other.

What people copy (ids, times, addresses) has no blanks in it, so a word is never broken and never cut. The ids of Azure's
resources alone lose their middle where it is too narrow: their end is a name, and `--json` has them whole. Pure.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

GAP = 2
FEW = 12
_ARM_ID = re.compile(r"/subscriptions/\S+/(?P<name>[^/\s]+)")


def laid_out(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The lines. In a table the first one is the head; below each other the names of the columns stand before the values."""
    short = [[_ARM_ID.sub(r"/subscriptions/…/\g<name>", cell) for cell in row] for row in rows]
    for cells in (rows, short):
        least = [max(_longest_word(cell) for cell in column) for column in zip(columns, *cells, strict=True)]
        if sum(least) + GAP * (len(columns) - 1) <= width:
            return _side_by_side(columns, cells, least, width)
    return _below_each_other(columns, rows, width)


def _side_by_side(columns: Sequence[str], rows: Sequence[Sequence[str]], least: list[int], width: int) -> list[str]:
    widths = _widths([max(map(cells, column)) for column in zip(columns, *rows, strict=True)], least, width)
    lines = []
    for row in (columns, *rows):
        wrapped = [_wrapped(cell, room) for cell, room in zip(row, widths, strict=True)]
        for at in range(max(map(len, wrapped))):
            parts = [_padded(one[at] if at < len(one) else "", room) for one, room in zip(wrapped, widths, strict=True)]
            lines.append((" " * GAP).join(parts).rstrip())
    return lines


def _widths(most: list[int], least: list[int], width: int) -> list[int]:
    """Each column as wide as its longest line; where that is too much, who asks for least gets it, and the others share."""
    widths, left = list(least), width - GAP * (len(most) - 1) - sum(least)
    by_wish = sorted(range(len(most)), key=lambda at: most[at] - least[at])
    for waiting, at in zip(range(len(most), 0, -1), by_wish, strict=True):
        given = min(most[at] - least[at], left // waiting)
        widths[at] += given
        left -= given
    return widths


def _below_each_other(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    indent = max(map(cells, columns)) + GAP
    lines: list[str] = []
    for row in rows:
        lines += [""] if lines else []
        for name, cell in zip(columns, row, strict=True):
            if cell:
                first, *others = _wrapped(cell, width - indent)
                lines += [_padded(name, indent) + first, *(" " * indent + one for one in others)]
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    """At blanks alone: a word that is too long stands out, and is still one word when it is copied."""
    if cells(text) <= width:
        return [text]
    return textwrap.wrap(text, max(width, 1), break_long_words=False, break_on_hyphens=False) or [""]


def _longest_word(text: str) -> int:
    """Of a cell of a few letters all of it: `+ create` in two lines would be a riddle."""
    if cells(text) <= FEW:
        return cells(text)
    return max(map(cells, text.split()), default=0)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def cells(text: str) -> int:
    """How many places a text takes on the screen."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
