"""The phases of a call, from Event Grid to the last frame: when each was reached, and the first that was not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from voiceagent.rca.story import Story

PHASES: dict[str, str] = {
    "received": "Event Grid's announcement reached the bridge",
    "validated": "its secret was right and it could be read",
    "admitted": "there was room, and a rule let it in",
    "answering": "we asked ACS to answer it",
    "answered": "ACS had answered",
    "media_connected": "the media socket was open",
    "engine_ready": "the engine had confirmed the agent's settings",
    "bridging": "sound had come from the caller and gone to the caller",
    "ended": "everything was closed",
}

PhaseStatus = Literal["ok", "failed", "not_reached", "unknown"]


@dataclass(frozen=True, slots=True)
class Phase:
    """`at_ms` counts from the call's beginning, when it was admitted: what was before is negative. None: never."""

    name: str
    at_ms: float | None
    status: PhaseStatus

    def json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {"name": self.name, "at_ms": None if self.at_ms is None else round(self.at_ms, 3), "status": self.status}


def phases_of(story: Story) -> tuple[Phase, ...]:
    """All phases in their order. The first that was not reached has failed; of a call of ours nothing is announced."""
    times = _times(story)
    found: list[Phase] = []
    broken = False
    for name in PHASES:
        at_ms = times[name]
        if at_ms is not None:
            found.append(Phase(name, at_ms, "ok"))
        elif name in ("received", "validated"):
            found.append(Phase(name, None, "unknown"))
        else:
            found.append(Phase(name, None, "not_reached" if broken else "failed"))
            broken = True
    return tuple(found)


def _times(story: Story) -> dict[str, float | None]:
    asked = story.request("answer") or story.request("createCall") or story.request("create")
    both = (story.caller.first_ms, story.to_caller.first_ms)
    turned_away = story.outcome == "rejected" and asked is None
    return {
        "received": _before(story, "received_at"),
        "validated": _before(story, "validated_at"),
        "admitted": None if turned_away or not story.began else 0.0,
        "answering": None if asked is None else asked.at_ms,
        "answered": story.phases.get("answered"),
        "media_connected": story.phases.get("media_open"),
        "engine_ready": story.phases.get("engine_ready"),
        "bridging": max(time for time in both if time is not None) if None not in both else None,
        "ended": story.ended_ms,
    }


def _before(story: Story, name: str) -> float | None:
    at, began = float(story.began.get(name) or 0.0), float(story.began.get("started_at") or 0.0)
    return (at - began) * 1000 if at and began else None
