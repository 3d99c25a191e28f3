"""The roles around a call: what the runtime needs from each neighbour, and nothing else. Types only.

Payloads are base64 text (ASCII bytes) of 16-bit little-endian mono PCM, so that audio crosses the bridge without being decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from voiceagent.call.commands import ControlCommand, EngineCommand, Note, ToolSpec
from voiceagent.call.events import Event, ToolReturned

Deliver = Callable[[Event], None]
"""Give an event to the call's session; synchronous, never raises for a valid event."""

WireFn = Callable[[str, bytes], None]
"""Show one frame of an edge to whoever captures: direction (in or out, seen from the bridge) and the frame."""


class Clock(Protocol):
    """Time that a test can move."""

    def now_ms(self) -> float:
        """Monotonic milliseconds."""
        ...


class CallerLeg(Protocol):
    """How we reach the caller's ear. Methods are synchronous and never block; a slow peer loses audio, counted in `dropped`."""

    sample_rate: int
    dropped: int

    def play(self, payload: bytes) -> bool:
        """Send audio (at most 20 ms of base64 PCM) towards the caller. False: it was not sent, and will not be heard."""
        ...

    def stop_playback(self) -> None:
        """Flush what the service has queued for the caller."""
        ...

    async def close(self, reason: str) -> None:
        """Close the media path in an orderly way."""
        ...


class Engine(Protocol):
    """What answers. Opened by its factory while the phone rings; events go to `Deliver`, audio to the lane it was given."""

    sample_rate: int
    dropped: int
    """Frames of the caller that it did not take; they are missing on its audio clock, and `CallerAudioLost` says so."""

    def hear(self, payload: bytes) -> None:
        """Pass caller audio (base64 PCM) on; hot path."""
        ...

    def obey(self, command: EngineCommand) -> None:
        """Send a command; synchronous, buffered by the transport."""
        ...

    async def run(self) -> None:
        """Receive until the connection ends; returns after delivering `EngineLost` or after `close`."""
        ...

    async def close(self) -> None:
        """Close in an orderly way; idempotent."""
        ...


class EngineListener(Protocol):
    """What an engine client reports to: the runner's side of the engine."""

    def deliver(self, event: Event) -> None:
        """An event for the session."""
        ...

    def reply_audio(self, reply_id: str, item_id: str, payload: bytes) -> None:
        """Audio of a reply (base64 PCM, any length); hot path."""
        ...


class CallControl(Protocol):
    """The telephony service's control of one call."""

    async def carry_out(self, command: ControlCommand) -> None:
        """Start the operation; its outcome arrives as an event. Raises RemoteError when the service refuses."""
        ...


class ToolSet(Protocol):
    """The user's tools."""

    def specs(self) -> Sequence[ToolSpec]:
        """The tools as the engine must know them."""
        ...

    async def run(
        self, name: str, arguments: str, *, tool_call_id: str, timeout_ms: int, context: Mapping[str, Any]
    ) -> ToolReturned:
        """Validate the arguments, run the tool, cap its output. Never raises but for cancellation."""
        ...


class Sink(Protocol):
    """Whoever watches calls: report, capture, workbench feed, log. Must not block and must not raise."""

    def note(self, call_id: str, at_ms: float, note: Note) -> None:
        """A note of the session; `at_ms` from the start of the call."""
        ...


class WireTap(Protocol):
    """Sees every frame that crosses an edge of the bridge, for captures. Must not block and must not raise.

    `edge` is media, engine, webhook or control; `direction` is in or out, seen from the bridge.
    """

    def frame(self, call_id: str, at_ms: float, edge: str, direction: str, frame: bytes) -> None:
        """One frame as it was on the wire."""
        ...
