#!/usr/bin/env python3
"""Writes docs/states.md: the state tables of a call and their diagrams, drawn from the tables the code follows.

scripts/gen_states.py           writes the file
scripts/gen_states.py --check   fails if the file is not what would be written
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from _generated import DOCS, main

HEAD = """\
# The states of a call

The call session (`voiceagent.call.session`) is made of small state machines. This page is drawn from their tables by
`scripts/gen_states.py`; do not edit it. A label reads *signal / action*. A signal that has no arrow in a state says nothing new
there and changes nothing. What one machine means for another is in `voiceagent.call.conduct`, `floor`, `errands`, `handover`,
`renewal` and `ending`.
"""


def pages() -> dict[Path, str]:
    """The one page, whole."""
    return {DOCS / "states.md": page()}


def page() -> str:
    return "\n".join([HEAD, *(section(table) for table in tables())])


def tables() -> list[Any]:
    """Every table of the session, the call's life first."""
    from voiceagent.call.barge_in import BARGE_IN
    from voiceagent.call.life import LIFE
    from voiceagent.call.replies import GATE
    from voiceagent.call.silence import SILENCE
    from voiceagent.call.speech import ITEM
    from voiceagent.call.tenure import TENURE
    from voiceagent.call.transfer import TRANSFER
    from voiceagent.call.turns import FLOOR

    return [LIFE, FLOOR, BARGE_IN, GATE, ITEM, TRANSFER, SILENCE, TENURE]


def section(table: Any) -> str:
    """One machine: a sentence, its diagram, its rules."""
    from voiceagent.call.tables import diagram, listing

    return f"## {table.name}\n\n{table.about}\n\n```mermaid\n{diagram(table)}\n```\n\n{listing(table)}\n"


if __name__ == "__main__":
    raise SystemExit(main(pages))
