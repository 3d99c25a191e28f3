#!/usr/bin/env python3
"""Writes docs/emulators/fault-list.md: every fault with its parameters and defaults, from the catalogue itself.

scripts/gen_faults.py           writes the file
scripts/gen_faults.py --check   fails if the file is not what would be written
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from _generated import DOCS, cell, main

HEAD = """\
# All faults

Written by `scripts/gen_faults.py` from the catalogue, `voiceagent.emulators.faults`; do not edit it. How faults are armed is in
[Faults](faults.md). `--times`, `--after` and `--only` are given where they are not 1, 0 and anything. Who says that services do
such a thing is told by `voiceagent trigger fault NAME --list`.
"""


def pages() -> dict[Path, str]:
    """The one page, whole."""
    return {DOCS / "emulators" / "fault-list.md": page()}


def page() -> str:
    from voiceagent.emulators.faults.catalogue import FAULTS

    rows = ["| fault | does | parameters and their defaults | |", "|---|---|---|---|"]
    rows += [f"| `{one.name}` | {cell(one.does)} | {parameters(one)} | {counts(one)} |" for one in FAULTS]
    return "\n".join([HEAD, *rows, ""])


def parameters(fault: Any) -> str:
    """Each with its default, its meaning and what may be chosen."""
    return "<br>".join(parameter(one) for one in fault.parameters)


def parameter(one: Any) -> str:
    """`ms=2000` ms: how late."""
    written = "none" if one.default is None else one.default if one.default != "" else '""'
    unit = f" {one.unit}" if one.unit else ""
    choices = f" ({', '.join(one.choices)})" if one.choices else ""
    return cell(f"`{one.name}={written}`{unit}: {one.about}{choices}")


def counts(fault: Any) -> str:
    """What holds when nothing else is said, where it is not the usual."""
    said = [("times", fault.times, 1), ("after", fault.after, 0), ("only", fault.only, "")]
    return " ".join(f"`--{name} {value}`" for name, value, usual in said if value != usual)


if __name__ == "__main__":
    raise SystemExit(main(pages))
