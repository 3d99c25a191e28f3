"""All calls of the emulated network, and the ways to find one: by its number here, context, connection or recording.

Pure. Ended calls are kept for reading until `NetworkOptions.ended_calls_kept` newer ones have ended.
"""

from __future__ import annotations

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.callees import Callees
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.outgoing import Outgoing
from voiceagent.emulators.acs.recordings import Recording
from voiceagent.emulators.acs.requests import ConnectRequest, CreateRequest, RecordingRequest
from voiceagent.emulators.acs.state import Call, Order


class Exchange:
    """The calls, in the order they were placed."""

    def __init__(self, ids: Ids, options: NetworkOptions, *, resource_id: str) -> None:
        self.calls: dict[str, Call] = {}
        self.callees = Callees()
        self._ids = ids
        self._placed = 0
        self._options = options
        self._resource_id = resource_id

    def place(self, order: Order, now: float) -> Call:
        """A new call that rings."""
        return self._new(order, self._a_user(), now)

    def dial(self, request: CreateRequest, now: float) -> Call:
        """A call that the app places."""
        app_id = request.leg.answered_by or self._a_user()
        first, source = request.targets[0], f"4:{request.caller_number}" if request.caller_number else app_id
        callee = self.callees.of(first)
        order = Order(first, source, display_name=request.display_name, hangs_up=callee.hangs_up, outbound=True)
        call = self._new(order, app_id, now)
        call.dial(request.leg, Outgoing(call, request.targets, self.callees, now), request.targets)
        return call

    # unverified: joined-leg
    def join(self, request: ConnectRequest, now: float) -> Call:
        """A further leg of the app in a running call, or the first one in a group or room."""
        host = self._running(request.server_call_id) if request.server_call_id else None
        app_id = self._a_user()
        caller, callee = (app_id, app_id) if host is None else (host.order.caller, host.order.callee)
        call = self._new(Order(caller, callee, hangs_up=False, outbound=True), app_id, now)
        call.attach(request.leg, host, now, exists=host is not None or not request.server_call_id)
        return call

    def by_context(self, context: str) -> Call:
        """The call of an `incomingCallContext`."""
        for call in reversed(self.calls.values()):
            if call.context == context:
                return call
        raise errors.invalid("IncomingCallContext")

    def by_connection(self, connection_id: str) -> Call:
        """A call that was answered, placed or joined under this connection id."""
        for call in reversed(self.calls.values()):
            if call.connection_id == connection_id and call.request is not None:
                return call
        raise errors.not_found()

    def for_recording(self, request: RecordingRequest) -> Call:
        for call in reversed(self.calls.values()):
            if call.server_call_id == request.server_call_id and call.host is None:
                return call
        if request.call_connection_id:
            return self.by_connection(request.call_connection_id)
        raise errors.not_found()

    def by_recording(self, recording_id: str) -> tuple[Call, Recording]:
        for call in reversed(self.calls.values()):
            if recording := call.recordings.get(recording_id):
                return call, recording
        raise errors.not_found("Recording")

    def by_document(self, document_id: str) -> tuple[Call, Recording]:
        for call in reversed(self.calls.values()):
            for recording in call.recordings.values():
                if recording.document_id == document_id:
                    return call, recording
        raise errors.not_found("Recording")

    def _running(self, server_call_id: str) -> Call | None:
        found = (call for call in self.calls.values() if call.server_call_id == server_call_id)
        return next((call for call in found if call.host is None and call.phase != "ringing" and not call.over), None)

    def _a_user(self) -> str:
        return f"8:acs:{self._resource_id}_{self._ids.guid()}"

    def _new(self, order: Order, app_id: str, now: float) -> Call:
        live = sum(not call.over for call in self.calls.values())
        if live >= self._options.most_calls:
            raise errors.Refusal(429, "8530", f"{live} calls are in progress, the most this emulator carries.")
        self._placed += 1
        ids = self._ids.stream(f"call {self._placed}")
        call = Call(order, ids, self._options, app_id=app_id, now=now)
        self._forget_oldest()
        self.calls[call.call_id] = call
        return call

    def _forget_oldest(self) -> None:
        ended = [call_id for call_id, call in self.calls.items() if call.over]
        for call_id in ended[: max(0, len(ended) - self._options.ended_calls_kept)]:
            del self.calls[call_id]
