"""Which events a subscription wants: event types, subject, and the advanced operators. Pure.

As documented: text is compared without case (the subject with case on request), filters are joined by AND, values by OR, a
negative operator must hold for all values, and a key that the event lacks satisfies the negative operators alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voiceagent.errors import UserError

MOST_FILTERS = 25
"""Advanced filters of one subscription, and values of all of them together."""

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Advanced:
    """One condition on one key of the event."""

    operator: str
    key: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Takes everything unless told otherwise; `event_types` None means all types."""

    event_types: frozenset[str] | None = None
    subject_begins: str = ""
    subject_ends: str = ""
    case_sensitive: bool = False
    advanced: tuple[Advanced, ...] = ()
    on_arrays: bool = False

    def takes(self, event: Mapping[str, Any]) -> bool:
        """Whether the event, as it is written in its schema, is delivered."""
        kind = str(event.get("eventType", event.get("type", "")))
        if self.event_types is not None and kind.lower() not in self.event_types:
            return False
        return self._takes_subject(str(event.get("subject", ""))) and all(self._holds(one, event) for one in self.advanced)

    def _takes_subject(self, subject: str) -> bool:
        begins, ends = self.subject_begins, self.subject_ends
        if not self.case_sensitive:
            subject, begins, ends = subject.lower(), begins.lower(), ends.lower()
        return subject.startswith(begins) and subject.endswith(ends)

    def _holds(self, condition: Advanced, event: Mapping[str, Any]) -> bool:
        found = look_up(event, condition.key)
        if condition.operator in ("isnotnull", "isnullorundefined"):
            return (found in (_MISSING, None)) is (condition.operator == "isnullorundefined")
        positive = condition.operator.replace("not", "", 1)
        negative = positive != condition.operator
        if found is _MISSING or found is None:
            return negative
        elements = found if self.on_arrays and isinstance(found, list) else [found]
        some = any(_OPERATORS[positive](element, condition.values) for element in elements)
        return some is not negative


def look_up(event: Mapping[str, Any], key: str) -> Any:
    """What is at `data.to.phoneNumber.value`, whatever the case of the words."""
    found: Any = event
    for word in key.split("."):
        if not isinstance(found, Mapping):
            return _MISSING
        found = next((value for name, value in found.items() if name.lower() == word.lower()), _MISSING)
    return found


def text_at(event: Mapping[str, Any], key: str) -> str:
    """What is at the key, as the text of a header; nothing when it is not there."""
    found = look_up(event, key)
    return "" if found in (_MISSING, None) or isinstance(found, Mapping | list) else str(found)


def _texts(compare: Callable[[str, str], bool]) -> Callable[[Any, Sequence[Any]], bool]:
    return lambda found, values: isinstance(found, str) and any(compare(found.lower(), str(one).lower()) for one in values)


def _numbers(compare: Callable[[float, Any], bool]) -> Callable[[Any, Sequence[Any]], bool]:
    return lambda found, values: (
        isinstance(found, int | float) and not isinstance(found, bool) and any(compare(found, one) for one in values)
    )


_OPERATORS: Mapping[str, Callable[[Any, Sequence[Any]], bool]] = {
    "stringin": _texts(lambda found, wanted: found == wanted),
    "stringbeginswith": _texts(str.startswith),
    "stringendswith": _texts(str.endswith),
    "stringcontains": _texts(lambda found, wanted: wanted in found),
    "numberin": _numbers(lambda found, wanted: found == wanted),
    "numberinrange": _numbers(lambda found, wanted: wanted[0] <= found <= wanted[1]),
    "numberlessthan": _numbers(lambda found, wanted: found < wanted),
    "numberlessthanorequals": _numbers(lambda found, wanted: found <= wanted),
    "numbergreaterthan": _numbers(lambda found, wanted: found > wanted),
    "numbergreaterthanorequals": _numbers(lambda found, wanted: found >= wanted),
    "boolequals": lambda found, values: found is values[0],
}
_NEGATIVE = ("stringnotin", "stringnotbeginswith", "stringnotendswith", "stringnotcontains", "numbernotin", "numbernotinrange")
_NULL = ("isnotnull", "isnullorundefined")


def read_filter(body: Mapping[str, Any] | None) -> Filter:
    """The `filter` of a subscription as it is written in Azure. UserError says what is wrong with it."""
    body = body or {}
    types = body.get("includedEventTypes")
    written = body.get("advancedFilters") or []
    advanced = tuple(_read_advanced(one) for one in written)
    if len(advanced) > MOST_FILTERS or sum(len(one.values) for one in advanced) > MOST_FILTERS:
        raise UserError(f"A subscription has at most {MOST_FILTERS} advanced filters and {MOST_FILTERS} values in them.")
    return Filter(
        None if types is None or "All" in types else frozenset(str(one).lower() for one in types),
        str(body.get("subjectBeginsWith") or ""),
        str(body.get("subjectEndsWith") or ""),
        body.get("isSubjectCaseSensitive") is True,
        advanced,
        body.get("enableAdvancedFilteringOnArrays") is True,
    )


def _read_advanced(body: object) -> Advanced:
    if not isinstance(body, Mapping) or not isinstance(body.get("key"), str) or not body["key"]:
        raise UserError("An advanced filter needs an `operatorType` and a `key`.")
    operator = str(body.get("operatorType", "")).lower()
    if operator not in _OPERATORS and operator not in _NEGATIVE and operator not in _NULL:
        raise UserError(f"There is no operator {body.get('operatorType')!r}.")
    values = body.get("values")
    if values is None:
        values = [] if body.get("value") is None else [body["value"]]
    if not isinstance(values, list) or (not values and operator not in _NULL):
        raise UserError(f"The filter on {body['key']} has nothing to compare with.")
    if operator.endswith("inrange") and not all(isinstance(one, list) and len(one) == 2 for one in values):
        raise UserError(f"The filter on {body['key']} needs ranges of two numbers.")
    return Advanced(operator, body["key"], tuple(tuple(one) if isinstance(one, list) else one for one in values))
