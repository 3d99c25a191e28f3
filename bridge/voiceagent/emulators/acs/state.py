"""The states of one call on the emulated network, and what the app is told when they change. Pure: no sockets, time passed in.

*Our leg* (the app's) goes ringing → connecting → connected → disconnected; a call that the app places or joins begins with
connecting. The *line* (the caller's, or of whoever answered a call of ours) is open from the first ring until that person has
hung up; it outlives our leg when the caller was handed to a human.

Operations are allowed while our leg is connected; before that they are 400/8501, after it 404/8522. An operation changes the
state at once and leaves effects for the shell (`drain`); what takes time becomes due in `tick`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.diary import Diary
from voiceagent.emulators.acs.effects import (
    CalleeAnswers,
    Effect,
    KeepRecording,
    LineClosed,
    Notice,
    Result,
)
from voiceagent.emulators.acs.holding import Holding
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.invitations import Invitations
from voiceagent.emulators.acs.keypad import Keypad
from voiceagent.emulators.acs.members import Members, Participant
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.order import Order
from voiceagent.emulators.acs.outgoing import Outgoing
from voiceagent.emulators.acs.prompting import Prompting
from voiceagent.emulators.acs.recordings import Recording
from voiceagent.emulators.acs.requests import AnswerRequest, Operation, RecordingRequest
from voiceagent.emulators.acs.streaming import Streaming
from voiceagent.emulators.acs.transcribing import Transcribing

__all__ = ["Call", "Order", "Participant"]


_NO_SUCH_CALL = Result(404, 8543, "Action failed, the call does not exist.")


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
        self.streaming = Streaming(self, ids.guid())
        self.app_id = app_id
        self.diary = Diary(now)
        self.phase = "ringing"
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.outcome = ""
        self.end_reason = ""
        self.request: AnswerRequest | None = None
        self.members = Members(self)
        self.recordings: dict[str, Recording] = {}
        self.human_on_line = False
        self.host: Call | None = None
        """The call that this line's person is in beside or in place of ours; when it ends, this one does."""
        self.targets: tuple[str, ...] = (order.callee,)
        self.outgoing: Outgoing | None = None
        self.invitations = Invitations(self, ids)
        self.prompting = Prompting(self)
        self.keypad = Keypad(self)
        self.holding = Holding(self)
        self.transcribing = Transcribing(self, ids.guid())
        self._exists = True
        self._ids = ids
        self._effects: list[Effect] = []
        self._prompts = 0
        self._dial_at: float | None = None
        self._line_closes_at: float | None = None
        ends = (order.callee, order.caller) if order.outbound else (order.caller, order.callee)
        self.diary.note("ringing", now, **{"from": ends[0], "to": ends[1]})

    @property
    def over(self) -> bool:
        """The line is closed."""
        return self.ended_at is not None

    @property
    def roster(self) -> dict[str, Participant]:
        return self.members.roster

    @property
    def leg_is_up(self) -> bool:
        return self.phase in ("connecting", "connected", "transferring")

    # --- what the app asks for

    def answer(self, request: AnswerRequest, now: float) -> None:
        self._must_ring()
        self._take(request)
        self._pick_up(now)

    def dial(self, request: AnswerRequest, outgoing: Outgoing, targets: tuple[str, ...]) -> None:
        """The app placed this call: it is connected when somebody answers."""
        self._take(request)
        self.outgoing, self.targets = outgoing, targets

    def attach(self, request: AnswerRequest, host: Call | None, now: float, *, exists: bool) -> None:
        """The app joins a running call (`host`), or a group or room of its own; if there is none, ConnectFailed follows."""
        self._take(request)
        self.host, self._exists = host, exists
        if host is not None:
            self.server_call_id, self.targets = host.server_call_id, tuple(host.roster)
        self._pick_up(now)

    def callee_answered(self, raw_id: str, now: float) -> None:
        """The first of those whom the app called picked up."""
        self.order = replace(self.order, caller=raw_id)
        self._effects.append(CalleeAnswers(raw_id))
        self._pick_up(now)

    def reject(self, reason: str, now: float) -> None:
        self._must_ring()
        self.close_line("rejected", f"the app rejected the call ({reason})", now)

    def redirect(self, target: str, now: float) -> None:
        self._must_ring()
        self.close_line("redirected", f"the app redirected the call to {target}", now)

    def hang_up(self, now: float, *, for_everyone: bool) -> None:
        """Our leg leaves; the line stays open only when a human has joined and the call is not ended for everyone."""
        if not self.leg_is_up:
            raise errors.not_established() if self.phase == "ringing" else errors.not_found()
        if for_everyone or not self.human_on_line:
            self.leave(now, Result(), "agent_left")
            self.close_line("completed", "the agent hung up", now)
        else:
            self.leave(now, Result(), "agent_left")
            # unverified: hang-up-alone
            self.hand_over(now)

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

    def participant(self, raw_id: str) -> Participant:
        """A Refusal when there is none."""
        return self.members.find(raw_id)

    def must_have_speech(self) -> None:
        if self.request is None or not self.request.has_speech:
            raise errors.no_speech_service()

    def prompt_number(self) -> int:
        self._prompts += 1
        return self._prompts

    # --- what happens in the world

    def tick(self, now: float) -> None:
        if self.phase == "ringing" and now - self.diary.began >= self.options.ring_ms:
            self.close_line("not_answered", "nobody answered while the phone rang", now)
        if self._dial_at is not None and now >= self._dial_at:
            self._dial_at = None
            self._put_through(now)
        if self.outgoing is not None and self.leg_is_up:
            self.outgoing.tick(now)
        if self.host is not None and self.host.over:
            self.caller_hangs_up(now, "the call on the other side has ended")
        self.invitations.tick(now)
        if self.leg_is_up:
            self.prompting.tick(now)
            self.holding.tick(now)
            self.keypad.tick(now)
        if self._line_closes_at is not None and now >= self._line_closes_at:
            self._line_closes_at = None
            self.caller_hangs_up(now, "the caller hung up after talking to the human")

    def caller_hangs_up(self, now: float, why: str = "the caller hung up") -> None:
        """Does nothing when the line is closed."""
        if self.over:
            return
        if self.phase == "ringing":
            self.close_line("abandoned", f"{why} before the call was answered", now)
            return
        if self.leg_is_up:
            outcome = "transferred" if self.human_on_line else "completed"
            self.leave(now, Result(message="The caller hung up.", sip=(200, "OK"), q850=(16, "Normal call clearing")), "")
            self.close_line(outcome, why, now)
        else:
            self.close_line("transferred", why, now)

    def prompt_prepared(self, number: int, length_ms: float, now: float) -> None:
        if self.leg_is_up:
            self.prompting.prepared(number, length_ms, now)
            self.holding.prepared(number, length_ms, now)

    def prompt_not_prepared(self, number: int, index: int, result: Result, now: float) -> None:
        if self.leg_is_up:
            self.prompting.not_prepared(number, index, result, now)
            self.holding.not_prepared(number, result, now)

    def join(self, raw_id: str, now: float) -> None:
        """A human picked up and is in the call."""
        self.members.add(raw_id)
        self.human_on_line = True
        caller = self.roster.get(self.order.caller)
        if caller is None or not caller.on_hold:
            self.meets_human(now)

    def meets_human(self, now: float) -> None:
        """The caller hears the human, and hangs up when they have talked."""
        self._close_line_in(self.options.listening_ms, now)

    def connect(self) -> None:
        """Our leg is in the call; does nothing when it was before."""
        if self.phase != "connecting":
            return
        assert self.request is not None
        self.phase = "connected"
        host = self.host
        others = [self.order.caller] if host is None else [one for one in host.roster if one != host.app_id]
        self.members.begin(tuple(dict.fromkeys((*others, self.app_id))))
        self.tell("CallConnected", Operation(self.request.operation_context), Result(message="Call connected."))
        self.tell_roster()
        if self.request.transcription is not None and self.request.transcription.starts_at_once:
            self.transcribing.start(Operation(self.request.operation_context))

    def waits(self) -> None:
        """The caller is on hold, and does not hang up meanwhile."""
        self._line_closes_at = None

    def leave(self, now: float, result: Result, happening: str) -> None:
        """Our leg is over: recordings end, the media socket closes, CallDisconnected is the last thing the app hears."""
        for recording in self.recordings.values():
            if recording.ended is None:
                self.stop_recording(recording, now, "CallEnded")
        for part in (self.streaming, self.prompting, self.holding, self.keypad, self.transcribing):
            part.close()
        if happening == "agent_left":
            self.diary.note("agent_left", now, participant=self.app_id)
        assert self.request is not None
        self.tell("CallDisconnected", Operation(self.request.operation_context), result)
        self.phase = "disconnected"
        self.roster.pop(self.app_id, None)

    def fail(self, type_: str, result: Result, reason: str, now: float) -> None:
        """A call that the app placed or joined did not come about."""
        assert self.request is not None
        self.tell(type_, Operation(self.request.operation_context), result)
        self.close_line("failed", reason, now)

    def caller_is_ours_again(self) -> None:
        """The human has left."""
        self.human_on_line, self._line_closes_at = False, None

    def close_line(self, outcome: str, reason: str, now: float) -> None:
        if self.over:
            return
        self.phase = "disconnected"
        self.outcome, self.end_reason, self.ended_at = outcome, reason, now
        self._line_closes_at = None
        self._effects.append(LineClosed())

    def hand_over(self, now: float) -> None:
        """Caller and human are alone; they talk a little, then the caller hangs up."""
        self.human_on_line = True
        self._close_line_in(self.options.together_ms, now)

    # --- telling

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
        self.members.tell()

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

    # --- within

    def _take(self, request: AnswerRequest) -> None:
        self.request = request
        self.phase = "connecting"
        self.app_id = request.answered_by or self.app_id
        self.streaming.configure(request.media)
        self.transcribing.configure(request.transcription)

    def _pick_up(self, now: float) -> None:
        self.answered_at = now
        self._dial_at = now + self.options.connect_ms
        self.diary.note("answered", now, answer_ms=self.diary.since_ring(now))

    def _must_ring(self) -> None:
        if self.phase == "ringing":
            return
        raise errors.stale() if self.answered_at is None else errors.answered_already()

    def _put_through(self, now: float) -> None:
        if self.phase != "connecting" or self.request is None:
            return
        if not self._exists:
            self.fail("ConnectFailed", _NO_SUCH_CALL, "there is no such call to join", now)
            return
        media = self.request.media
        if media is not None and media.starts_at_once:
            self.streaming.open(media, Operation(self.request.operation_context))
        else:
            self.connect()

    def _close_line_in(self, ms: float, now: float) -> None:
        if self.order.hangs_up:
            self._line_closes_at = now + ms
