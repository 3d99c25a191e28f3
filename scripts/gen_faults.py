#!/usr/bin/env python3
"""Writes docs/emulators/fault-list.md: every fault with its parameters and defaults, from the catalogue itself.

scripts/gen_faults.py           writes the file
scripts/gen_faults.py --check   fails if the file is not what would be written
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "emulators" / "fault-list.md"

HEAD = """\
# All faults

Written by `scripts/gen_faults.py` from the catalogue, `voiceagent.emulators.faults`; do not edit it. How faults are armed is in
[Faults](faults.md). `--times`, `--after` and `--only` are given where they are not 1, 0 and anything. Who says that services do
such a thing is told by `voiceagent trigger fault NAME --list`.
"""


def page() -> str:
    """The whole page."""
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


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write the page, or check that it is fresh."""
    fresh = page()
    if "--check" in arguments:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == fresh:
            return 0
        print(f"{PAGE.relative_to(ROOT)} is stale; run scripts/gen_faults.py", file=sys.stderr)
        return 1
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "bridge"))
    raise SystemExit(main(sys.argv[1:]))
