"""Who spoke when, as the caller knew it: the agent's turns, their latencies, how soon an interrupted agent fell silent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from voiceagent.emulators.acs.diary import Diary
from voiceagent.emulators.acs.ear import PAUSE_MS, Ear, Heard


@dataclass(slots=True)
class Turn:
    """One turn of the agent at the ear. `latency_ms` counts from the end of what the caller said, if it answers that."""

    stretches: list[Heard] = field(default_factory=list)
    latency_ms: float | None = None
    interrupted: bool = False

    @property
    def start_ms(self) -> float:
        return self.stretches[0].start_ms

    @property
    def end_ms(self) -> float:
        return self.stretches[-1].end_ms

    @property
    def heard_ms(self) -> float:
        return sum(stretch.speech_ms for stretch in self.stretches)


@dataclass(frozen=True, slots=True)
class BargeIn:
    """The caller began to speak at `at_ms` over the agent, who was silent `stop_ms` later; `cut`: because of StopAudio."""

    at_ms: float
    stop_ms: float
    cut: bool


class TurnLog:
    """`tick` every 20 ms; what it finds goes to the diary. A turn ends after `patience_ms` without speech."""

    def __init__(self, ear: Ear, diary: Diary, *, patience_ms: float) -> None:
        self.turns: list[Turn] = []
        self.barge_ins: list[BargeIn] = []
        self._ear = ear
        self._diary = diary
        self._patience_ms = patience_ms
        self._read = 0
        self._open: Turn | None = None
        self._unanswered: float | None = None
        self._onset: float | None = None
        self._overlap: tuple[float, Heard] | None = None

    def caller_speaks(self, start: float, end: float) -> None:
        """The caller's words are audible from `start` to `end`, which may lie ahead. For a pressed key both are the same."""
        if end > start:
            self._onset = start
        self._unanswered = end

    def tick(self, now: float) -> None:
        self._look_for_overlap(now)
        self._read_speech(now)
        if (turn := self._open) is not None and now - turn.end_ms >= self._patience_ms:
            self._close(turn, now)
        if self._overlap is not None and (self._overlap[1].cut or now > self._overlap[1].end_ms + PAUSE_MS):
            self._settle_overlap(*self._overlap, now)

    def finish(self, now: float) -> None:
        """The call has ended: close what is open."""
        self._read_speech(now)
        if self._overlap is not None:
            self._settle_overlap(*self._overlap, now)
        if self._open is not None:
            self._close(self._open, now)

    def _look_for_overlap(self, now: float) -> None:
        if self._onset is None or now < self._onset:
            return
        speech = self._ear.stretch_at(self._onset)
        if speech is not None and self._overlap is None:
            self._overlap = (self._onset, speech)
        self._onset = None

    def _settle_overlap(self, at: float, speech: Heard, now: float) -> None:
        self._overlap = None
        found = BargeIn(at, round(min(speech.end_ms, now) - at, 1), speech.cut)
        self.barge_ins.append(found)
        for turn in self.turns[-2:]:
            if speech in turn.stretches:
                turn.interrupted = True
        self._diary.note("barge_in", at, stop_ms=found.stop_ms, cut=found.cut)

    def _read_speech(self, now: float) -> None:
        stretches = self._ear.stretches
        while self._read < len(stretches) and stretches[self._read].start_ms <= now:
            self._take(stretches[self._read], now)
            self._read += 1

    def _take(self, speech: Heard, now: float) -> None:
        turn = self._open
        answers = self._unanswered is not None and speech.start_ms >= self._unanswered
        if turn is not None and not answers and speech.start_ms - turn.end_ms < self._patience_ms:
            turn.stretches.append(speech)
            return
        if turn is not None:
            self._close(turn, now)
        turn = self._open = Turn([speech])
        self.turns.append(turn)
        if answers and self._unanswered is not None:
            turn.latency_ms = round(speech.start_ms - self._unanswered, 1)
            self._unanswered = None
        self._diary.note("agent_begins", speech.start_ms, latency_ms=turn.latency_ms)

    def _close(self, turn: Turn, now: float) -> None:
        self._open = None
        turn.stretches[-1].end_ms = min(turn.end_ms, now)
        turn.interrupted = turn.interrupted or turn.stretches[-1].cut
        self._diary.note("agent_heard", turn.start_ms, **turn_facts(turn, self._diary))


def turn_facts(turn: Turn, diary: Diary) -> dict[str, Any]:
    return {
        "start_ms": diary.since_ring(turn.start_ms),
        "end_ms": diary.since_ring(turn.end_ms),
        "heard_ms": round(turn.heard_ms, 1),
        "latency_ms": turn.latency_ms,
        "interrupted": turn.interrupted,
    }
