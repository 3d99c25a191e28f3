"""Answers from the `speech` parts: a detector that finds turns, an ear, a thinker and a voice, all on this machine.

The ear begins at a short silence, before the turn is known to be over, and is mostly done when it is; when the words sound
unfinished, the end of the turn is waited for a little longer. Blocking work runs on the parts' threads.

    async with load_parts(section) as parts:
        async with VoiceLiveEmulator(Embedded(parts), key="…") as emulator: ...
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import cast

from voiceagent.emulators.voice_live.source import (
    AnswerRequest,
    Begin,
    Call,
    Entry,
    Listening,
    Noticed,
    Piece,
    Scene,
    Sound,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    TurnRules,
    Utterance,
    Words,
)
from voiceagent.speech.listen import Listener
from voiceagent.speech.parts import Parts
from voiceagent.speech.port import HEARING_RATE, Heard
from voiceagent.speech.think import port as think
from voiceagent.speech.turns import TurnEvent, TurnMayBeOver, TurnParams, TurnResumed, TurnStarted

PATIENCE_MS = 700
"""How much longer than usual a turn may pause when its words break off: people look a number up in about a second."""
TAIL_MS = 96
"""Audio behind the last voiced window that the early transcription still gets: final consonants are quiet."""
LONGEST_MS = 120_000
"""Audio kept for a client that commits by itself; more loses the oldest."""

_SENTENCE_END = re.compile(r"(?<=[.!?])(?=\s+[\"'(]?[A-Z0-9])")
_SHORTEST = 12
"""A sentence shorter than this is spoken with the next: "Dr." is none."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Makes a source for each session; all share the parts."""

    parts: Parts

    def __call__(self) -> EmbeddedSource:
        return EmbeddedSource(self.parts)


class Guess:
    """A transcription begun before the turn was known to be over; dropped when the caller goes on."""

    def __init__(self) -> None:
        self.dropped = False
        self.heard: Heard | None = None
        """None: not there yet, or failed."""
        self._done = asyncio.Event()

    def is_dropped(self) -> bool:
        return self.dropped

    async def run(self, parts: Parts, pcm: bytes, wanted: think.DigitsWanted | None) -> None:
        """Transcribe; a failure shows as no result, and the whole turn is then transcribed again."""
        try:
            self.heard = await parts.hear(pcm, wanted=wanted, cancelled=self.is_dropped)
        finally:
            self._done.set()

    async def result(self) -> Heard | None:
        """Wait for the words."""
        await self._done.wait()
        return self.heard


@dataclass(frozen=True, slots=True)
class Turn:
    """Audio of a turn at the ear's rate, and the transcription of it that may have begun."""

    pcm: bytes
    guess: Guess | None = None

    @property
    def duration_ms(self) -> float:
        return len(self.pcm) / (HEARING_RATE * 2 / 1000)


class EmbeddedSource:
    """An `AnswerSource` over the parts, for one session."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._thinker = parts.borrow_thinker()
        self._scene: Callable[[], Scene] = lambda: Scene((), ())
        self._begin: Begin
        self._rate = 0
        self._rules: TurnRules | None = None
        self._listener: Listener | None = None
        self._guess: Guess | None = None
        self._manual = bytearray()
        """Audio since the last commit of a client that commits by itself, at the session's rate."""
        self._committed_ms = 0.0

    def open(self, scene: Callable[[], Scene], begin: Begin) -> None:
        self._scene, self._begin = scene, begin

    def listen(self, listening: Listening) -> None:
        if listening.rate != self._rate:
            self._listener, self._rate = None, listening.rate
        self._rules = listening.turns
        if listening.turns is None:
            return
        params = _params(listening.turns)
        if self._listener is None:
            self._listener = self._parts.new_listener(rate=listening.rate, params=params)
        else:
            self._listener.turns.configure(params)

    async def hear(self, pcm: bytes) -> Sequence[Noticed]:
        if self._rules is None or self._listener is None:
            self._manual += pcm
            del self._manual[: max(0, len(self._manual) - LONGEST_MS * self._rate * 2 // 1000)]
            return ()
        notices: list[Noticed] = []
        for event in await self._parts.listen(self._listener, pcm):
            if (notice := self._noticed(self._listener, event)) is not None:
                notices.append(notice)
        return notices

    def commit(self) -> Utterance:
        if self._rules is None or self._listener is None:
            from voiceagent.audio.resample import resample

            pcm = resample(bytes(self._manual), self._rate, HEARING_RATE)
            self._manual.clear()
            return Turn(pcm)
        turn = Turn(self._listener.audio(self._committed_ms))
        self.clear()
        return turn

    def clear(self) -> None:
        self._manual.clear()
        self._drop_guess()
        if self._listener is not None:
            self._committed_ms = self._listener.turns.now_ms
            self._listener.clear()

    async def transcribe(self, utterance: Utterance) -> Transcript:
        turn = cast(Turn, utterance)
        heard = await turn.guess.result() if turn.guess else None
        if heard is None:
            heard = await self._parts.hear(turn.pcm, wanted=self._wanted())
        return Transcript(heard.text, heard.confidence)

    async def answer(self, request: AnswerRequest) -> AsyncGenerator[Piece, None]:
        over, space = asyncio.Event(), ""
        try:
            async for move in self._moves(request):
                if isinstance(move, think.Call):
                    yield Call(move.name, move.arguments)
                    continue
                text = space + move.text
                words = text.rstrip()
                space = text[len(words) :]  # between two sentences, which a voice is given apart: it goes with the second
                for sentence in sentences(words):
                    yield Words(sentence)
                    if not request.speak:
                        continue
                    async for chunk in self._parts.say(sentence.strip(), rate=request.rate, cancelled=over.is_set):
                        yield Sound(chunk)
        finally:
            over.set()

    async def close(self) -> None:
        self._drop_guess()
        await self._parts.return_thinker(self._thinker)

    async def _moves(self, request: AnswerRequest) -> AsyncGenerator[think.Said | think.Call, None]:
        if request.verbatim is not None:
            yield think.Said(request.verbatim)
            return
        tools = () if request.tool_choice == "none" else request.tools
        async for move in self._thinker.reply(conversation(request.entries), tools, request.instructions):
            yield move

    def _noticed(self, listener: Listener, event: TurnEvent) -> Noticed | None:
        match event:
            case TurnStarted(audio_start_ms):
                return SpeechStarted(audio_start_ms)
            case TurnMayBeOver(speech_end_ms):
                self._drop_guess()
                self._guess = Guess()
                self._begin(self._listen_ahead(listener, self._guess, listener.utterance(until_ms=speech_end_ms + TAIL_MS)))
                return None
            case TurnResumed():
                self._drop_guess()
                return None
        guess, self._guess = self._guess, None
        self._committed_ms = event.audio_end_ms
        pcm = listener.utterance(until_ms=event.audio_end_ms)
        return SpeechStopped(event.audio_end_ms, Turn(pcm, guess))

    async def _listen_ahead(self, listener: Listener, guess: Guess, pcm: bytes) -> None:
        with contextlib.suppress(Exception):  # whatever failed fails again, and is told, when the turn itself is transcribed
            await guess.run(self._parts, pcm, self._wanted())
        scene, heard = self._scene(), guess.heard
        # Only while this turn still waits for its end: patience given later would be the next turn's.
        if self._guess is guess and heard and self._thinker.unfinished(conversation(scene.entries), heard.text, scene.tools):
            listener.turns.be_patient(PATIENCE_MS)

    def _wanted(self) -> think.DigitsWanted | None:
        scene = self._scene()
        return self._thinker.expects_digits(conversation(scene.entries), scene.tools)

    def _drop_guess(self) -> None:
        if self._guess is not None:
            self._guess.dropped = True
            self._guess = None


def conversation(entries: Sequence[Entry]) -> list[think.Item]:
    """The conversation in the thinker's words."""
    return [_item(entry) for entry in entries]


def sentences(text: str) -> list[str]:
    """A text cut where a voice may begin anew; joined they are the text again."""
    pieces: list[str] = []
    for piece in _SENTENCE_END.split(text):
        if pieces and len(pieces[-1].strip()) < _SHORTEST:
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return [piece for piece in pieces if piece.strip()]


def _item(entry: Entry) -> think.Item:
    if entry.kind == "call":
        return think.ToolWasCalled(entry.call_id, entry.name, entry.text)
    if entry.kind == "output":
        return think.ToolAnswered(entry.call_id, entry.text)
    if entry.role == "user":
        return think.CallerSaid(entry.text, entry.confidence)
    return think.AgentSaid(entry.text) if entry.role == "assistant" else think.SystemSaid(entry.text)


def _params(rules: TurnRules) -> TurnParams:
    return TurnParams(rules.threshold, rules.prefix_padding_ms, rules.silence_duration_ms)
