"""The states of one call on the emulated network, and what the app is told when they change. Pure: no sockets, time passed in.

*Our leg* (the app's) goes ringing → connecting → connected → disconnected. The *line* (the caller's) is open from the first
ring until the caller has hung up; it outlives our leg when the caller was handed to a human.

Operations are allowed while our leg is connected; before that they are 400/8501, after it 404/8522. An operation changes the
state at once and leaves effects for the shell (`drain`); what takes time becomes due in `tick`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.diary import Diary
from voiceagent.emulators.acs.effects import (
    CloseMedia,
    Effect,
    KeepRecording,
    LineClosed,
    Notice,
    OpenMedia,
    Result,
    ResumeCaller,
)
from voiceagent.emulators.acs.humans import Human
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.invitations import Invitations
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.recordings import Recording
from voiceagent.emulators.acs.requests import AnswerRequest, MediaRequest, Operation, RecordingRequest


@dataclass(frozen=True, slots=True)
class Order:
    """A call as it was placed. Numbers are raw ids (`4:+1…`, `8:acs:…`)."""

    caller: str
    callee: str
    human: Human = "answer"
    ring_ms: float | None = None
    """Replaces how long a human's phone rings."""
    display_name: str = ""
    hangs_up: bool = True
    """The caller hangs up when the script is over, or a while after talking to a human; otherwise only when told to."""


@dataclass(slots=True)
class Participant:
    raw_id: str
    muted: bool = False
    on_hold: bool = False


class Call:
    """One call. Public attributes are for reading."""

    def __init__(self, order: Order, ids: Ids, options: NetworkOptions, *, app_id: str, now: float) -> None:
        self.order = order
        self.options = options
        self.call_id = ids.guid()
        self.connection_id = ids.guid()
        self.correlation_id = ids.guid()
        self.server_call_id = ids.server_call_id()
        self.context = ids.incoming_call_context()
        self.subscription_id = ids.guid()
        self.app_id = app_id
        self.diary = Diary(now)
        self.phase = "ringing"
        self.media_state = "disabled"
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.outcome = ""
        self.end_reason = ""
        self.request: AnswerRequest | None = None
        self.roster: dict[str, Participant] = {}
        self.recordings: dict[str, Recording] = {}
        self.human_on_line = False
        self.invitations = Invitations(self, ids)
        self._ids = ids
        self._effects: list[Effect] = []
        self._sequence = 0
        self._dial_at: float | None = None
        self._line_closes_at: float | None = None
        self._media_operation = Operation()
        self.diary.note("ringing", now, **{"from": order.caller, "to": order.callee})

    @property
    def over(self) -> bool:
        """The line is closed."""
        return self.ended_at is not None

    @property
    def leg_is_up(self) -> bool:
        return self.phase in ("connecting", "connected", "transferring")

    # -- what the app asks for -----------------------------------------------------------------------------------------------

    def answer(self, request: AnswerRequest, now: float) -> None:
        self._must_ring()
        self.request = request
        self.phase = "connecting"
        self.answered_at = now
        self.app_id = request.answered_by or self.app_id
        self.media_state = "disabled" if request.media is None else "inactive"
        self._dial_at = now + self.options.connect_ms
        self.diary.note("answered", now, answer_ms=self.diary.since_ring(now))

    def reject(self, reason: str, now: float) -> None:
        self._must_ring()
        self._close_line("rejected", f"the app rejected the call ({reason})", now)

    def redirect(self, target: str, now: float) -> None:
        self._must_ring()
        self._close_line("redirected", f"the app redirected the call to {target}", now)

    def hang_up(self, now: float, *, for_everyone: bool) -> None:
        """Our leg leaves; the line stays open only when a human has joined and the call is not ended for everyone."""
        if not self.leg_is_up:
            raise errors.not_established() if self.phase == "ringing" else errors.not_found()
        if for_everyone or not self.human_on_line:
            self.leave(now, Result(), "agent_left")
            self._close_line("completed", "the agent hung up", now)
        else:
            self.leave(now, Result(), "agent_left")
            self.hand_over(now)

    def start_media(self, operation: Operation) -> None:
        media = self._media_configured()
        if self.media_state == "active":
            raise errors.wrong_state("media streaming is active.")
        self._open_media(media, operation)

    def stop_media(self, operation: Operation) -> None:
        self._media_configured()
        if self.media_state != "active":
            raise errors.wrong_state("media streaming is not active.")
        self.media_state = "inactive"
        self._effects.append(CloseMedia())
        self._tell_media("MediaStreamingStopped", "mediaStreamingStopped", "subscriptionStopped", Result(), operation)

    def mute(self, raw_id: str) -> None:
        self.must_be_connected()
        participant = self._participant(raw_id)
        if not raw_id.startswith("8:"):
            raise errors.invalid("TargetParticipants")  # the service mutes its own users only, not telephones
        participant.muted = True
        self.tell_roster()

    def remove(self, raw_id: str, operation: Operation, now: float) -> None:
        self.must_be_connected()
        self._participant(raw_id)
        del self.roster[raw_id]
        self.diary.note("participant_removed", now, participant=raw_id)
        self.tell("RemoveParticipantSucceeded", operation, Result(), participant=raw_id)
        if raw_id == self.order.caller or set(self.roster) <= {self.app_id}:
            self.leave(now, Result(), "participant_removed")
            self._close_line("completed", "the agent removed the caller", now)
        else:
            self.tell_roster()
            if self.human_on_line and len(self.roster) <= 2:
                self.human_on_line, self._line_closes_at = False, None
                self._effects.append(ResumeCaller())

    def record(self, request: RecordingRequest, now: float) -> Recording:
        self.must_be_connected()
        assert self.request is not None
        if any(recording.ended is None for recording in self.recordings.values()):
            raise errors.recording_runs()
        uri = request.callback_uri or self.request.callback_uri
        recording = Recording(self._ids.guid(), self._ids.document_id(), request, now, uri)
        if not request.paused:
            recording.running_since = now
        self.recordings[recording.recording_id] = recording
        self.tell_recording(recording, now)
        return recording

    def stop_recording(self, recording: Recording, now: float, reason: str = "InitiatorLeft") -> None:
        recording.stop(now, reason)
        self.tell_recording(recording, now)
        self._effects.append(KeepRecording(recording.recording_id))

    # -- what happens in the world -------------------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        if self.phase == "ringing" and now - self.diary.began >= self.options.ring_ms:
            self._close_line("not_answered", "nobody answered while the phone rang", now)
        if self._dial_at is not None and now >= self._dial_at:
            self._dial_at = None
            self._put_through()
        self.invitations.tick(now)
        if self._line_closes_at is not None and now >= self._line_closes_at:
            self._line_closes_at = None
            self.caller_hangs_up(now, "the caller hung up after talking to the human")

    def caller_hangs_up(self, now: float, why: str = "the caller hung up") -> None:
        """Does nothing when the line is closed."""
        if self.over:
            return
        if self.phase == "ringing":
            self._close_line("abandoned", f"{why} before the call was answered", now)
            return
        if self.leg_is_up:
            outcome = "transferred" if self.human_on_line else "completed"
            self.leave(now, Result(message="The caller hung up.", sip=(200, "OK"), q850=(16, "Normal call clearing")), "")
            self._close_line(outcome, why, now)
        else:
            self._close_line("transferred", why, now)

    def media_opened(self, now: float) -> None:
        """The app accepted the media socket."""
        if not self.leg_is_up:
            return
        self._connect()
        self.media_state = "active"
        assert self.request is not None
        assert self.request.media is not None
        self.diary.note("media_open", now, rate=self.request.media.rate)
        self._tell_media(
            "MediaStreamingStarted", "mediaStreamingStarted", "subscriptionStarted", Result(), self._media_operation
        )

    def media_failed(self, now: float, details: str, result: Result) -> None:
        """The media socket could not be opened, or broke. The call stays up."""
        if not self.leg_is_up:
            return
        self._connect()
        self.media_state = "inactive"
        self.diary.note("media_failed", now, why=result.message, details=details)
        self._tell_media("MediaStreamingFailed", "mediaStreamingFailed", details, result, self._media_operation)

    def join(self, raw_id: str, now: float) -> None:
        """A human picked up and is in the call."""
        self.roster[raw_id] = Participant(raw_id)
        self.human_on_line = True
        self._close_line_in(self.options.listening_ms, now)

    def leave(self, now: float, result: Result, happening: str) -> None:
        """Our leg is over: recordings end, the media socket closes, CallDisconnected is the last thing the app hears."""
        for recording in self.recordings.values():
            if recording.ended is None:
                self.stop_recording(recording, now, "CallEnded")
        if self.media_state == "active":
            self.media_state = "inactive"
            self._effects.append(CloseMedia())
        if happening == "agent_left":
            self.diary.note("agent_left", now, participant=self.app_id)
        assert self.request is not None
        self.tell("CallDisconnected", Operation(self.request.operation_context), result)
        self.phase = "disconnected"
        self.roster.pop(self.app_id, None)

    def hand_over(self, now: float) -> None:
        """Caller and human are alone; they talk a little, then the caller hangs up."""
        self.human_on_line = True
        self._close_line_in(self.options.together_ms, now)

    # -- telling -------------------------------------------------------------------------------------------------------------

    def drain(self) -> list[Effect]:
        """What the shell has to do now, once."""
        effects, self._effects = self._effects, []
        return effects

    def ask(self, effect: Effect) -> None:
        self._effects.append(effect)

    def tell(self, type_: str, operation: Operation, result: Result | None, **facts: Any) -> None:
        assert self.request is not None
        uri = operation.callback_uri or self.request.callback_uri
        self._effects.append(Notice(type_, uri, operation.context, result, facts))

    def tell_roster(self) -> None:
        self._sequence += 1
        members: list[Mapping[str, Any]] = [
            {"raw_id": p.raw_id, "muted": p.muted, "on_hold": p.on_hold} for p in self.roster.values()
        ]
        self.tell("ParticipantsUpdated", Operation(), None, participants=members, sequence_number=self._sequence)

    def tell_recording(self, recording: Recording, now: float) -> None:
        self.diary.note("recording", now, recording_id=recording.recording_id, state=recording.state)
        operation = Operation(None, recording.callback_uri)
        self.tell(
            "RecordingStateChanged",
            operation,
            None,
            recording_id=recording.recording_id,
            state=recording.state,
            began=recording.began,
        )

    def must_be_connected(self) -> None:
        if self.phase in ("ringing", "connecting"):
            raise errors.not_established()
        if self.phase == "disconnected":
            raise errors.not_found()

    # -- within --------------------------------------------------------------------------------------------------------------

    def _must_ring(self) -> None:
        if self.phase == "ringing":
            return
        raise errors.stale() if self.answered_at is None else errors.answered_already()

    def _put_through(self) -> None:
        if self.phase != "connecting" or self.request is None:
            return
        media = self.request.media
        if media is not None and media.starts_at_once:
            self._open_media(media, Operation(self.request.operation_context))
        else:
            self._connect()

    def _connect(self) -> None:
        if self.phase != "connecting":
            return
        assert self.request is not None
        self.phase = "connected"
        self.roster = {raw_id: Participant(raw_id) for raw_id in (self.order.caller, self.app_id)}
        self.tell("CallConnected", Operation(self.request.operation_context), Result(message="Call connected."))
        self.tell_roster()

    def _media_configured(self) -> MediaRequest:
        self.must_be_connected()
        assert self.request is not None
        if self.request.media is None:
            raise errors.not_configured("mediaStreamingOptions")
        return self.request.media

    def _open_media(self, media: MediaRequest, operation: Operation) -> None:
        self._media_operation = operation
        self._effects.append(OpenMedia(media.url, media.rate, self.subscription_id))

    def _tell_media(self, type_: str, status: str, details: str, result: Result, operation: Operation) -> None:
        self.tell(type_, operation, result, status=status, details=details)

    def _close_line_in(self, ms: float, now: float) -> None:
        if self.order.hangs_up:
            self._line_closes_at = now + ms

    def _participant(self, raw_id: str) -> Participant:
        if raw_id not in self.roster:
            raise errors.not_found("Participant")
        return self.roster[raw_id]

    def _close_line(self, outcome: str, reason: str, now: float) -> None:
        if self.over:
            return
        self.phase = "disconnected"
        self.outcome, self.end_reason, self.ended_at = outcome, reason, now
        self._line_closes_at = None
        self._effects.append(LineClosed())
