"""Events that were given up, kept as files: one per event, laid out and written as Event Grid does in a storage container."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from voiceagent.emulators.event_grid.schedule import NOT_RETRIED

_OUTCOMES = {
    None: "TimedOut",
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    413: "PayloadTooLarge",
    503: "Busy",
}


def dead_letter(
    event: Mapping[str, Any], *, status: int | None, attempts: int, published: float, last: float, out_of_time: bool
) -> dict[str, Any]:
    """The event with the reason why it was given up."""
    if status in NOT_RETRIED:
        reason = "UndeliverableDueToHttp" + _OUTCOMES[status]
    else:
        reason = "TimeToLiveExceeded" if out_of_time else "MaxDeliveryAttemptsExceeded"
    return {
        **event,
        "deadLetterReason": reason,
        "deliveryAttempts": attempts,
        "lastDeliveryOutcome": _OUTCOMES.get(status, "GenericError"),
        "publishTime": _moment(published),
        "lastDeliveryAttemptTime": _moment(last),
    }


def place_of(folder: Path, *, container: str, subscription: str, event_id: str, at: float) -> Path:
    """`container/SUBSCRIPTION/2026/11/22/9/event.json`, `at` in Unix seconds. Names lose what could lead elsewhere."""
    when = datetime.fromtimestamp(at, UTC)
    hour = (str(when.year), str(when.month), str(when.day), str(when.hour))
    return folder.joinpath(_plain(container), _plain(subscription).upper(), *hour, f"{_plain(event_id)}.json")


def write(path: Path, event: Mapping[str, Any]) -> None:
    """An event as Event Grid puts it into storage: a list of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([event], indent=1), encoding="utf-8")


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)[:100] or "-"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
