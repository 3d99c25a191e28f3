"""Whom we may call, how often, and that nobody is called twice for one wish: asked before a call of ours is placed."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from voiceagent.config.handover import TransferTarget
from voiceagent.config.people import E164
from voiceagent.config.schema import Settings
from voiceagent.errors import UserError
from voiceagent.ports import Clock

_HOUR_MS = 3_600_000.0
_REMEMBERED = 10_000
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class TooMany(UserError):
    """A limit of ours; later it may be different."""


@dataclass(frozen=True, slots=True)
class DialRequest:
    """`to`: the name of a transfer target, or a number. `key`: one wish, however often it is told. `agent`: who speaks."""

    to: str
    key: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Dialled:
    """The call of a wish. `repeated`: it was placed before."""

    call_id: str
    correlation_id: str
    repeated: bool = False


def read_request(body: object) -> DialRequest:
    """The wish of a request's body. UserError tells what is wrong with it."""
    if not isinstance(body, Mapping) or not all(isinstance(value, str) for value in body.values()):
        raise UserError("the body is no object of texts", remedy='send {"to": "sales", "key": "any text of your own"}')
    if unknown := sorted(set(body) - {"to", "key", "agent"}):
        raise UserError(f"`{unknown[0]}` is not known here", remedy="there are to, key and agent")
    if not body.get("to"):
        raise UserError("`to` is missing", remedy="name a transfer target or a number such as +14255550123")
    if not _KEY.fullmatch(body.get("key", "")):
        raise UserError(
            "`key` is missing or no printable text of up to 200 characters",
            remedy="make one up for each call you want; the same key never calls twice",
        )
    return DialRequest(body["to"], body["key"], body.get("agent", ""))


def address_of(to: str, settings: Settings, *, over_azure: bool) -> TransferTarget:
    """Where the person is. UserError when they may not be called, or cannot be; `over_azure`: there is a service to do it."""
    address = _address(to, settings)
    if not over_azure:
        raise UserError(
            "calls are placed over Azure Communication Services, and none is set up here",
            remedy="set ACS_CONNECTION_STRING, or acs.endpoint; over Twilio calls are only answered",
        )
    if address.phone_number and not settings.acs.phone_number:
        raise UserError(
            "there is no number of ours to call from: acs.phone_number is empty",
            remedy="set ACS_SOURCE_PHONE_NUMBER to a number of the resource",
        )
    return address


def _address(to: str, settings: Settings) -> TransferTarget:
    targets = settings.transfer.targets
    target = targets.get(to)
    if target is not None:
        if target.queue:
            raise UserError(f"{to} is a queue, and one person is called at a time", remedy=f"call {target.queue[0]}")
        return target
    if not E164.fullmatch(to):
        known = ", ".join(targets) or "none"
        raise UserError(
            f"{to} is no transfer target and no number; the targets are {known}",
            remedy="write a number with + and its country code, or add the target to voiceagent.toml",
        )
    if not any(to.startswith(prefix) for prefix in settings.outbound.allowed):
        allowed = ", ".join(settings.outbound.allowed) or "none"
        raise UserError(
            f"numbers such as {to[:4]}… may not be dialled; allowed beginnings are {allowed}",
            remedy="add the beginning of the number to outbound.allowed, or the person to [transfer.targets]",
        )
    return TransferTarget(phone_number=to)


def answer_to(body: object, dial: Callable[[DialRequest], Dialled]) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer to a wish that came over HTTP."""
    try:
        dialled = dial(read_request(body))
    except UserError as error:
        status = 429 if isinstance(error, TooMany) else 400
        return status, {"error": {"message": str(error), "remedy": error.remedy}}
    return 200 if dialled.repeated else 202, asdict(dialled)


class Dialling:
    """The wishes of one bridge."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._placed: OrderedDict[str, Dialled] = OrderedDict()
        self._times: deque[float] = deque()
        self._open = 0

    def known(self, key: str) -> Dialled | None:
        """The call that was placed for this wish."""
        found = self._placed.get(key)
        return None if found is None else Dialled(found.call_id, found.correlation_id, repeated=True)

    def begin(self, key: str, dialled: Dialled, settings: Settings) -> None:
        """Count a call that is placed now; `ended` must follow. Raises TooMany, and nothing is counted."""
        limits, now = settings.outbound, self._clock.now_ms()
        while self._times and self._times[0] <= now - _HOUR_MS:
            self._times.popleft()
        if self._open >= limits.max_calls:
            raise TooMany(
                f"{self._open} calls of ours are going on, the most allowed", remedy="wait, or raise outbound.max_calls"
            )
        if len(self._times) >= limits.per_hour:
            raise TooMany(
                f"{len(self._times)} calls were placed in the last hour, the most allowed", remedy="raise outbound.per_hour"
            )
        self._open += 1
        self._times.append(now)
        self._placed[key] = dialled
        while len(self._placed) > _REMEMBERED:
            self._placed.popitem(last=False)

    def ended(self) -> None:
        """A call of ours is over."""
        self._open -= 1

    def forget(self, key: str) -> None:
        """Nobody was called for this wish after all, so it may be told again."""
        self._placed.pop(key, None)
