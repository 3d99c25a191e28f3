"""What is played to a call and recognised from it: one operation at a time, the others wait in a queue. Pure.

An operation goes *waiting* → *preparing* (its prompt is fetched or spoken) → *playing* → for a recognition *listening* → over.
`interruptCallMediaOperation` and cancelAllMediaOperations end all of them, running and waiting, with a callback for each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.compatibility import Media, must_fit
from voiceagent.emulators.acs.effects import HushPrompt, PreparePrompt, Result, SoundPrompt
from voiceagent.emulators.acs.media_requests import PlayRequest, RecognizeRequest
from voiceagent.emulators.acs.prompts import Source
from voiceagent.emulators.acs.recognition import Outcome, Recognition

if TYPE_CHECKING:
    from voiceagent.emulators.acs.state import Call

# unverified: waiting-operations
LONGEST_QUEUE = 32
"""Operations that wait; the real limit is not documented. Further ones are refused."""

# unverified: media-subcodes
CANCELLED = Result(400, 8508, "Action failed, the operation was cancelled.")


@dataclass(slots=True)
class Turn:
    """One operation. `ends_at` is the end of its prompt."""

    number: int
    media: Media
    request: PlayRequest | RecognizeRequest
    recognition: Recognition | None = None
    stage: str = "waiting"
    length_ms: float = 0.0
    ends_at: float = 0.0

    @property
    def prompts(self) -> tuple[Source, ...]:
        return self.request.sources if isinstance(self.request, PlayRequest) else self.request.prompts


class Prompting:
    """The plays and recognitions of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._queue: list[Turn] = []

    # --- what the app asks for

    def play(self, request: PlayRequest, now: float) -> None:
        self._may_speak(request.sources)
        for target in request.to:
            self._call.participant(target)
        self._begin("PlayTo" if request.to else "PlayToAll", request, now)

    def recognize(self, request: RecognizeRequest, now: float) -> None:
        self._may_speak(request.prompts)
        self._call.participant(request.target)
        turn_media: Media = "Recognize" if len(self._call.roster) <= 2 else "GroupRecognize"
        recognition = Recognition(request)
        if recognition.wants_speech:
            self._call.must_have_speech()
        self._begin(turn_media, request, now, recognition)

    # unverified: cancel-all
    def cancel_all(self, now: float) -> None:
        self._call.must_be_connected()
        self._cancel(now)

    @property
    def wants_speech(self) -> bool:
        """A recognition takes what the caller says now, or will when its prompt is over."""
        return any(turn.recognition is not None and turn.recognition.wants_speech for turn in self._queue[:1])

    def running(self) -> list[Media]:
        return [turn.media for turn in self._queue]

    def close(self) -> None:
        """Our leg is over: everything stops, nothing is told."""
        if self._queue and self._queue[0].stage == "playing":
            self._call.ask(HushPrompt())
        self._queue.clear()

    # --- what happens

    def prepared(self, number: int, length_ms: float, now: float) -> None:
        """The prompt of an operation is ready to sound."""
        turn = self._preparing(number)
        if turn is None:
            return
        if isinstance(turn.request, PlayRequest):
            self._tell(turn, Outcome("PlayStarted", Result()))
        turn.stage, turn.length_ms = "playing", length_ms
        self._sound(turn, now)

    def not_prepared(self, number: int, index: int, result: Result, now: float) -> None:
        turn = self._preparing(number)
        if turn is not None:
            type_ = "PlayFailed" if turn.recognition is None else "RecognizeFailed"
            self._finish(turn, Outcome(type_, result, {"failed_play_source_index": index}), now)

    def key(self, key: str, now: float) -> None:
        """The caller pressed a key."""
        # unverified: lost-keys
        turn = self._listening(now, wanted=lambda one: one.wants_keys)
        if turn is not None and turn.recognition is not None:
            self._settle(turn, turn.recognition.key(key, now), now)

    def speech_began(self, now: float) -> None:
        turn = self._listening(now, wanted=lambda one: one.wants_speech)
        if turn is not None and turn.recognition is not None:
            turn.recognition.speech_began()

    def heard(self, text: str, confidence: float, now: float) -> None:
        """What the caller said, once it was over."""
        turn = self._queue[0] if self._queue else None
        if turn is not None and turn.stage == "listening" and turn.recognition is not None:
            turn.recognition.heard(text, confidence, now)

    def tick(self, now: float) -> None:
        turn = self._queue[0] if self._queue else None
        if turn is None:
            return
        if turn.stage == "playing" and now >= turn.ends_at:
            self._prompt_ended(turn, now)
        elif turn.stage == "listening" and turn.recognition is not None:
            self._settle(turn, turn.recognition.tick(now), now)

    # --- within

    def _may_speak(self, sources: tuple[Source, ...]) -> None:
        self._call.must_be_connected()
        if any(source.kind == "words" for source in sources):
            self._call.must_have_speech()

    def _begin(
        self, media: Media, request: PlayRequest | RecognizeRequest, now: float, recognition: Recognition | None = None
    ) -> None:
        if request.interrupts:
            self._cancel(now)
        must_fit(media, [*self.running(), *self._call.keypad.running()])
        if len(self._queue) >= LONGEST_QUEUE:
            raise errors.wrong_media_mode(f"{LONGEST_QUEUE} media operations are waiting.")
        self._queue.append(Turn(self._call.prompt_number(), media, request, recognition))
        self._next(now)

    def _next(self, now: float) -> None:
        if not self._queue or self._queue[0].stage != "waiting":
            return
        turn = self._queue[0]
        if turn.prompts:
            turn.stage = "preparing"
            self._call.ask(PreparePrompt(turn.number, turn.prompts))
        else:
            self._listen(turn, now)

    # unverified: recognition-prompt
    def _sound(self, turn: Turn, now: float) -> None:
        turn.ends_at = now + turn.length_ms
        to = turn.request.to if isinstance(turn.request, PlayRequest) else (turn.request.target,)
        self._call.ask(SoundPrompt(turn.number, audible=not to or self._call.order.caller in to))

    def _prompt_ended(self, turn: Turn, now: float) -> None:
        if turn.recognition is not None:
            self._listen(turn, now)
        elif isinstance(turn.request, PlayRequest) and turn.request.loop and turn.length_ms > 0:
            self._sound(turn, turn.ends_at)
        else:
            self._finish(turn, Outcome("PlayCompleted", Result()), now)

    def _listen(self, turn: Turn, now: float) -> None:
        assert turn.recognition is not None
        turn.stage = "listening"
        turn.recognition.listen(now)

    def _listening(self, now: float, *, wanted: Callable[[Recognition], bool]) -> Turn | None:
        """The recognition that hears what the caller does now; a prompt that may be interrupted by that falls silent."""
        turn = self._queue[0] if self._queue else None
        if turn is None or turn.recognition is None or not wanted(turn.recognition):
            return None
        interruptible = isinstance(turn.request, RecognizeRequest) and turn.request.prompt_may_be_interrupted
        if turn.stage == "playing" and interruptible:
            self._call.ask(HushPrompt())
            self._listen(turn, now)
        return turn if turn.stage == "listening" else None

    def _preparing(self, number: int) -> Turn | None:
        turn = self._queue[0] if self._queue else None
        return turn if turn is not None and turn.number == number and turn.stage == "preparing" else None

    def _settle(self, turn: Turn, outcome: Outcome | None, now: float) -> None:
        if outcome is not None:
            self._finish(turn, outcome, now)

    def _finish(self, turn: Turn, outcome: Outcome, now: float) -> None:
        self._queue.remove(turn)
        self._tell(turn, outcome)
        self._next(now)

    def _cancel(self, now: float) -> None:
        cancelled, self._queue = self._queue, []
        for turn in cancelled:
            if turn.stage == "playing":
                self._call.ask(HushPrompt())
            self._tell(turn, Outcome("PlayCanceled" if turn.recognition is None else "RecognizeCanceled", CANCELLED))
        if cancelled:
            self._call.diary.note("media_cancelled", now, operations=len(cancelled))

    def _tell(self, turn: Turn, outcome: Outcome) -> None:
        self._call.tell(outcome.type, turn.request.operation, outcome.result, **outcome.facts)
