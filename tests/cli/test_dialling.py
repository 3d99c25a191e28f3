"""What is typed to have somebody called, and how the end of that call is told."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from voiceagent.audio.wav import wav_bytes
from voiceagent.errors import UserError
from voiceagent.local.dialling import Placed
from voiceagent_cli import exits
from voiceagent_cli.dialling import plan_of, tell
from voiceagent_cli.terminal import Terminal


def report(**more: Any) -> dict[str, Any]:
    rest = {"tools": [], "barge_ins": [], "transfer": None, "latency_ms": {}, "capture": None, "warnings": [], "turns": []}
    return {"outcome": "completed", "end_reason": "agent_ended", "duration_ms": 1000.0, **rest, **more}


def told(placed: Placed) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    tell(placed, Terminal(out, err), as_json=False, project=Path("shop"))
    return out.getvalue(), err.getvalue()


def test_a_number_needs_a_yes_and_a_name_does_not() -> None:
    with pytest.raises(UserError) as caught:
        plan_of("+14255550177", yes=False, key="", human="answer", typed=[])
    assert caught.value.remedy == "--yes calls it"
    assert plan_of("support", yes=False, key="k", human="answer", typed=[]).key == "k"


def test_every_call_has_a_key_of_its_own_unless_one_is_given() -> None:
    plans = [plan_of("support", yes=False, key="", human="answer", typed=[]) for _ in range(2)]
    assert plans[0].key != plans[1].key


def test_what_the_callee_does_is_for_the_emulated_network() -> None:
    plan = plan_of("+14255550177", yes=True, key="", human="busy", typed=[("say", "Hello?")])
    steps = [{"say": "Hello?"}]
    assert plan.callee == {"number": "+14255550177", "human": "busy", "steps": steps, "hang_up_after": True}
    assert plan.described
    assert not plan_of("support", yes=False, key="", human="answer", typed=[]).described


def test_a_recording_that_is_cut_short_is_doubted_with_the_plan(tmp_path: Path) -> None:
    half = tmp_path / "half.wav"
    half.write_bytes(wav_bytes(bytes(32_000), 8_000)[:16_044])
    plan = plan_of("support", yes=False, key="", human="answer", typed=[("wav", str(half))])
    assert plan.doubts == (f"{half} is cut short: its header announces 1.0 s more than there is",)


def test_a_call_that_went_well_is_told() -> None:
    assert "completed (agent_ended) after 1.0 s" in told(Placed(report()))[0]


def test_the_path_of_the_capture_leads_there_from_here() -> None:
    assert "capture     shop/captures/a.jsonl.gz\n" in told(Placed(report(capture="captures/a.jsonl.gz")))[0]


def test_a_key_used_before_is_told() -> None:
    assert "nobody was called again" in told(Placed(report(), repeated=True))[1]


@pytest.mark.parametrize(
    ("placed", "code"),
    [
        (Placed(report(outcome="failed", end_reason="busy")), exits.FAILED),
        (Placed(report(), cut="interrupted"), exits.INTERRUPTED),
        (Placed(report(), cut="longer than 5 s"), exits.FAILED),
    ],
)
def test_what_went_wrong_is_the_exit_code(placed: Placed, code: int) -> None:
    with pytest.raises(exits.Ended) as caught:
        told(placed)
    assert caught.value.code == code
