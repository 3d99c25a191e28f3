"""One Voice Live session as a pure object: what arrives goes in, what must go out comes back. No sockets, no tasks, no clock.

Three kinds of things arrive: client events (`client_event`), what the ear noticed (`noticed`, `transcribed`) and what the
answer brings (`words`, `sound`, `call`, `answered`). Each returns a list of steps, to be carried out in order: events to send,
and orders to the source. Times are milliseconds of the caller's clock, passed in with each call.

The order of events is the recorded one. Two families differ (`native`): models that hear and speak themselves open the response
at once and the transcript drops in somewhere behind its first words; cascaded models transcribe first, then show the caller's
item with its transcript filled, then open the response.

One response at a time. It is *asked* of the source only when the transcripts of all caller turns before it are there, because a
source that thinks in text needs them; the client cannot see the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.emulators.voice_live import answers, errors, requests, settings
from voiceagent.emulators.voice_live.answers import Event
from voiceagent.emulators.voice_live.conversation import Conversation, Item, read_item
from voiceagent.emulators.voice_live.errors import Refusal
from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.emulators.voice_live.reply import Reply
from voiceagent.emulators.voice_live.settings import Session
from voiceagent.emulators.voice_live.source import AnswerRequest, Listening, Noticed, SpeechStarted, Utterance


@dataclass(frozen=True, slots=True)
class Send:
    """An event for the client; it has its `event_id`."""

    event: Event


@dataclass(frozen=True, slots=True)
class Listen:
    """New rules for the ear."""

    listening: Listening


@dataclass(frozen=True, slots=True)
class TakeBuffer:
    """The client commits: get the utterance and call `committed`."""


@dataclass(frozen=True, slots=True)
class ForgetBuffer:
    """The client cleared its audio."""


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Find the words of a turn and call `transcribed` or `transcription_failed`."""

    item_id: str
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Answer:
    """Make this response and report its pieces."""

    request: AnswerRequest


@dataclass(frozen=True, slots=True)
class Silence:
    """Stop making this response; nothing of it may be reported any more."""

    response_id: str


Step = Send | Listen | TakeBuffer | ForgetBuffer | Transcribe | Answer | Silence


@dataclass(slots=True)
class _Asked:
    """What the active response still needs to be asked of the source."""

    session: Session
    additional: str
    verbatim: str | None
    entries: tuple[Any, ...] | None = None
    extra: list[Item] = field(default_factory=list)


class SessionState:
    """See the module's text. `model` is the one of the URL, `honour_cancel_previous` makes a second response.create cancel."""

    def __init__(
        self, *, ids: Ids, model: str, expires_at: int, clock: Callable[[], float], honour_cancel_previous: bool = False
    ) -> None:
        self.native = settings.is_native(model)
        self.session: Session = settings.created(session_id=ids.session(), model=model, expires_at=expires_at)
        self.conversation = Conversation()
        self.replies: list[Reply] = []
        self.listening = settings.listening(self.session)
        """What the ear was told last."""
        self.wedged = False
        """Broken by an update; every further event is refused."""
        self._ids = ids
        self._clock = clock
        self._conversation_id = ids.conversation()
        self._honour_cancel_previous = honour_cancel_previous
        self._active: Reply | None = None
        self._asked: _Asked | None = None
        self._create_after = False
        self._turn_item: str | None = None
        self._pending: dict[str, Item] = {}
        self._held: list[Event] = []
        self._buffered_ms = 0.0
        self._appended_ms = 0.0
        self._steps: list[Step] = []

    # -- what arrives -------------------------------------------------------------------------------------------------

    def opened(self) -> list[Step]:
        """The connection is up."""
        self._send(answers.event("session.created", session=dict(self.session)))
        self._steps.append(Listen(self.listening))
        return self._taken()

    def appended(self, duration_ms: float) -> None:
        """Audio was appended (hot path: no event, no steps)."""
        self._buffered_ms += duration_ms
        self._appended_ms += duration_ms

    def client_event(self, event: Mapping[str, Any]) -> list[Step]:
        """Any client event but a good `input_audio_buffer.append`."""
        try:
            if self.wedged:
                raise errors.wedged()
            react = _REACTIONS.get(str(event.get("type")))
            if react is None:
                raise errors.unknown_type(event.get("type"))
            react(self, event)
        except Refusal as refusal:
            return self.refused(refusal, event)
        return self._taken()

    def refused(self, refusal: Refusal, event: Mapping[str, Any]) -> list[Step]:
        """Answer a client event with an error; the session stays open."""
        self._steps.clear()
        self.wedged = self.wedged or refusal.wedges
        event_id = event.get("event_id")
        self._send(answers.error(refusal.body(event_id if isinstance(event_id, str) else None)))
        return self._taken()

    def committed(self, utterance: Utterance) -> list[Step]:
        """The buffer the client committed."""
        self._turn_item = self._turn_item or self._ids.item()
        self._turn_ended(utterance)
        return self._taken()

    def noticed(self, notice: Noticed) -> list[Step]:
        """The ear noticed the begin or the end of speech."""
        if isinstance(notice, SpeechStarted):
            self._speech_started(notice.at_ms)
        else:
            self._speech_stopped(notice.at_ms, notice.utterance)
        return self._taken()

    def transcribed(self, item_id: str, text: str) -> list[Step]:
        """The words of a caller's turn."""
        item = self._pending.pop(item_id, None)
        if item is None:
            return []
        item.parts = [{"type": "input_audio", "transcript": text}]
        self._tell_transcript(item, [answers.transcription_completed(item_id, text)], text)
        self._ask()
        return self._taken()

    def transcription_failed(self, item_id: str, message: str) -> list[Step]:
        """The ear could not make words of a turn."""
        item = self._pending.pop(item_id, None)
        if item is None:
            return []
        self._tell_transcript(item, [answers.transcription_failed(item_id, message)], "")
        self._ask()
        return self._taken()

    def words(self, response_id: str, text: str, starts_ms: float) -> list[Step]:
        """Words of the answer, before their sound."""
        return self._from_reply(response_id, lambda reply: reply.words(text, starts_ms))

    def sound(self, response_id: str, payload: str, duration_ms: float) -> list[Step]:
        """One delta of the answer's audio, base64 in the session's output format."""
        return self._from_reply(response_id, lambda reply: reply.sound(payload, duration_ms))

    def call(self, response_id: str, name: str, arguments: str) -> list[Step]:
        """A function call of the answer."""
        return self._from_reply(response_id, lambda reply: reply.call(name, arguments))

    def answered(self, response_id: str) -> list[Step]:
        """The answer is complete."""
        if self._active is not None and self._active.id == response_id:
            self._finish("completed")
        return self._taken()

    def answer_failed(self, response_id: str, code: str, message: str) -> list[Step]:
        """The source gave up."""
        if self._active is not None and self._active.id == response_id:
            fault = {"type": "server_error", "code": code, "message": message}
            self._finish("failed", {"type": "failed", "error": fault})
        return self._taken()

    # -- client events ------------------------------------------------------------------------------------------------

    def _update_session(self, event: Mapping[str, Any]) -> None:
        patch = _mapping(event, "session")
        spoke = any(item.spoken for item in self.conversation.items)
        before = self.session
        self.session = settings.updated(before, patch, native=self.native, heard_audio=self._appended_ms > 0, spoke_audio=spoke)
        for name in settings.unknown_fields(before, patch):
            self._send(answers.warning(f"Unknown session field '{name}' is ignored.", code="unknown_parameter", param=name))
        listening = settings.listening(self.session)
        if listening != self.listening:
            self.listening = listening
            self._steps.append(Listen(listening))
        self._send(answers.event("session.updated", session=dict(self.session)))

    def _append(self, event: Mapping[str, Any]) -> None:
        raise errors.missing("audio") if "audio" not in event else errors.bad_audio()

    def _commit(self, _: Mapping[str, Any]) -> None:
        if self._buffered_ms <= 0:
            raise errors.buffer_too_small(self._buffered_ms)
        self._steps.append(TakeBuffer())

    def _clear(self, _: Mapping[str, Any]) -> None:
        self._buffered_ms = 0.0
        self._steps.append(ForgetBuffer())
        self._send(answers.event("input_audio_buffer.cleared"))

    def _create_item(self, event: Mapping[str, Any]) -> None:
        item = read_item(_mapping(event, "item"), new_id=self._ids.client_item())
        previous = self.conversation.add(item, event.get("previous_item_id"))
        self._send(answers.item_created(previous, item.shown()))

    def _retrieve_item(self, event: Mapping[str, Any]) -> None:
        item = self.conversation.find(event.get("item_id"), "retrieve")
        self._send(answers.event("conversation.item.retrieved", item=item.shown()))

    def _truncate_item(self, event: Mapping[str, Any]) -> None:
        end_ms = event.get("audio_end_ms")
        if not isinstance(end_ms, int | float) or isinstance(end_ms, bool) or end_ms < 0:
            raise errors.missing("audio_end_ms")
        self._truncate(event.get("item_id"), end_ms)

    def _delete_item(self, event: Mapping[str, Any]) -> None:
        self.conversation.delete(event.get("item_id"))
        self._send(answers.event("conversation.item.deleted", item_id=event.get("item_id")))

    def _create_response(self, event: Mapping[str, Any]) -> None:
        overrides = event.get("response") or {}
        effective = requests.effective_session(self.session, overrides)
        verbatim = requests.verbatim(overrides)
        extra = [read_item(body, new_id=self._ids.client_item()) for body in overrides.get("append_input_items") or ()]
        alone = overrides.get("input_items")
        entries = None if alone is None else tuple(read_item(body, new_id="").entry() for body in alone)
        if self._active is not None:
            if not (self._honour_cancel_previous and overrides.get("cancel_previous", True)):
                raise errors.response_active(self._active.id)
            self._cancel("client_cancelled")
        additional = str(event.get("additional_instructions") or "")
        asked = _Asked(effective, additional, verbatim, entries, extra)
        self._begin(asked, hidden=overrides.get("conversation") == "none")

    def _cancel_response(self, event: Mapping[str, Any]) -> None:
        wanted = event.get("response_id")
        if self._active is None or (wanted is not None and wanted != self._active.id):
            raise errors.nothing_to_cancel()
        self._cancel("client_cancelled")

    def _clear_output(self, _: Mapping[str, Any]) -> None:
        self._send(answers.event("output_audio_buffer.cleared"))

    # -- the caller's turn --------------------------------------------------------------------------------------------

    def _speech_started(self, at_ms: float) -> None:
        self._turn_item = self._ids.item()
        started = answers.event("input_audio_buffer.speech_started", audio_start_ms=int(at_ms), item_id=self._turn_item)
        self._send(started)
        detection = self.session["turn_detection"] or {}
        if not detection.get("interrupt_response"):
            return
        self._create_after = False
        if detection.get("auto_truncate"):
            self._auto_truncate(str(detection.get("appended_text_after_truncation") or ""))
        if self._active is not None:
            self._cancel("turn_detected")

    def _auto_truncate(self, marker: str) -> None:
        """Cut the last spoken answer at what a caller has heard who plays it as it comes."""
        reply = self.replies[-1] if self.replies else None
        item = next((one for one in reversed(reply.items) if one.spoken), None) if reply else None
        if reply is None or item is None or item.spoken is None or reply.first_audio_at is None:
            return
        heard_ms = self._clock() - reply.first_audio_at
        if item.spoken.heard_ms is None and heard_ms < item.spoken.audio_ms:
            self._truncate(item.id, int(heard_ms), marker)

    def _speech_stopped(self, at_ms: float, utterance: Utterance) -> None:
        self._turn_item = self._turn_item or self._ids.item()
        stopped = answers.event("input_audio_buffer.speech_stopped", audio_end_ms=int(at_ms), item_id=self._turn_item)
        self._send(stopped)
        self._turn_ended(utterance)
        detection = self.session["turn_detection"] or {}
        if detection.get("create_response"):
            self._create_after = True
            if self.native:
                self._create_when_free()

    def _turn_ended(self, utterance: Utterance) -> None:
        assert self._turn_item is not None
        item_id, self._turn_item = self._turn_item, None
        self._buffered_ms = 0.0
        parts = [{"type": "input_audio", "transcript": None}]
        item = Item(item_id, "message", role="user", parts=parts, audio_ms=utterance.duration_ms)
        previous = self.conversation.add(item)
        self._pending[item_id] = item
        self._send(answers.event("input_audio_buffer.committed", previous_item_id=previous, item_id=item_id))
        if self.native:
            self._send(answers.item_created(previous, item.shown()))
            self._send(answers.item_done(previous, item.shown()))
        self._steps.append(Transcribe(item_id, utterance))

    def _tell_transcript(self, item: Item, final: list[Event], text: str) -> None:
        transcription = self.session["input_audio_transcription"]
        events = final if transcription is not None else []
        if not self.native:
            for event in events:
                self._send(event)
            self._send(answers.item_created(self._before(item), item.shown()))
            if not self._pending:
                self._create_when_free()
            return
        if events and text and _streams(str(transcription.get("model"))):
            events = [answers.transcription_delta(item.id, text), *events]
        if self._active is not None and not self._active.began:
            self._held += events
        else:
            for event in events:
                self._send(event)

    def _before(self, item: Item) -> str | None:
        place = next((n for n, one in enumerate(self.conversation.items) if one is item), 0)
        return self.conversation.items[place - 1].id if place else None

    # -- the answer ---------------------------------------------------------------------------------------------------

    def _create_when_free(self) -> None:
        """A response for the caller's turn, unless one is running or the caller is speaking again."""
        if self._create_after and self._active is None and self._turn_item is None:
            self._create_after = False
            self._begin(_Asked(requests.effective_session(self.session, {}), "", None))

    def _begin(self, asked: _Asked, *, hidden: bool = False) -> None:
        for item in asked.extra:
            self._send(answers.item_created(self.conversation.add(item), item.shown()))
        reply = Reply(
            response_id=self._ids.response(),
            conversation_id=None if hidden else self._conversation_id,
            session=asked.session,
            ids=self._ids,
            conversation=self.conversation,
            native=self.native,
            clock=self._clock,
        )
        self.replies.append(reply)
        self._active, self._asked = reply, asked
        self._send(reply.created())
        self._ask()

    def _ask(self) -> None:
        if self._active is None or self._asked is None or self._pending:
            return
        asked, self._asked = self._asked, None
        entries = self.conversation.entries() if asked.entries is None else asked.entries
        request = requests.answer_request(
            self._active.id, asked.session, entries, additional=asked.additional, spoken_verbatim=asked.verbatim
        )
        self._steps.append(Answer(request))

    def _from_reply(self, response_id: str, make: Callable[[Reply], list[Event]]) -> list[Step]:
        if self._active is None or self._active.id != response_id:
            return []
        for event in make(self._active):
            self._send(event)
        if self._held and self._active.began:
            self._send(self._held.pop(0))
        return self._taken()

    def _cancel(self, reason: str) -> None:
        assert self._active is not None
        self._steps.append(Silence(self._active.id))
        self._finish("cancelled", {"type": "cancelled", "reason": reason})

    def _finish(self, status: str, details: Mapping[str, Any] | None = None) -> None:
        assert self._active is not None
        for event in self._held:
            self._send(event)
        self._held.clear()
        for event in self._active.finished(status, details):
            self._send(event)
        self._active = self._asked = None
        self._create_when_free()

    def _truncate(self, item_id: object, end_ms: float, marker: str = "") -> None:
        item = self.conversation.truncate(item_id, end_ms, marker)
        self._send(answers.event("conversation.item.truncated", item_id=item.id, content_index=0, audio_end_ms=end_ms))

    # -- steps --------------------------------------------------------------------------------------------------------

    def _send(self, event: Event) -> None:
        self._steps.append(Send({"event_id": self._ids.event(), **event}))

    def _taken(self) -> list[Step]:
        steps, self._steps = self._steps, []
        return steps


def _mapping(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = event.get(name)
    if not isinstance(value, Mapping):
        raise errors.missing(name)
    return value


def _streams(model: str) -> bool:
    """Whether a transcription model sends a delta before the whole; Azure's own do not."""
    return not model.startswith(("azure-speech", "mai-transcribe"))


_REACTIONS: dict[str, Callable[[SessionState, Mapping[str, Any]], None]] = {
    "session.update": SessionState._update_session,
    "input_audio_buffer.append": SessionState._append,
    "input_audio_buffer.commit": SessionState._commit,
    "input_audio_buffer.clear": SessionState._clear,
    "conversation.item.create": SessionState._create_item,
    "conversation.item.retrieve": SessionState._retrieve_item,
    "conversation.item.truncate": SessionState._truncate_item,
    "conversation.item.delete": SessionState._delete_item,
    "response.create": SessionState._create_response,
    "response.cancel": SessionState._cancel_response,
    "output_audio_buffer.clear": SessionState._clear_output,
}
