"""Events that were given up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiceagent.emulators.event_grid.dead_letters import dead_letter, place_of, write


@pytest.mark.parametrize(
    ("status", "out_of_time", "reason", "outcome"),
    [
        (400, False, "UndeliverableDueToHttpBadRequest", "BadRequest"),
        (500, False, "MaxDeliveryAttemptsExceeded", "GenericError"),
        (None, True, "TimeToLiveExceeded", "TimedOut"),
    ],
)
def test_the_reason_is_told(status: int | None, out_of_time: bool, reason: str, outcome: str) -> None:
    letter = dead_letter({"id": "e"}, status=status, attempts=2, published=0, last=60, out_of_time=out_of_time)
    assert letter == {
        "id": "e",
        "deadLetterReason": reason,
        "deliveryAttempts": 2,
        "lastDeliveryOutcome": outcome,
        "publishTime": "1970-01-01T00:00:00.000+00:00",
        "lastDeliveryAttemptTime": "1970-01-01T00:01:00.000+00:00",
    }


def test_a_letter_lies_where_event_grid_puts_it_and_nowhere_else(tmp_path: Path) -> None:
    path = place_of(tmp_path, container="../box", subscription="calls", event_id="a/../b", at=0)
    assert path == tmp_path / "---box" / "CALLS" / "1970" / "1" / "1" / "0" / "a----b.json"
    write(path, {"id": "e"})
    assert json.loads(path.read_text()) == [{"id": "e"}]
