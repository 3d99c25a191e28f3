"""What a call was like, in figures: the body of `GET /emulator/calls/{id}`.

All times in ms; latencies as the ear of the caller knew them.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.turns import turn_facts

if TYPE_CHECKING:
    from voiceagent.emulators.acs.circuit import Circuit
    from voiceagent.emulators.acs.diary import Diary
    from voiceagent.emulators.acs.state import Call


def summary(call: Call) -> dict[str, Any]:
    """One line of `GET /emulator/calls`."""
    return {
        "call_id": call.call_id,
        "state": "ended" if call.over else call.phase if call.phase != "disconnected" else "handed_over",
        "from": call.order.caller,
        "to": call.order.callee,
        "outcome": call.outcome or None,
        "end_reason": call.end_reason or None,
        "correlation_id": call.correlation_id,
        "server_call_id": call.server_call_id,
        "call_connection_id": call.connection_id if call.answered_at is not None else None,
    }


def measurements(circuit: Circuit, now: float, *, wall: float) -> dict[str, Any]:
    """Everything known of one call so far; `wall` is Unix time now, in seconds."""
    call, diary, turns = circuit.call, circuit.call.diary, circuit.turns
    latencies = [turn.latency_ms for turn in turns.turns if turn.latency_ms is not None]
    answered = call.answered_at
    return {
        **summary(call),
        "rang_at": rang_at(diary, now, wall),
        "duration_ms": diary.since_ring(call.ended_at if call.ended_at is not None else now),
        "answer_ms": None if answered is None else diary.since_ring(answered),
        "media_open_ms": next((round(line.at_ms, 1) for line in diary.all("media_open")), None),
        "first_audio_ms": round(turns.turns[0].start_ms - answered, 1) if turns.turns and answered is not None else None,
        "turns": [turn_facts(turn, diary) for turn in turns.turns],
        "latencies_ms": latencies,
        "latency_p50_ms": round(median(latencies), 1) if latencies else None,
        "barge_ins": [
            {"at_ms": diary.since_ring(one.at_ms), "stop_ms": one.stop_ms, "cut": one.cut} for one in turns.barge_ins
        ],
        "said": [
            {
                "text": words.text,
                "start_ms": diary.since_ring(at + words.begins_ms),
                "end_ms": diary.since_ring(at + words.ends_ms),
            }
            for at, words in circuit.caller.spoken
        ],
        "frames": _frames(circuit),
        "heard_ms": round(sum(turn.heard_ms for turn in turns.turns), 1),
        "queued_ms": round(circuit.ear.queued_ms(now), 1),
        "flushes": len(circuit.ear.flushes),
        "rate": circuit.ear.rate,
        "recordings": [{"recording_id": r.recording_id, "state": r.state} for r in call.recordings.values()],
        "ear_wav": f"/emulator/calls/{call.call_id}/ear.wav",
    }


def rang_at(diary: Diary, now: float, wall: float) -> float:
    """When the phone began to ring, in Unix seconds: by that the account of somebody else is laid beside this one."""
    return round(wall - diary.since_ring(now) / 1000, 4)


def _frames(circuit: Circuit) -> dict[str, Any]:
    counts = circuit.stream.counts
    return {
        "sent": counts.sent,
        "silent": counts.silent,
        "lost": counts.lost,
        "received": circuit.ear.received,
        "malformed": counts.malformed + circuit.ear.malformed,
        "unknown": counts.unknown,
        **circuit.stream.lateness.json(),
    }
