"""A call as the public edge sees it: who may speak for it, and where it takes what they say."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from voiceagent.control.acs import AcsControl
from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.auth import check_call_token, make_call_token
from voiceagent.runtime.runner import CallRunner
from voiceagent.server.once import Once
from voiceagent.server.tokens import Refused

GENERATION = 1  # which of our processes owns the call: with one process, the first


@dataclass(slots=True, eq=False)
class LiveCall:
    """A call between its ring and its end."""

    runner: CallRunner
    control: AcsControl
    sample_rate: int
    reports: Once = field(default_factory=lambda: Once(500))
    """Ids of the service's reports that were taken."""
    media_in_use: bool = False

    @property
    def call_id(self) -> str:
        return self.runner.call_id


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
