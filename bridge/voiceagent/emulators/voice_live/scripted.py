"""Answers from a script: no models, tones in place of a voice, loudness in place of a detector. Light enough for load tests.

A script is a list of `Turn`s, one for each response of a session, in order. `Turn.hear` is what the ear understands when the
caller's speech leads to it, `expect` what the last words of the conversation must contain, `say` and `call` what is answered.

    Scripted([Turn(say="Hello!", ms=800),
              Turn(hear="where is my order", call=[("lookup_order", {"order_id": "4271"})]),
              Turn(expect="shipped", say="It has been shipped.", ms=1500)])
"""

from __future__ import annotations

import array
import asyncio
import json
import math
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from voiceagent.emulators.voice_live.source import (
    AnswerRequest,
    Begin,
    Call,
    Emit,
    Listening,
    Noticed,
    Piece,
    Scene,
    Sound,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Utterance,
    Words,
)
from voiceagent.speech.turns import TurnDetector, TurnParams, TurnStarted, TurnStopped

WINDOW_MS = 20
LOUD = 500
"""Peak of a 20 ms window (of 32767) that counts as speech: -36 dBFS, well above line noise, well below any voice."""
MS_PER_CHARACTER = 60
"""How long words take when the script does not say: about the pace of an unhurried speaker."""


class ScriptMismatchError(Exception):
    """The conversation is not the one the script expects; the response fails with this text."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One response. `ms` is the length of the tone (None: by the length of the text); `hear` and `expect` may be empty.

    With `unheard`, an error code, the caller's speech is not understood: its transcription fails. `wait_ms` is how long the
    answer takes to begin; `emit` are events that are sent as they are, before the calls.
    """

    say: str = ""
    ms: int | None = None
    call: Sequence[tuple[str, Mapping[str, Any]]] = ()
    hear: str = ""
    expect: str = ""
    unheard: str = ""
    wait_ms: int = 0
    emit: Sequence[Mapping[str, Any]] = ()


class UnheardError(Exception):
    """The script has the ear fail with this code."""

    def __init__(self, code: str) -> None:
        super().__init__("Input transcription failed.")
        self.code = code


@dataclass(frozen=True, slots=True)
class Scripted:
    """Makes a source for each session; every session runs the script from its start.

    `repeat` starts over at the end (otherwise a further response fails). `turns` gives the caller's turns as (start, end)
    milliseconds of the appended stream, in place of listening for loudness.
    """

    script: Sequence[Turn] = (Turn(say="Hello."),)
    repeat: bool = False
    turns: Sequence[tuple[int, int]] | None = None

    def __call__(self) -> ScriptedSource:
        return ScriptedSource(self)


@dataclass(frozen=True, slots=True)
class Loudness:
    """A scripted utterance holds nothing but its length."""

    duration_ms: float


@dataclass(slots=True)
class ScriptedSource:
    """An `AnswerSource` for one session."""

    scripted: Scripted
    position: int = 0
    _ear: LoudnessEar | AppointedEar | None = field(default=None, init=False)
    _committed_ms: float = field(default=0.0, init=False)
    _heard: int = field(default=-1, init=False)

    def open(self, scene: Callable[[], Scene], begin: Begin) -> None:
        """A script needs to know nothing."""

    def listen(self, listening: Listening) -> None:
        if self._ear is None:
            turns = self.scripted.turns
            self._ear = LoudnessEar() if turns is None else AppointedEar(list(turns))
        self._ear.listen(listening)

    async def hear(self, pcm: bytes) -> Sequence[Noticed]:
        assert self._ear is not None
        return self._ear.hear(pcm)

    def commit(self) -> Utterance:
        assert self._ear is not None
        now_ms = self._ear.now_ms
        utterance, self._committed_ms = Loudness(now_ms - self._committed_ms), now_ms
        return utterance

    def clear(self) -> None:
        assert self._ear is not None
        self._committed_ms = self._ear.now_ms

    async def transcribe(self, utterance: Utterance) -> Transcript:
        """What the script lets the coming turn hear; nothing when it has been heard already."""
        del utterance
        if self._heard == self.position:
            return Transcript("")
        self._heard = self.position
        turn = self._turn(self.position)
        if turn.unheard:
            raise UnheardError(turn.unheard)
        return Transcript(turn.hear)

    async def answer(self, request: AnswerRequest) -> AsyncGenerator[Piece, None]:
        if request.verbatim is not None:
            turn = Turn(say=request.verbatim)
        else:
            turn = self._turn(self.position)
            self._check(turn, request)
            self.position += 1
            if turn.wait_ms:
                await asyncio.sleep(turn.wait_ms / 1000)
        if turn.say:
            yield Words(turn.say)
            if request.speak:
                yield Sound(tone(len(turn.say) * MS_PER_CHARACTER if turn.ms is None else turn.ms, request.rate))
        for event in turn.emit:
            yield Emit(event)
        for name, arguments in turn.call:
            yield Call(name, json.dumps(arguments))

    async def close(self) -> None:
        """Nothing to give back."""

    def _turn(self, position: int) -> Turn:
        script = self.scripted.script
        if position >= len(script) and not self.scripted.repeat:
            raise ScriptMismatchError(f"the script has only {len(script)} turns")
        return script[position % len(script)]

    def _check(self, turn: Turn, request: AnswerRequest) -> None:
        last = request.entries[-1].text if request.entries else ""
        if turn.expect.casefold() not in last.casefold():
            raise ScriptMismatchError(f"turn {self.position + 1} expects {turn.expect!r}, the last words are {last!r}")


class LoudnessEar:
    """Turns by loudness, through the same turn logic as the real detector."""

    def __init__(self) -> None:
        self._detector: TurnDetector | None = None
        self._rules_on = False
        self._window_bytes = 0
        self._rest = b""
        self._start_ms = 0
        self.now_ms = 0.0

    def listen(self, listening: Listening) -> None:
        self._window_bytes = listening.rate * WINDOW_MS // 1000 * 2
        self._rules_on = listening.turns is not None
        if listening.turns is None:
            return
        rules = listening.turns
        params = TurnParams(rules.threshold, rules.prefix_padding_ms, rules.silence_duration_ms, speculate_ms=None)
        if self._detector is None:
            self._detector = TurnDetector(params, window_ms=WINDOW_MS)
        else:
            self._detector.configure(params)

    def hear(self, pcm: bytes) -> list[Noticed]:
        pcm = self._rest + pcm if self._rest else pcm
        whole = len(pcm) - len(pcm) % self._window_bytes
        self._rest = pcm[whole:]
        notices: list[Noticed] = []
        for begin in range(0, whole, self._window_bytes):
            self.now_ms += WINDOW_MS
            if self._rules_on:
                self._judge(pcm[begin : begin + self._window_bytes], notices)
        return notices

    def _judge(self, window: bytes, notices: list[Noticed]) -> None:
        assert self._detector is not None
        for event in self._detector.push(loudness(window)):
            if isinstance(event, TurnStarted):
                self._start_ms = event.audio_start_ms
                notices.append(SpeechStarted(event.audio_start_ms))
            elif isinstance(event, TurnStopped):
                duration = event.audio_end_ms - self._start_ms
                notices.append(SpeechStopped(event.audio_end_ms, Loudness(duration)))


class AppointedEar:
    """Turns at the times the script names, whatever the audio is."""

    def __init__(self, turns: list[tuple[int, int]]) -> None:
        self._moments: list[tuple[int, Noticed]] = []
        for start, end in turns:
            self._moments.append((start, SpeechStarted(start)))
            self._moments.append((end, SpeechStopped(end, Loudness(end - start))))
        self._bytes_per_ms = 48
        self.now_ms = 0.0

    def listen(self, listening: Listening) -> None:
        self._bytes_per_ms = listening.rate * 2 // 1000

    def hear(self, pcm: bytes) -> list[Noticed]:
        self.now_ms += len(pcm) / self._bytes_per_ms
        notices = []
        while self._moments and self._moments[0][0] <= self.now_ms:
            notices.append(self._moments.pop(0)[1])
        return notices


def loudness(window: bytes) -> float:
    """1.0 for a window with a peak that speech has, else 0.0; looks at every fourth sample."""
    samples = array.array("h", window)[::4]
    return 1.0 if samples and max(max(samples), -min(samples)) >= LOUD else 0.0


def tone(duration_ms: float, rate: int) -> bytes:
    """A 440 Hz tone of this length."""
    size = int(duration_ms * rate / 1000) * 2
    second = _tone_second(rate)
    return (second * (size // len(second) + 1))[:size]


@lru_cache(maxsize=8)
def _tone_second(rate: int) -> bytes:
    step = 2 * math.pi * 440 / rate
    return array.array("h", (int(8000 * math.sin(step * n)) for n in range(rate))).tobytes()
