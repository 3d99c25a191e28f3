"""What stands before the emulator's HTTP side: faults first, then the linter; and how the operations are called by both."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.operations import OPERATIONS
from voiceagent.emulators.acs.tokens import CONFIGURATION_PATH, KEYS_PATH
from voiceagent.emulators.acs.whose import call_of
from voiceagent.emulators.faults.http import UnreliableApp
from voiceagent.emulators.lint.http import LintedApp

if TYPE_CHECKING:
    from voiceagent.emulators.acs.network import Network


def guarded(app: Any, network: Network, operation: Callable[[str, str], str] | None = None) -> Any:
    """The app with faults and the linter before it. `operation` names what is asked elsewhere than in Call Automation."""
    named = operation or operation_of
    whose = partial(call_of, network.exchange)
    return UnreliableApp(LintedApp(app, network.findings, named), network.faults, named, whose)


def operation_of(method: str, path: str) -> str:
    """`acs:answer`, `acs:keys`, `numbers:GET /phoneNumbers`, …"""
    if path in (KEYS_PATH, CONFIGURATION_PATH):
        return "acs:keys"
    if path.startswith("/v1/objects"):
        return "acs:recorded_file"
    for own, pattern, name in _patterns():
        if own == method and pattern.fullmatch(path):
            return f"acs:{name}"
    return f"acs:{method} {path}" if path.startswith("/calling") else f"numbers:{method} {path}"


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str], str]]:
    return [
        (method, re.compile(re.sub(r"\{\w+\}", "[^/:]+(?::[^/]+)*?" if path.endswith("}") else "[^/:]+", path)), do.__name__)
        for method, path, do in OPERATIONS
    ]
