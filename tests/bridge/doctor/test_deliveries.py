"""What the bridge turned away lately."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from voiceagent.config.load import load_settings
from voiceagent.doctor.deliveries import refusals
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.observe.journal import journal


def around(folder: Path, *, later: float = 0.0) -> Surroundings:
    return Surroundings(folder, load_settings(None, environ={}), wall=lambda: time.time() + later)


SECRET = {"kind": "turned_away", "where": "/events", "why": "the delivery does not carry our secret"}


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({**SECRET, "subscription": "CALLS"}, "delivery_secret_differs"),
        (SECRET, "requests_turned_away"),
        (
            {"kind": "turned_away", "where": "/callbacks", "why": "the token is not acceptable: InvalidAudienceError"},
            "callbacks_turned_away",
        ),
        ({"kind": "turned_away", "where": "/media", "why": "the call token is malformed"}, ""),
        ({"kind": "turned_away", "where": "/events", "why": "the body is too large"}, "requests_turned_away"),
        ({"kind": "stale_ring", "where": "/events", "why": "600 s late"}, "deliveries_stale"),
    ],
)
def test_what_was_turned_away(tmp_path: Path, extra: dict[str, str], code: str) -> None:
    with journal(tmp_path):
        logging.getLogger("voiceagent.server").warning("turned away", extra=extra)
    assert refusals(around(tmp_path)).code == code
    assert refusals(around(tmp_path, later=4000)).status == "ok"


def test_no_bridge_has_run(tmp_path: Path) -> None:
    assert refusals(around(tmp_path)).status == "skipped"
