"""One call's notes folded into its report: the shape that `call`, `replay` and `calls show` print as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from voiceagent.call import commands as notes
from voiceagent.discreet import PhoneNumber
from voiceagent.nesting import read_json
from voiceagent.observe.cost import Prices, estimate
from voiceagent.observe.latency import percentile, rounded, spread


class CallFold:
    """Give it every note of a call in order; `report()` is right at any time, and final after `CallEndedNoted`."""

    def __init__(self, call_id: str, prices: Prices | None = None) -> None:
        self.call_id = call_id
        self.ended = False
        self.agent = ""
        self._answering = ""
        self._spoken_by: dict[str, str] = {}
        self.caller = PhoneNumber("")
        self.called = PhoneNumber("")
        self.capture: str | None = None
        self.not_captured = ""
        self._recording: dict[str, str] | None = None
        self._prices = prices or Prices()
        self._engine = ""
        self.correlation_id = ""
        self._started_at: float | None = None
        self._outcome: str | None = None
        self._reason: str | None = None
        self._last_ms = 0.0
        self._turns: list[dict[str, Any]] = []
        self._tools: list[dict[str, Any]] = []
        self._barge_ins: list[dict[str, float]] = []
        self._transfer: dict[str, Any] | None = None
        self._answered_by: str | None = None
        self._phases: dict[str, float] = {}
        self._latencies: list[float] = []
        self._first_audio_ms: float | None = None
        self._usage: dict[str, int] = {}
        self._frames = {"caller_in": 0, "agent_out": 0, "dropped": 0}
        self._shares: dict[str, list[float]] = {"first_audio": [], "barge_in": []}
        self._warnings: list[dict[str, Any]] = []

    def note(self, at_ms: float, note: notes.Note) -> None:
        """Take a note. Kinds that say nothing about a report are passed over."""
        self._last_ms = max(self._last_ms, at_ms)
        match note:
            case notes.CallBeganNoted():
                self._began(note)
            case notes.CallEndedNoted():
                self._over(note)
            case notes.CallerTurnNoted(text=text, start_ms=start, end_ms=end):
                self._turns.append(_turn("caller", text.shown, start, end))
            case notes.AgentSpeechBegan(item_id=item_id, latency_ms=latency):
                self._spoken_by[item_id] = self._answering
                self._speech_began(at_ms, latency)
            case notes.AgentChangedNoted(agent=agent):
                self._answering = agent
            case notes.AgentTurnNoted():
                self._agent_turn(note)
            case notes.BargeInNoted(at_ms=at, stop_ms=stop, truncated_at_ms=truncated):
                self._barge_ins.append({"at_ms": _ms(at), "stop_ms": _ms(stop), "truncated_at_ms": _ms(truncated)})
            case notes.PlaybackResumedNoted() if self._barge_ins:
                self._barge_ins[-1]["resumed"] = True
            case notes.ToolNoted():
                self._tools.append(_tool(note))
            case notes.TransferNoted():
                self._transfer = _transfer(note)
            case notes.AnsweredByNoted(who=who):
                self._answered_by = who
            case notes.RecordingNoted(recording_id=recording_id, state=state):
                self._recording = {"id": recording_id, "state": state}
            case notes.PhaseNoted(phase=phase):
                self._phases.setdefault(phase, at_ms)
            case notes.UsageNoted(usage=usage):
                self._add_usage(dict(usage))
            case notes.BridgeShareNoted(kind=kind, ms=ms):
                self._shares.setdefault(kind, []).append(ms)
            case notes.Warned(code=code, sentence=sentence):
                self._warnings.append({"at_ms": _ms(at_ms), "code": code, "sentence": sentence})
            case _:
                pass

    def report(self) -> dict[str, Any]:
        """All keys always there; what is not known is null or an empty list."""
        return {
            "call_id": self.call_id,
            "correlation_id": self.correlation_id or None,
            "engine": self._engine or None,
            "outcome": self._outcome,
            "end_reason": self._reason,
            "started_at": _iso(self._started_at),
            "duration_ms": _ms(self._last_ms),
            "turns": sorted(self._turns, key=lambda turn: turn["start_ms"]),
            "tools": list(self._tools),
            "barge_ins": list(self._barge_ins),
            "transfer": self._transfer,
            "answered_by": self._answered_by,
            "latency_ms": self._latency(),
            "frames": dict(self._frames),
            "cost": estimate(self._usage, self._last_ms, self._prices),
            "recording": self._recording,
            "capture": self.capture,
            "bridge_ms": {**spread(self._shares["first_audio"]), "barge_in": spread(self._shares["barge_in"])},
            "usage": dict(self._usage),
            "warnings": [*self._warnings, *self._without_capture()],
        }

    def _without_capture(self) -> list[dict[str, Any]]:
        if not self.not_captured:
            return []
        return [{"at_ms": _ms(self._last_ms), "code": "capture_not_written", "sentence": self.not_captured}]

    def row(self) -> dict[str, Any]:
        """The call as one line of a list. Numbers show only their end: the list is printed and copied around."""
        report = self.report()
        keys = ("call_id", "started_at", "duration_ms", "outcome", "end_reason", "capture")
        shown = {key: report[key] for key in keys}
        return {**shown, "agent": self.agent, "from": str(self.caller), "to": str(self.called), "phase": self._phase()}

    def _phase(self) -> str | None:
        return max(self._phases, key=lambda phase: self._phases[phase]) if self._phases else None

    def _began(self, note: notes.CallBeganNoted) -> None:
        self.agent, self.caller, self.called = note.agent, note.caller, note.called
        self._answering = note.agent
        self._engine, self.correlation_id, self._started_at = note.engine, note.correlation_id, note.started_at

    def _over(self, note: notes.CallEndedNoted) -> None:
        self._outcome, self._reason, self.ended = note.outcome, note.reason, True
        self._frames = {"caller_in": note.caller_in, "agent_out": note.agent_out, "dropped": note.dropped}

    def _speech_began(self, at_ms: float, latency: float | None) -> None:
        if self._first_audio_ms is None:
            self._first_audio_ms = at_ms
        if latency is not None:
            self._latencies.append(latency)

    def _agent_turn(self, note: notes.AgentTurnNoted) -> None:
        turn = _turn("agent", note.text.shown, note.start_ms, note.end_ms)
        turn["agent"] = self._spoken_by.pop(note.item_id, self._answering) or None
        turn["interrupted"] = note.interrupted
        turn["heard_ms"], turn["latency_ms"] = _ms(note.heard_ms), rounded(note.latency_ms)
        self._turns.append(turn)

    def _add_usage(self, usage: dict[str, int]) -> None:
        for kind, count in usage.items():
            self._usage[kind] = self._usage.get(kind, 0) + count

    def _latency(self) -> dict[str, float | None]:
        answer = self._phases.get("answered")
        first = self._phases.get("first_audio", self._first_audio_ms)
        turns = spread(self._latencies)
        return {
            "answer": rounded(answer),
            "first_audio": rounded(None if first is None else max(0.0, first - (answer or 0.0))),
            "turn_p50": turns["p50"],
            "turn_p95": turns["p95"],
            "barge_in_stop_p95": rounded(percentile([barge_in["stop_ms"] for barge_in in self._barge_ins], 0.95)),
        }


def _turn(role: str, text: str, start_ms: float, end_ms: float) -> dict[str, Any]:
    return {
        "role": role,
        "agent": None,
        "text": text,
        "start_ms": _ms(start_ms),
        "end_ms": _ms(end_ms),
        "interrupted": False,
        "heard_ms": None,
        "latency_ms": None,
    }


def _tool(note: notes.ToolNoted) -> dict[str, Any]:
    return {
        "name": note.name,
        "arguments": _parsed(note.arguments.shown),
        "result": _parsed(note.output.shown),
        "outcome": note.outcome,
        "duration_ms": _ms(note.duration_ms),
    }


def _transfer(note: notes.TransferNoted) -> dict[str, Any]:
    told = {"target": note.target, "outcome": note.outcome, "duration_ms": _ms(note.duration_ms)}
    return {**told, "mode": note.mode, "code": note.code or None}


def _parsed(text: str) -> Any:
    """JSON where it is JSON: a model's arguments need not be. What is nested beyond reason stays text; reports are walked."""
    try:
        return read_json(text)
    except ValueError:
        return text or None


def _ms(value: float) -> float:
    return round(value, 3)


def _iso(unix_seconds: float | None) -> str | None:
    if unix_seconds is None:
        return None
    return datetime.fromtimestamp(unix_seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
