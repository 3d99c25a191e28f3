"""What `serve` says when it is ready. (Serving itself: tests/cli/commands/test_serve.py.)"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.local.bridge import Bridge
from voiceagent.local.running import Running
from voiceagent.observe.feed import Feed
from voiceagent.server.serve import Ready
from voiceagent_cli.serving import _announce, _announce_as_json, _tell
from voiceagent_cli.terminal import Terminal


@pytest.fixture
async def served() -> Bridge:
    ready = Ready(8080, "http://127.0.0.1:8080", "local", "orders", "embedded")
    running = Running(1, 8080, "http://127.0.0.1:2", "http://127.0.0.1:3", "t")
    return Bridge(ready, running, "http://127.0.0.1:2/?token=t", Feed(), "all")


async def test_for_people_the_addresses_and_the_next_command(served: Bridge) -> None:
    err = io.StringIO()
    _announce(served, Terminal(io.StringIO(), err), Path("demo"))
    assert err.getvalue().splitlines() == [
        "orders is ready for calls at http://127.0.0.1:8080",
        "No Azure settings: an emulated phone and the embedded engine, all on this machine.",
        "Live page: http://127.0.0.1:2/?token=t",
        'Call it:   voiceagent call demo --say "Hello"',
        "Saved changes count from the next call. Ctrl-C ends.",
    ]


@pytest.mark.parametrize("as_json", [False, True])
def test_what_the_linter_finds_is_told_as_it_happens(as_json: bool) -> None:
    out, err = io.StringIO(), io.StringIO()
    finding = {"rule": "r", "severity": "error", "where": "a call", "frame": "{}", "sentence": "No.", "source": "docs"}
    _tell(finding, Terminal(out, err), as_json=as_json)
    if as_json:
        assert json.loads(out.getvalue()) == {"kind": "finding", **finding}
    else:
        assert err.getvalue() == "error   r: No.\n        a call\n        {}\n        source: docs\n"


async def test_a_tunnel_and_its_round_trip_are_told(served: Bridge) -> None:
    tunnel: Any = SimpleNamespace(name="ngrok", round_trip_ms=42.0)
    out, err = io.StringIO(), io.StringIO()
    _announce(replace(served, tunnel=tunnel), Terminal(io.StringIO(), err), Path("demo"))
    assert err.getvalue().splitlines()[1] == "Tunnel ngrok: 42 ms there and back."
    _announce_as_json(replace(served, tunnel=tunnel), Terminal(out, io.StringIO()), Path("demo"))
    assert json.loads(out.getvalue())["tunnel"] == {"name": "ngrok", "round_trip_ms": 42.0}


async def test_for_programs_one_line_with_the_promised_fields(served: Bridge) -> None:
    out = io.StringIO()
    _announce_as_json(served, Terminal(out, io.StringIO()), Path("demo"))
    facts = json.loads(out.getvalue())
    assert {"ready", "public_url", "port", "workbench_url", "mode", "agent", "engine"} <= set(facts)
    assert (facts["ready"], facts["tunnel"]) == (True, None)


def test_how_calls_end_is_told() -> None:
    from voiceagent_cli.serving import _how_calls_end

    assert _how_calls_end(0) == "calls finish their sentence"
    assert _how_calls_end(580) == "calls may go on for 580 s"
