"""Turn and answer: what happens between the caller beginning to speak and the response being done. Pure.

The order of events is the recorded one. Two families differ (`native`): models that hear and speak themselves open the response
at once, and the transcript drops in somewhere behind its first words; cascaded models transcribe first, then show the caller's
item with its transcript filled, then open the response (unverified: vl-cascaded-order).

One response at a time. It is *asked* of the source only when the transcripts of all the caller's turns are there, because a
source that thinks in text needs them; the client cannot see the difference.

    speech_started ──(interrupt)──> running response: truncated?, closing events, response.done cancelled
    speech_stopped ──> committed, item ──> response.created ──(transcripts there)──> asked ──> words, sound, calls ──> done
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.emulators.voice_live import answers, errors, late, requests
from voiceagent.emulators.voice_live.answers import Event, Heard
from voiceagent.emulators.voice_live.conversation import Conversation, Item
from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.emulators.voice_live.marks import marks_of
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.reply import Reply
from voiceagent.emulators.voice_live.source import Entry, Transcript, Utterance
from voiceagent.emulators.voice_live.steps import Answer, Send, Silence, Step, Transcribe
from voiceagent.emulators.voice_live.templates import Session


@dataclass(frozen=True, slots=True)
class Wanted:
    """A response that was created: its effective session and what the client said about it."""

    session: Session
    additional: str = ""
    verbatim: str | None = None
    entries: tuple[Entry, ...] | None = None
    """What to answer to in place of the conversation."""
    hidden: bool = False
    """Kept out of the conversation (`conversation: none`)."""


class Exchange:
    """See the module's text. Every method appends to `steps`, which the session takes away."""

    def __init__(self, *, ids: Ids, offer: Offer, clock: Callable[[], float], late_deltas: int = 0) -> None:
        self.conversation = Conversation()
        self.replies: list[Reply] = []
        self.active: Reply | None = None
        self.steps: list[Step] = []
        self.offer = offer
        self.native = offer.native
        self._ids = ids
        self._clock = clock
        self._late_deltas = late_deltas
        self._conversation_id = ids.conversation()
        self._unasked: Wanted | None = None
        self._owes_response = False
        """A turn of the caller still waits for its response."""
        self._turn_item: str | None = None
        """The item announced for a turn under way."""
        self._turn_at_ms = 0.0
        self.functions: Callable[[], tuple[Mapping[str, Any], ...]] = tuple
        """Tools that the thinker may choose from beside the session's own."""
        self.avatar = False
        """Whether a face is connected, which is told when to speak."""
        self._unheard: dict[str, Item] = {}
        """Turns whose transcript is not there yet."""
        self._held: list[Event] = []
        """Transcription events waiting for the response's first words."""
        self._quiet_from: float | None = None
        """When the last response will have been heard to its end; None while anybody speaks, or is about to."""

    def send(self, event: Event) -> None:
        """An event for the client, with a fresh id."""
        self.steps.append(Send({"event_id": self._ids.event(), **event}))

    # --- the caller's turn

    def speech_started(self, at_ms: float, session: Session) -> None:
        """The caller began; interrupts the answer when the session says so. unverified: vl-barge-in-order"""
        self._turn_item, self._turn_at_ms, self._quiet_from = self._ids.item(), at_ms, None
        self.send(answers.event("input_audio_buffer.speech_started", audio_start_ms=int(at_ms), item_id=self._turn_item))
        detection = session["turn_detection"] or {}
        if not detection.get("interrupt_response"):
            return
        self._owes_response = False
        if detection.get("auto_truncate"):
            self._auto_truncate(str(detection.get("appended_text_after_truncation") or ""))
        if self.active is not None:
            self.cancel("turn_detected")

    def speech_stopped(self, at_ms: float, utterance: Utterance, session: Session) -> None:
        """The caller's turn is over; a response follows when the session says so."""
        self._turn_item = self._turn_item or self._ids.item()
        self.send(answers.event("input_audio_buffer.speech_stopped", audio_end_ms=int(at_ms), item_id=self._turn_item))
        self.turn_ended(utterance)
        if (session["turn_detection"] or {}).get("create_response"):
            self._owes_response = True
            if self.native:
                self._respond_if_owed(session)

    def turn_ended(self, utterance: Utterance) -> None:
        """The turn's audio became an item, by the ear or by the client's commit."""
        item_id, self._turn_item = self._turn_item or self._ids.item(), None
        parts = [{"type": "input_audio", "transcript": None}]
        item = Item(item_id, "message", role="user", parts=parts, audio_ms=utterance.duration_ms, starts_ms=self._turn_at_ms)
        previous = self.conversation.add(item)
        self._unheard[item_id] = item
        self.send(answers.event("input_audio_buffer.committed", previous_item_id=previous, item_id=item_id))
        if self.native:
            self.send(answers.item_created(previous, item.shown()))
            self.send(answers.item_done(previous, item.shown()))
        self.steps.append(Transcribe(item_id, utterance))

    # unverified: vl-idle-timeout
    def nobody_spoke(self, at_ms: float, session: Session) -> None:
        """Audio went on up to `at_ms`: answer the silence, if the session says for how long it may last and it has."""
        patience_ms = (session["turn_detection"] or {}).get("idle_timeout_ms")
        if not patience_ms or self._quiet_from is None or self._clock() < self._quiet_from + patience_ms:
            return
        item_id, self._quiet_from = self._ids.item(), None
        span = {"audio_start_ms": int(max(0.0, at_ms - patience_ms)), "audio_end_ms": int(at_ms)}
        self.send(answers.event("input_audio_buffer.timeout_triggered", **span, item_id=item_id))
        item = Item(item_id, "message", role="user", parts=[{"type": "input_audio", "transcript": None}], starts_ms=at_ms)
        previous = self.conversation.add(item)
        self.send(answers.event("input_audio_buffer.committed", previous_item_id=previous, item_id=item_id))
        self.send(answers.item_created(previous, item.shown()))
        self.send(answers.item_done(previous, item.shown()))
        self.create(Wanted(dict(session)))

    def transcribed(self, item_id: str, transcript: Transcript, session: Session) -> None:
        """The words of a turn are there."""
        if item := self._unheard.pop(item_id, None):
            item.parts = [{"type": "input_audio", "transcript": transcript.text}]
            item.confidence = transcript.confidence
            words = Heard(transcript.text, transcript.confidence, item.starts_ms, item.audio_ms)
            told = [answers.transcription_completed(item_id, words, told_in=session)]
            if transcript.text and _streams(session["input_audio_transcription"]):
                told.insert(0, answers.transcription_delta(item_id, transcript.text))
            if transcript.text and _tells_speakers(session["input_audio_transcription"]):
                told.insert(0, answers.transcription_segment(item_id, words, segment_id=self._ids.segment()))
            self._heard(item, told, session)

    def transcription_failed(self, item_id: str, fault: Event, session: Session) -> None:
        """The words of a turn will never be there."""
        if item := self._unheard.pop(item_id, None):
            self._heard(item, [answers.transcription_failed(item_id, fault)], session)

    def _heard(self, item: Item, told: list[Event], session: Session) -> None:
        told = told if session["input_audio_transcription"] is not None else []
        if self.native and self.active is not None and not self.active.began:
            self._held += told
        else:
            for event in told:
                self.send(event)
        if not self.native:
            self.send(answers.item_created(self.conversation.before(item), item.shown()))
            self._respond_if_owed(session)
        self._ask()

    def _auto_truncate(self, marker: str) -> None:
        """Cut the last spoken answer at what somebody has heard who plays it as it comes."""
        reply = self.replies[-1] if self.replies else None
        if reply is None or reply.first_audio_at is None:
            return
        heard_ms = self._clock() - reply.first_audio_at
        item = next((one for one in reversed(reply.items) if one in self.conversation.items and one.spoken), None)
        if item is None:
            return
        if item.spoken and item.spoken.heard_ms is None and heard_ms < item.spoken.audio_ms:
            self.truncate(item.id, int(heard_ms), marker)

    def truncate(self, item_id: str, end_ms: float, marker: str = "") -> None:
        """Cut a spoken item; raises `Refusal`."""
        item = self.conversation.truncate(item_id, end_ms, marker)
        self.send(answers.event("conversation.item.truncated", item_id=item.id, content_index=0, audio_end_ms=end_ms))

    # --- the answer

    def create(self, wanted: Wanted) -> None:
        """Open a response; raises `Refusal` when one is running."""
        if self.active is not None:
            raise errors.response_active(self.active.id)
        self.active = Reply(
            response_id=self._ids.response(),
            conversation_id=None if wanted.hidden else self._conversation_id,
            session=wanted.session,
            ids=self._ids,
            conversation=self.conversation,
            native=self.native,
            clock=self._clock,
            marks=marks_of(wanted.session),
        )
        self._unasked, self._quiet_from = wanted, None
        self.replies.append(self.active)
        self.send(self.active.created())
        self._ask()

    def cancel(self, reason: str) -> None:
        """Stop the running response: `turn_detected` or `client_cancelled`."""
        assert self.active is not None
        reply = self.active
        self.steps.append(Silence(reply.id))
        self._finish("cancelled", {"type": "cancelled", "reason": reason})
        for _ in range(self._late_deltas):
            for event in reply.late_delta():
                self.send(event)

    def cancelled_by_client(self, session: Session) -> None:
        """The client stops the running response; a turn that waited for its end is answered now."""
        self.cancel("client_cancelled")
        self._respond_if_owed(session)

    def piece(self, response_id: str, make: Callable[[Reply], list[Event]]) -> None:
        """Something of the answer came; late pieces of a response that is over are dropped."""
        if self.active is None or self.active.id != response_id:
            return
        was_silent = self.active.first_audio_at is None
        for event in make(self.active):
            self.send(event)
        if self.avatar and was_silent and self.active.first_audio_at is not None:
            self.send(answers.event("session.avatar.switch_to_speaking", turn_id=self.active.id))
        if self._held and self.active.began:
            self.send(self._held.pop(0))

    def finished(self, response_id: str, session: Session, status: str, details: Mapping[str, Any] | None = None) -> None:
        """The answer is complete, or the source gave up."""
        if self.active is not None and self.active.id == response_id:
            self._finish(status, details)
            self._respond_if_owed(session)

    def playback_cleared(self) -> None:
        """Playback that the service does itself is stopped; only OpenAI tells whose it was."""
        whose = {} if self.offer.azure else {"response_id": self.replies[-1].id if self.replies else ""}
        self.send(answers.event("output_audio_buffer.cleared", **whose))

    def _respond_if_owed(self, session: Session) -> None:
        """Answer the caller's turn, unless a response is running, words are missing or the caller speaks again."""
        waits_for_words = bool(self._unheard) and not self.native
        if self._owes_response and self.active is None and self._turn_item is None and not waits_for_words:
            self._owes_response = False
            self.create(Wanted(dict(session)))

    def _ask(self) -> None:
        if self.active is None or self._unasked is None or self._unheard:
            return
        wanted, self._unasked = self._unasked, None
        if failure := late.failure_of(wanted.session, self.offer):
            fault = {"type": "invalid_request_error", "code": failure[0], "message": failure[1]}
            self._finish("failed", {"type": "failed", "error": fault})
            return
        entries = self.conversation.entries() if wanted.entries is None else wanted.entries
        request = requests.answer_request(
            self.active.id,
            wanted.session,
            entries,
            additional=wanted.additional,
            spoken_verbatim=wanted.verbatim,
            functions=self.functions(),
            offer=self.offer,
        )
        self.steps.append(Answer(request))

    def _finish(self, status: str, details: Mapping[str, Any] | None = None) -> None:
        assert self.active is not None
        for event in self._held:
            self.send(event)
        self._held.clear()
        for event in self.active.finished(status, details):
            self.send(event)
        self._quiet_from = self._clock() + self.active.audio_ms if status == "completed" else None
        if self.avatar and self.active.first_audio_at is not None:
            self.send(answers.event("session.avatar.switch_to_idle", turn_id=self.active.id))
        self.active = self._unasked = None


def _tells_speakers(transcription: Mapping[str, Any] | None) -> bool:
    """Whether the transcription model says who spoke when."""
    return str((transcription or {}).get("model")).endswith("-diarize")


def _streams(transcription: Mapping[str, Any] | None) -> bool:
    """Whether the transcription model sends a delta before the whole; Azure's own do not."""
    model = str((transcription or {}).get("model"))
    return not model.startswith(("azure-speech", "mai-transcribe"))
