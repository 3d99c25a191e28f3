"""The pages of faults and findings, the same on every emulator: `/emulator/faults…` and `/emulator/findings`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voiceagent.emulators.faults.catalogue import FAULTS
from voiceagent.emulators.faults.switchboard import Switchboard
from voiceagent.emulators.lint.findings import Findings

Page = tuple[int, dict[str, Any]]

TOPICS = ("faults", "findings")


def page(
    method: str, words: Sequence[str], query: Mapping[str, str], *, faults: Switchboard, findings: Findings
) -> Page | None:
    """Status and body for the address whose words come after `/emulator/`; None when there is no such page.

    Parameters of a fault are in the query, so that a request needs no body. UserError tells what is wrong with them.
    """
    match method, list(words):
        case "GET", ["faults"]:
            return 200, {**faults.json(), "catalogue": [fault.json() for fault in FAULTS]}
        case "PUT", ["faults", name]:
            return 200, faults.arm(name, query).json()
        case "DELETE", ["faults"]:
            return 200, {"cleared": faults.clear()}
        case "DELETE", ["faults", which]:
            return 200, {"cleared": faults.clear(which)}
        case "GET", ["findings"]:
            return 200, findings.json()
        case "DELETE", ["findings"]:
            return 200, {"cleared": findings.clear()}
    return None
