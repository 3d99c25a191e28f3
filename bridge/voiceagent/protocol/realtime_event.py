"""What all realtime events have in common: the base classes, the kinds of their members, reading and writing one.

Members that an event's class does not declare, and explicit nulls, are kept in `extra`, so that what was read can be written
again as it was. A type that nobody declared becomes an `Unknown…Event` with the whole object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.declared import KINDS, Declarations, Kind, WrongMember, json_type

Object = Mapping[str, Any]
"""A JSON object that nobody here looks into."""
Base64 = str
"""Base64 text, checked when read."""
Session = Mapping[str, Any]
"""A session as the dialect spells it; `id` and `model` are text and `expires_at` a number where present."""
Response = Mapping[str, Any]
"""A response; `id` and `status` are text where present, `output` a list, `usage` an object."""
Item = Mapping[str, Any]
"""An item of the conversation; `id`, `type`, `role`, `name`, `call_id` and `arguments` are text where present."""
Details = Mapping[str, Any]
"""What went wrong; `code`, `message` and `event_id` are text where present."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealtimeEvent:
    """One message of a realtime session. `event_id` is its sender's id for it, or None."""

    TYPE: ClassVar[str] = ""
    event_id: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The type as it stands on the wire (of the canonical dialect)."""
        return self.TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEvent(RealtimeEvent):
    """What a client says to the engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEvent(RealtimeEvent):
    """What the engine says."""


@dataclass(frozen=True, slots=True)
class UnknownClientEvent(ClientEvent):
    """A client event of a type not declared here; `raw` is all of it."""

    kind: str
    raw: Object

    @property
    def type(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class UnknownServerEvent(ServerEvent):
    """A server event of a type not declared here; `raw` is all of it."""

    kind: str
    raw: Object

    @property
    def type(self) -> str:
        return self.kind


def _holding(**expected: type) -> Kind:
    """A kind: an object in which the named members, where present and not null, have these types."""

    def read(value: Any) -> Mapping[str, Any]:
        found: Mapping[str, Any] = KINDS["Object"].read(value)
        for name, wanted in expected.items():
            one = found.get(name)
            if one is not None and type(one) is not wanted:
                raise WrongMember(json_type(wanted()), one, within=name)
        return found

    return Kind(read)


_EVENTS = Declarations(
    {
        **KINDS,
        "Session": _holding(id=str, model=str, expires_at=int),
        "Response": _holding(id=str, status=str, output=list, usage=dict, status_details=dict),
        "Item": _holding(id=str, type=str, role=str, name=str, call_id=str, arguments=str, content=list),
        "Details": _holding(code=str, message=str, event_id=str),
    },
    skip=frozenset({"extra", "kind", "raw"}),
)

Known = TypeVar("Known", bound=RealtimeEvent)
Unknown = TypeVar("Unknown", UnknownClientEvent, UnknownServerEvent)


def by_type(candidates: Iterable[Any], root: type[Known]) -> dict[str, type[Known]]:
    """The declared event classes below `root` among the values of a module, by their wire type."""
    return {one.TYPE: one for one in candidates if isinstance(one, type) and issubclass(one, root) and one.TYPE}


def read_event(source: Mapping[str, Any], known: Mapping[str, type[Known]], unknown: type[Unknown]) -> Known | Unknown:
    """The event that a JSON object is. Raises RemoteProtocolError when it has no type or breaks its type's declaration."""
    kind = source.get("type")
    if type(kind) is not str:
        raise RemoteProtocolError(f"a realtime event has a `type` that is {json_type(kind)}, expected text")
    cls = known.get(kind)
    if cls is None:
        event_id = source.get("event_id")
        return unknown(kind, source, event_id=event_id if type(event_id) is str else None)
    extra = _EVENTS.rest(cls, source)
    del extra["type"]
    return cls(**_EVENTS.read(cls, source, kind), extra=extra)


def write_event(event: RealtimeEvent) -> dict[str, Any]:
    """The JSON object that an event is; the opposite of `read_event`."""
    if isinstance(event, UnknownClientEvent | UnknownServerEvent):
        return dict(event.raw)
    return {"type": event.type, **_EVENTS.write(event), **event.extra}
