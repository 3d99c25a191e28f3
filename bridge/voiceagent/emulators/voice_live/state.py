"""One Voice Live session as a pure object: what arrives goes in, what must go out comes back. No sockets, no tasks, no clock.

Three kinds of things arrive: client events (`client_event`), what the ear noticed (`noticed`, `transcribed`) and what the
answer brings (`words`, `sound`, `call`, `answered`). Each returns the steps to carry out, in order. What happens between the
caller's words and the answer is `exchange`'s; here are the session's settings, its buffer and its items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from voiceagent.emulators.voice_live import answers, avatar, errors, requests, settings, templates
from voiceagent.emulators.voice_live.client_turn import ClientTurn
from voiceagent.emulators.voice_live.conversation import read_item
from voiceagent.emulators.voice_live.errors import Refusal
from voiceagent.emulators.voice_live.exchange import Exchange, Wanted
from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.emulators.voice_live.mcp import Mcp
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.source import Noticed, Scene, SpeechStarted, Transcript, Utterance
from voiceagent.emulators.voice_live.steps import ForgetBuffer, Listen, Step, TakeBuffer
from voiceagent.emulators.voice_live.templates import Session
from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol import client_events as client
from voiceagent.protocol.realtime_event import ClientEvent, UnknownClientEvent, read_event


class SessionState:
    """See the module's text. `honour_cancel_previous` lets a second response.create cancel."""

    def __init__(
        self,
        *,
        ids: Ids,
        offer: Offer,
        expires_at: int,
        clock: Callable[[], float],
        honour_cancel_previous: bool = False,
        late_deltas: int = 0,
    ) -> None:
        self.offer = offer
        self.session: Session = templates.created(session_id=ids.session(), expires_at=expires_at, offer=offer)
        self.listening = settings.listening(self.session)
        """What the ear was told last."""
        self.wedged = False
        """Broken by an update; every further event is refused."""
        self.exchange = Exchange(ids=ids, offer=offer, clock=clock, late_deltas=late_deltas)
        self.ids = ids
        self._honour_cancel_previous = honour_cancel_previous
        self.mcp = Mcp(self.exchange, ids)
        self.exchange.functions = self.mcp.functions
        self.turn = ClientTurn(self.exchange, lambda: self.listening)
        self._buffered_ms = 0.0
        self._appended_ms = 0.0
        """Audio since the session began."""
        self._has_audio = False
        self._after_commit: client.ResponseCreate | None = None
        """A response that waits for the buffer to be an item."""

    def opened(self) -> list[Step]:
        """The connection is up."""
        self.exchange.send(answers.event("session.created", session=dict(self.session)))
        self.exchange.steps.append(Listen(self.listening))
        return self._taken()

    def scene(self) -> Scene:
        """What the ear may want to know."""
        functions = tuple(one for one in self.session["tools"] or () if one.get("type") == "function")
        return Scene(self.exchange.conversation.entries(), functions + self.mcp.functions())

    # --- from the client

    def appended(self, duration_ms: float) -> None:
        """Audio was appended (hot path: no event, no steps)."""
        self._buffered_ms += duration_ms
        self._appended_ms += duration_ms
        self._has_audio = True

    def nobody_spoke(self) -> list[Step]:
        """The last audio held no speech that anybody noticed."""
        self.exchange.nobody_spoke(self._appended_ms, self.session)
        return self._taken()

    def may_append(self, event: Mapping[str, Any]) -> None:
        """Whether audio is welcome now; raises `Refusal`."""
        if event.get("type") == "input_audio.turn.append":
            self.turn.check(event.get("turn_id"))

    def client_event(self, source: Mapping[str, Any]) -> list[Step]:
        """Any client event but a good `input_audio_buffer.append`; what is wrong with it is answered with an error."""
        try:
            if self.wedged:
                raise errors.wedged()
            event = read_event(source, client.CLIENT_EVENTS, UnknownClientEvent)
            if not self.offer.dialect.knows(event.type):
                raise errors.unknown_type(event.type)
            self._react(event)
        except Refusal as refusal:
            return self.refused(refusal, source)
        except RemoteProtocolError as error:
            return self.refused(Refusal(str(error)), source)
        return self._taken()

    def refused(self, refusal: Refusal, source: Mapping[str, Any]) -> list[Step]:
        """Answer a client event with an error; the session stays open."""
        self.exchange.steps.clear()
        self.wedged = self.wedged or refusal.wedges
        event_id = source.get("event_id")
        self.exchange.send(answers.error(refusal.body(event_id if isinstance(event_id, str) else None)))
        return self._taken()

    def committed(self, utterance: Utterance) -> list[Step]:
        """The buffer the client committed."""
        self._buffered_ms = 0.0
        self.exchange.turn_ended(utterance)
        wanted, self._after_commit = self._after_commit, None
        if wanted is not None:
            try:
                self._create_response(wanted)
            except Refusal as refusal:
                self.exchange.send(answers.error(refusal.body(wanted.event_id)))
        return self._taken()

    def _react(self, event: ClientEvent) -> None:
        exchange = self.exchange
        match event:
            case client.SessionUpdate():
                self._update(event.session)
            case client.InputAudioBufferCommit():
                self._commit()
            case client.InputAudioBufferClear():
                self._buffered_ms = 0.0
                exchange.steps.append(ForgetBuffer())
                exchange.send(answers.event("input_audio_buffer.cleared"))
            case client.ConversationItemCreate():
                self._create_item(event)
            case client.ConversationItemRetrieve():
                item = exchange.conversation.find(event.item_id, "retrieve")
                exchange.send(answers.event("conversation.item.retrieved", item=item.shown()))
            case client.ConversationItemTruncate():
                exchange.truncate(event.item_id, event.audio_end_ms)
            case client.ConversationItemDelete():
                exchange.conversation.delete(event.item_id)
                exchange.send(answers.event("conversation.item.deleted", item_id=event.item_id))
            case client.ResponseCreate():
                self._create_response(event)
            case client.ResponseCancel():
                self._cancel_response(event)
            case client.OutputAudioBufferClear():
                exchange.playback_cleared()
            case _:
                self._react_to_more(event)

    def _react_to_more(self, event: ClientEvent) -> None:
        """What few clients say."""
        match event:
            case client.InputTextDelta():  # unverified: vl-input-text
                self.exchange.conversation.write(event.id, event.delta, event.content_index or 0)
            case client.InputTextDone():
                self.exchange.conversation.write(event.id, "", event.content_index or 0)
            case client.InputAudioTurnStart():
                self.turn.start(event.turn_id)
            case client.InputAudioTurnEnd():
                self.turn.check(event.turn_id)
                self._commit()
                self.turn.over()
            case client.InputAudioTurnCancel() | client.InputAudioClear():
                self.turn.check(getattr(event, "turn_id", self.turn.id))
                self._buffered_ms = 0.0
                self.exchange.steps.append(ForgetBuffer())
                self.exchange.send(answers.event("input_audio_buffer.cleared"))
                self.turn.over()
            case client.SessionAvatarConnect():
                self.exchange.send(avatar.connecting(self.session, event.client_sdp))
                self.exchange.avatar = True
            case client.RtcCallSdpCreate():
                self.exchange.send(avatar.no_webrtc())
            case client.McpApprovalResponse():
                self.mcp.approved(read_item({"type": event.type, **event.extra}, new_id=self.ids.client_item()))
            case _:
                raise errors.unknown_type(event.type)

    def _update(self, patch: Mapping[str, Any]) -> None:
        spoke = any(item.spoken for item in self.exchange.conversation.items)
        before = self.session
        self.session = settings.updated(before, patch, self.offer, heard_audio=self._has_audio, spoke_audio=spoke)
        for name in settings.unknown_settings(before, patch, self.offer):
            warning = answers.warning(
                f"Unknown parameter: 'session.{name}'; it is ignored.", code="unknown_parameter", param=f"session.{name}"
            )
            self.exchange.send(warning)
        listening = settings.listening(self.session)
        if listening != self.listening:
            self.listening = listening
            self.exchange.steps.append(Listen(listening))
        self.exchange.send(answers.event("session.updated", session=dict(self.session)))
        self.mcp.configured(self.session["tools"])

    def _commit(self) -> None:
        if self._buffered_ms <= 0:
            raise errors.buffer_too_small(self._buffered_ms)
        self.exchange.steps.append(TakeBuffer())

    def _create_item(self, event: client.ConversationItemCreate) -> None:
        if event.item is None:
            raise errors.missing("item")
        item = read_item(event.item, new_id=self.ids.client_item())
        if item.kind == "mcp_approval_response":
            self.mcp.approved(item)
            return
        previous = self.exchange.conversation.add(item, event.previous_item_id)
        self.exchange.send(answers.item_created(previous, item.shown()))

    def _create_response(self, event: client.ResponseCreate) -> None:
        asked = event.response or {}
        # unverified: vl-commit
        if asked.get("commit") is True and self._buffered_ms > 0:
            self._after_commit = replace(event, response={**asked, "commit": False})
            self._commit()
            return
        effective = requests.effective_session(self.session, asked, self.offer)
        verbatim = requests.verbatim(asked)
        added = [read_item(body, new_id=self.ids.client_item()) for body in requests.items(asked, "append_input_items")]
        alone = None if asked.get("input_items") is None else requests.items(asked, "input_items")
        entries = None if alone is None else tuple(one for body in alone for one in read_item(body, new_id="").entries())
        if self.exchange.active and self._honour_cancel_previous and asked.get("cancel_previous", True):
            self.exchange.cancel("client_cancelled")
        if self.exchange.active:
            raise errors.response_active(self.exchange.active.id)
        for item in added:
            self.exchange.send(answers.item_created(self.exchange.conversation.add(item), item.shown()))
        hidden = asked.get("conversation") == "none"
        self.exchange.create(Wanted(effective, event.additional_instructions or "", verbatim, entries, hidden))

    def _cancel_response(self, event: client.ResponseCancel) -> None:
        active = self.exchange.active
        if active is None or (event.response_id is not None and event.response_id != active.id):
            raise errors.nothing_to_cancel()
        self.exchange.cancelled_by_client(self.session)

    # --- from the ear

    def noticed(self, notice: Noticed) -> list[Step]:
        """The ear noticed the begin or the end of speech."""
        if isinstance(notice, SpeechStarted):
            self.exchange.speech_started(notice.at_ms, self.session)
        else:
            self._buffered_ms = 0.0
            self.exchange.speech_stopped(notice.at_ms, notice.utterance, self.session)
        return self._taken()

    def transcribed(self, item_id: str, transcript: Transcript) -> list[Step]:
        """The words of a caller's turn."""
        self.exchange.transcribed(item_id, transcript, self.session)
        return self._taken()

    def transcription_failed(self, item_id: str, code: str, message: str) -> list[Step]:
        """The ear could not make words of a turn."""
        self.exchange.transcription_failed(item_id, answers.fault(code, message), self.session)
        return self._taken()

    # --- from the answering source

    def words(self, response_id: str, text: str, starts_ms: float) -> list[Step]:
        """Words of the answer, before their sound; `starts_ms` is where in the item's audio they begin."""
        self.exchange.piece(response_id, lambda reply: reply.words(text, starts_ms))
        return self._taken()

    def sound(self, response_id: str, payload: str, duration_ms: float) -> list[Step]:
        """One delta of the answer's audio, base64 in the response's output format."""
        self.exchange.piece(response_id, lambda reply: reply.sound(payload, duration_ms))
        return self._taken()

    def call(self, response_id: str, name: str, arguments: str) -> list[Step]:
        """A function call of the answer."""
        server = self.mcp.server_with(name)
        if server is None:
            self.exchange.piece(response_id, lambda reply: reply.call(name, arguments))
        else:
            self.mcp.called(response_id, server, name, arguments)
        return self._taken()

    def emit(self, response_id: str, event: Mapping[str, Any]) -> list[Step]:
        """An event of the script, as it is."""
        self.exchange.piece(response_id, lambda reply: reply.emit(event))
        return self._taken()

    def interim(self, response_id: str) -> list[Step]:
        """Words and sound from here on are said while the answer is still thought about."""
        self.exchange.piece(response_id, lambda reply: reply.interim())
        return self._taken()

    def interim_over(self, response_id: str) -> list[Step]:
        """The answer itself comes now."""
        self.exchange.piece(response_id, lambda reply: reply.interim_over())
        return self._taken()

    def answered(self, response_id: str) -> list[Step]:
        """The answer is complete."""
        self.exchange.finished(response_id, self.session, "completed")
        self.mcp.response_done(response_id)
        return self._taken()

    def answer_failed(self, response_id: str, code: str, message: str) -> list[Step]:
        """The source gave up."""
        fault = {"type": "server_error", "code": code, "message": message}
        self.exchange.finished(response_id, self.session, "failed", {"type": "failed", "error": fault})
        return self._taken()

    # --- from MCP servers

    def tools_listed(self, item_id: str, tools: Sequence[Mapping[str, Any]]) -> list[Step]:
        """A server told what it offers."""
        self.mcp.listed(item_id, tools)
        return self._taken()

    def tools_not_listed(self, item_id: str) -> list[Step]:
        """A server could not be asked."""
        self.mcp.not_listed(item_id)
        return self._taken()

    def tool_answered(self, item_id: str, output: str) -> list[Step]:
        """A server's tool gave its result."""
        self.mcp.answered(item_id, output)
        return self._taken()

    def tool_failed(self, item_id: str, message: str) -> list[Step]:
        """A server's tool failed."""
        self.mcp.failed(item_id, message)
        return self._taken()

    def _taken(self) -> list[Step]:
        steps, self.exchange.steps = self.exchange.steps, []
        return steps
