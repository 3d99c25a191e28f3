"""`voiceagent captures compare`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_a_call_is_the_same_as_itself(captured: Path, voiceagent: Any) -> None:
    outcome = voiceagent("captures", "compare", "e8e3", "last", "--dir", captured)
    assert outcome.code == 0
    assert "The calls are the same." in outcome.err
    assert "!" not in outcome.out


def test_calls_of_one_script_are_the_same_though_one_hides_its_words(captured: Path, voiceagent: Any) -> None:
    outcome = voiceagent("captures", "compare", "e8e3", "e540", "--dir", captured, "--json")
    assert (outcome.code, json.loads(outcome.out)["same"]) == (0, True)


def test_a_latency_that_counts_makes_them_different(captured: Path, voiceagent: Any) -> None:
    outcome = voiceagent("captures", "compare", "e8e3", "e540", "--latency-ms", "0", "--dir", captured)
    assert outcome.code == 1
    assert "! turn_p50 " in outcome.out
    assert "The calls differ where ! stands." in outcome.err


def test_as_json_every_side_is_there(captured: Path, voiceagent: Any) -> None:
    found = json.loads(voiceagent("captures", "compare", "e8e3", "e540", "--dir", captured, "--json").out)
    assert set(found) == {"same", "a", "b", "facts", "turns", "tools", "latency_ms"}
    assert found["tools"][0]["a"]["name"] == "lookup_order"
    assert found["a"].startswith("captures/")
