"""Which resource an address of the Resource Manager names. Pure; words are compared without case, names kept as written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "operation",
    "topic",
    "topics",
    "subscription",
    "subscriptions",
    "communication",
    "communications",
    "group",
    "groups",
    "inside",
    "provider",
    "deleted",
    "thing",
]

_SUBSCRIPTION = r"/subscriptions/(?P<azure>[^/]+)"
_GROUP = r"/resourceGroups/(?P<group>[^/]+)"
_GRID = r"/providers/Microsoft\.EventGrid"
_ACS = r"/providers/Microsoft\.Communication/communicationServices"
_ACCOUNTS = r"/providers/Microsoft\.CognitiveServices"
_TOPIC = r"/systemTopics/(?P<topic>[^/]+)"
_EVENTS = r"/eventSubscriptions"
_ONE = r"/(?P<name>[^/]+)(?:/(?P<action>[^/]+))?"
_WHERE = r"(?:/locations/(?P<location>[^/]+))?(?:/topicTypes/(?P<type>[^/]+))?"

_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("operation", rf"{_SUBSCRIPTION}{_GRID}/locations/[^/]+/(?P<action>operationsStatus|operationResults)/(?P<name>[^/]+)"),
    ("subscription", rf"(?P<scope>{_SUBSCRIPTION}{_GROUP}{_GRID}{_TOPIC}){_EVENTS}{_ONE}"),
    ("subscriptions", rf"(?P<scope>{_SUBSCRIPTION}{_GROUP}{_GRID}{_TOPIC}){_EVENTS}"),
    ("topic", rf"{_SUBSCRIPTION}{_GROUP}{_GRID}{_TOPIC}"),
    ("topics", rf"{_SUBSCRIPTION}(?:{_GROUP})?{_GRID}/systemTopics"),
    ("subscription", rf"(?P<scope>.*){_GRID}{_EVENTS}{_ONE}"),
    ("subscriptions", rf"(?P<scope>.*){_GRID}{_WHERE}{_EVENTS}"),
    ("communication", rf"{_SUBSCRIPTION}{_GROUP}{_ACS}{_ONE}"),
    ("communications", rf"{_SUBSCRIPTION}(?:{_GROUP})?{_ACS}"),
    ("provider", rf"{_SUBSCRIPTION}/providers/(?P<name>[^/]+)(?:/(?P<action>register))?"),
    ("group", rf"{_SUBSCRIPTION}{_GROUP}"),
    ("groups", rf"{_SUBSCRIPTION}/resourceGroups"),
    ("inside", rf"{_SUBSCRIPTION}{_GROUP}/resources"),
    ("deleted", rf"{_SUBSCRIPTION}{_ACCOUNTS}/locations/[^/]+{_GROUP}/deletedAccounts/(?P<name>[^/]+)"),
    ("deleted", rf"{_SUBSCRIPTION}{_ACCOUNTS}/deletedAccounts"),
    ("thing", rf"{_SUBSCRIPTION}(?:{_GROUP})?(?:/.*)?/providers/[^/]+/.+"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """What an address names. Parts that it lacks are empty."""

    kind: Kind
    path: str
    azure: str = ""
    group: str = ""
    topic: str = ""
    name: str = ""
    action: str = ""
    scope: str = ""
    location: str = ""
    type: str = ""

    @property
    def resource_id(self) -> str:
        """The resource itself, without what is to be done with it."""
        return self.path.removesuffix(f"/{self.action}") if self.action else self.path


def find(path: str) -> Place | None:
    """The place of an address, or None when there is no such resource."""
    path = "/" + path.strip("/")  # the SDK puts scopes in with their own slash
    for kind, pattern in _PATTERNS:
        if found := re.fullmatch(pattern, path, re.IGNORECASE):
            return Place(kind, path, **{name: value or "" for name, value in found.groupdict().items()})
    return None


def same(one: str, other: str) -> bool:
    """Whether two ids name the same resource."""
    return one.strip("/").lower() == other.strip("/").lower()
