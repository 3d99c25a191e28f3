"""A scenario as the emulated phone wants it: the order of a call."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from voiceagent.scenarios.load import Case
from voiceagent.scenarios.schema import Dtmf, Interrupt, Say, Silence, Step, Wav


def order_of(case: Case) -> dict[str, Any]:
    """The body of `POST /emulator/calls`. A persona's caller begins without steps, and hangs up when the persona does."""
    scenario = case.scenario
    return {
        "from": scenario.caller.from_,
        "to": scenario.caller.to,
        "display_name": scenario.caller.display_name,
        "line": scenario.line,
        "noise_db": scenario.noise_db,
        "loss_percent": scenario.loss_percent,
        "jitter_ms": scenario.jitter_ms,
        "echo_db": scenario.echo_db,
        "human": scenario.human,
        "ring_ms": scenario.ring_ms,
        "hang_up_after": scenario.hang_up_after and scenario.persona is None,
        **({"faults": [fault.model_dump() for fault in scenario.faults]} if scenario.faults else {}),
        "steps": [_step(step, case.path.parent) for step in scenario.steps],
    }


def words_of(step: Step) -> str:
    """A step for people."""
    match step:
        case Say(say=text):
            return f"“{text}”"
        case Wav(wav=name):
            return name
        case Interrupt(interrupt=text):
            return f"interrupting “{text}”"
        case Dtmf(dtmf=keys):
            return f"keys {keys}"
        case Silence(silence=ms):
            return f"{ms / 1000:g} s of silence"


def _step(step: Step, folder: Path) -> dict[str, Any]:
    match step:
        case Say(say=text):
            return {"say": text}
        case Wav(wav=name, after_ms=after, pause_ms=pause):
            content = base64.b64encode((folder / name).read_bytes()).decode("ascii")
            moments = {"after_ms": after, "pause_ms": pause}
            return {"wav": content} | {key: value for key, value in moments.items() if value is not None}
        case Interrupt(interrupt=text, after_ms=after):
            return {"interrupt": text, "after_ms": after}
        case Dtmf(dtmf=keys):
            return {"dtmf": keys.upper()}
        case Silence(silence=ms):
            return {"silence": ms}
