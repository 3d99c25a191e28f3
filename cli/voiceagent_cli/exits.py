"""How a command ends: the one table of exit codes, and what is said for each kind of error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OK = 0
"""Done; nothing to complain about."""
FAILED = 1
"""A check, a test or a comparison failed, a call went wrong, or voiceagent itself has a bug."""
USAGE = 2
"""Wrong usage or settings, or nothing ran."""
REMOTE = 3
"""A remote service refused or failed."""
INTERRUPTED = 130
"""Ctrl-C cut the work short."""

MEANINGS = {
    OK: "fine",
    FAILED: "a check, test or comparison failed, or a call went wrong",
    USAGE: "wrong usage or settings, or nothing ran",
    REMOTE: "a remote service refused or failed",
    INTERRUPTED: "interrupted",
}
"""The table as the docs show it."""


_EXTRAS = {
    "azure": "azure",
    "asyncssh": "tunnel",
    "sounddevice": "sound",
    "mcp": "mcp",
    "opentelemetry": "otel",
    "redis": "redis",
}
"""Packages that come with an extra, where a command needs one that it could not look for before."""


class Ended(Exception):
    """The command has said what there is to say and ends with `code`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Verdict:
    """An error for people: the sentence, what to do about it, and the exit code."""

    code: int
    sentence: str
    remedy: str = ""


ENGINES_FAULT = ("engine_lost", "engine_refused", "engine_not_ready")
"""How a report names the ends of calls that the engine failed."""


def judge_call(report: Mapping[str, Any]) -> Verdict:
    """The verdict on a call that did not go well: what the report warned of says why, and mostly what to do."""
    reason = report["end_reason"]
    if report["outcome"] == "rejected":
        return Verdict(FAILED, f"The call was rejected: {reason}.")
    if reason not in ENGINES_FAULT:
        return Verdict(FAILED, f"The call failed: {reason}.")
    told = next((one["sentence"] for one in reversed(report["warnings"]) if one["code"] in ENGINES_FAULT), "")
    cause, _, remedy = told.partition("; ")
    sentence = f"The call failed: {reason}. {cause}".rstrip(" .")
    return Verdict(REMOTE, f"{sentence}.", remedy or "`voiceagent doctor` checks the engine's settings")


def judge(error: BaseException) -> Verdict | None:
    """The verdict on an error that a person can do something about; None for a bug of ours."""
    from voiceagent.errors import ProtocolError, RemoteError, UserError

    if isinstance(error, BaseExceptionGroup):
        return _worst([judge(inner) for inner in error.exceptions])
    if isinstance(error, KeyboardInterrupt):
        return Verdict(INTERRUPTED, "Interrupted.")
    if isinstance(error, UserError):
        return Verdict(USAGE, str(error), error.remedy)
    if isinstance(error, RemoteError):
        return Verdict(REMOTE, _remote_sentence(error), error.remedy)
    if isinstance(error, ProtocolError):
        return Verdict(REMOTE, str(error))
    if isinstance(error, ModuleNotFoundError) and (extra := _EXTRAS.get((error.name or "").partition(".")[0])):
        return Verdict(USAGE, f"{error.name} is not installed.", f"pip install 'voiceagent-workbench[{extra}]'")
    if isinstance(error, OSError) and error.filename and error.strerror:
        return Verdict(USAGE, f"{error.filename}: {error.strerror}.")
    return None


def _worst(verdicts: list[Verdict | None]) -> Verdict | None:
    """The one to show of several: a bug before anything else, then the error that caused the rest to be interrupted."""
    known = [verdict for verdict in verdicts if verdict is not None]
    if len(known) != len(verdicts) or not known:
        return None
    return min(known, key=lambda verdict: verdict.code == INTERRUPTED)


def _remote_sentence(error: object) -> str:
    from voiceagent.errors import RemoteError

    assert isinstance(error, RemoteError)
    facts = [
        f"HTTP {error.status}" if error.status else "",
        error.code,
        f"request {error.request_id}" if error.request_id else "",
    ]
    told = ", ".join(fact for fact in facts if fact)
    return f"{error.service}: {error}" + (f" ({told})" if told else "")
