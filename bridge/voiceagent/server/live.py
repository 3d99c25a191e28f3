"""A call as the public edge sees it: who may speak for it, where it takes what they say, and which socket holds its sound."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from voiceagent.call.events import Event, MediaClosed
from voiceagent.config.handover import TransferTarget
from voiceagent.errors import RemoteProtocolError
from voiceagent.ports import CallControl, Deliver, WireFn
from voiceagent.protocol.auth import check_call_token, make_call_token
from voiceagent.runtime.runner import CallRunner
from voiceagent.server.once import Once
from voiceagent.server.tokens import Refused

_log = logging.getLogger(__name__)

GENERATION = 1  # which of our processes owns the call: with one process, the first


class PhoneLine(CallControl, Protocol):
    """The control of a call that rang: of whichever telephone service it came from."""

    deliver: Deliver

    def watch(self, wire: WireFn | None) -> None:
        """Show what is asked of the service to `wire`."""
        ...

    async def answer(self) -> None:
        """Accept the call. Raises RemoteError."""
        ...

    async def reject(self, reason: str = "busy") -> None:
        """Turn the caller away. Raises RemoteError."""
        ...

    async def redirect(self, address: TransferTarget) -> None:
        """Send the caller elsewhere, unanswered. Raises RemoteError."""
        ...


class MediaPath(Protocol):
    """An accepted media socket."""

    @property
    def flowing(self) -> bool:
        """Messages come over it, or it is too young for any."""
        ...

    def lose(self, reason: str) -> None:
        """It counts as gone: nothing is heard of it any more, the call is told, and it is closed."""
        ...

    def shut(self, reason: str) -> None:
        """The call is over: begin to close."""
        ...


@dataclass(slots=True, eq=False)
class LiveCall:
    """A call between its ring and its end."""

    runner: CallRunner
    control: PhoneLine
    sample_rate: int
    reports: Once = field(default_factory=lambda: Once(500))
    """Ids of the service's reports that were taken."""
    media: MediaPath | None = None
    """The one socket that holds the call, from before it is accepted until it is closed or lost."""

    lost_ms: float = 2000.0
    """A line over which nothing comes for so long is gone, whatever TCP knows of it: silence, too, is sent every 20 ms.

    Unverified: that Azure never pauses for longer, but for a caller on hold. `bridge.lost_after_seconds` can be raised.
    """

    told: set[str] = field(default_factory=set)
    """What was refused in the call's name, and noted; once for each kind, or its report would fill with a service's retries."""

    @property
    def call_id(self) -> str:
        return self.runner.call_id

    def refused(self, code: str, why: str) -> None:
        """Note that a request of the service was turned away, though it knew the call's own address."""
        if code not in self.told:
            self.told.add(code)
            self.runner.warn(code, f"a request of the service was turned away: {why}")

    def reported(self, event: Event) -> None:
        """What call control has to tell the session. Of the socket we hold ourselves, we know better than a late report."""
        if isinstance(event, MediaClosed) and self.media is not None:
            if self.media.flowing:
                _log.info("call %s: the service reports a lost media path (%s), and sound comes", self.call_id, event.reason)
                return
            self.media.lose(event.reason)
        self.runner.deliver(event)


@dataclass(frozen=True, slots=True)
class CallTokens:
    """The secret in the paths of a call. A path is all that survives every proxy; the service's own token comes beside it."""

    secret: bytes
    wall: Callable[[], float] = time.time

    def make(self, call_id: str, hold_seconds: float) -> str:
        """A token for the addresses of a call that lasts no longer than that."""
        return make_call_token(self.secret, call_id, GENERATION, self.wall() + hold_seconds)

    def check(self, call_id: str, token: str) -> None:
        """Raises Refused unless the token was made here, for this call, and holds."""
        try:
            check_call_token(self.secret, call_id, token, self.wall())
        except RemoteProtocolError as error:
            raise Refused(403, str(error)) from None
