"""The verdict on the screen."""

from __future__ import annotations

import io

from voiceagent_cli.explaining import show
from voiceagent_cli.terminal import Terminal

VERDICT = {
    "call_id": "c1",
    "correlation_id": None,
    "phases": [
        {"name": "answered", "at_ms": 20.4, "status": "ok"},
        {"name": "bridging", "at_ms": None, "status": "not_reached"},
    ],
    "cause": {
        "code": "media_lost",
        "sentence": "The socket broke",
        "evidence": [{"at_ms": 1234.5, "what": "x", "text": "it closed"}, {"at_ms": 1.8e12, "what": "x", "text": "a line"}],
        "remedy": "mend it",
    },
    "others": [{"code": "caller_left", "sentence": "The caller hung up", "evidence": [], "remedy": ""}],
}


def test_phases_cause_evidence_remedy_and_the_rest() -> None:
    out = io.StringIO()
    show(VERDICT, Terminal(out, out), as_json=False)
    assert out.getvalue().splitlines() == [
        "call             c1",
        "correlation id   none",
        "answered             0.020 s",
        "bridging         not reached",
        "",
        "The socket broke (media_lost).",
        "      1.234 s  it closed",
        "     08:00:00  a line",
        "What to do: mend it",
        "",
        "also: The caller hung up (caller_left)",
    ]
