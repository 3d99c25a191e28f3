"""All calls of the emulated network, and the ways to find one: by its number here, context, connection or recording.

Pure. Ended calls are kept for reading until `NetworkOptions.ended_calls_kept` newer ones have ended.
"""

from __future__ import annotations

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.recordings import Recording
from voiceagent.emulators.acs.requests import RecordingRequest
from voiceagent.emulators.acs.state import Call, Order


class Exchange:
    """The calls, in the order they were placed."""

    def __init__(self, ids: Ids, options: NetworkOptions, *, resource_id: str) -> None:
        self.calls: dict[str, Call] = {}
        self._ids = ids
        self._options = options
        self._resource_id = resource_id

    def place(self, order: Order, now: float) -> Call:
        """A new call that rings."""
        app_id = f"8:acs:{self._resource_id}_{self._ids.guid()}"
        call = Call(order, self._ids, self._options, app_id=app_id, now=now)
        self._forget_oldest()
        self.calls[call.call_id] = call
        return call

    def by_context(self, context: str) -> Call:
        """The call of an `incomingCallContext`."""
        for call in reversed(self.calls.values()):
            if call.context == context:
                return call
        raise errors.invalid("IncomingCallContext")

    def by_connection(self, connection_id: str) -> Call:
        """A call that was answered under this connection id."""
        for call in reversed(self.calls.values()):
            if call.connection_id == connection_id and call.answered_at is not None:
                return call
        raise errors.not_found()

    def for_recording(self, request: RecordingRequest) -> Call:
        for call in reversed(self.calls.values()):
            if call.server_call_id == request.server_call_id:
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

    def _forget_oldest(self) -> None:
        ended = [call_id for call_id, call in self.calls.items() if call.over]
        for call_id in ended[: max(0, len(ended) - self._options.ended_calls_kept)]:
            del self.calls[call_id]
