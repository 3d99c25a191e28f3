"""What a call was like, in figures: the body of `GET /emulator/calls/{id}`.

All times in ms; latencies as the ear of the caller knew them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.turns import TurnLog, turn_facts

if TYPE_CHECKING:
    from voiceagent.emulators.acs.circuit import Circuit
    from voiceagent.emulators.acs.diary import Diary
    from voiceagent.emulators.acs.ear import Ear
    from voiceagent.emulators.acs.lateness import Lateness
    from voiceagent.emulators.acs.media import FrameCounts
    from voiceagent.emulators.acs.script import Utterance
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
    call, stream = circuit.call, circuit.stream
    course = Course(
        call.diary,
        circuit.turns,
        circuit.ear,
        circuit.caller.spoken,
        stream.counts,
        stream.lateness,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
    )
    return {
        **summary(call),
        **figures(course, now, wall=wall),
        "recordings": [{"recording_id": r.recording_id, "state": r.state} for r in call.recordings.values()],
        "ear_wav": f"/emulator/calls/{call.call_id}/ear.wav",
    }


@dataclass(frozen=True, slots=True)
class Course:
    """What figures are made of, whichever service carries the call. Times in ms, on the emulator's clock."""

    diary: Diary
    turns: TurnLog
    ear: Ear
    spoken: Sequence[tuple[float, Utterance]]
    """What the caller said, and when."""
    counts: FrameCounts
    lateness: Lateness
    answered_at: float | None
    ended_at: float | None


def figures(course: Course, now: float, *, wall: float) -> dict[str, Any]:
    """What is measured of a call so far; `wall` is Unix time now, in seconds."""
    diary, turns, ear, answered = course.diary, course.turns, course.ear, course.answered_at
    latencies = [turn.latency_ms for turn in turns.turns if turn.latency_ms is not None]
    return {
        "rang_at": rang_at(diary, now, wall),
        "duration_ms": diary.since_ring(course.ended_at if course.ended_at is not None else now),
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
            for at, words in course.spoken
        ],
        "frames": _frames(course),
        "heard_ms": round(sum(turn.heard_ms for turn in turns.turns), 1),
        "queued_ms": round(ear.queued_ms(now), 1),
        "flushes": len(ear.flushes),
        "rate": ear.rate,
    }


def rang_at(diary: Diary, now: float, wall: float) -> float:
    """When the phone began to ring, in Unix seconds: by that the account of somebody else is laid beside this one."""
    return round(wall - diary.since_ring(now) / 1000, 4)


def _frames(course: Course) -> dict[str, Any]:
    counts, ear = course.counts, course.ear
    return {
        "sent": counts.sent,
        "silent": counts.silent,
        "lost": counts.lost,
        "received": ear.received,
        "malformed": counts.malformed + ear.malformed,
        "unknown": counts.unknown,
        **course.lateness.json(),
    }
