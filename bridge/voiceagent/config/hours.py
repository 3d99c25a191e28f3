"""Opening hours as people write them: `mon-fri 09:00-17:30`, `daily 22:00-06:00`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(
    rf"(?P<first>daily|{'|'.join(_DAYS)})(?:-(?P<last>{'|'.join(_DAYS)}))?"
    r"(?:\s+(?P<from>\d{1,2}:\d{2})-(?P<to>\d{1,2}:\d{2}))?",
    re.IGNORECASE,
)
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the week (0 is Monday) and minutes of the day. An end before the beginning lies in the following day."""

    days: frozenset[int]
    begins: int
    ends: int

    def holds(self, at: datetime) -> bool:
        """Whether a local time lies within; the end does not."""
        minute, day = at.hour * 60 + at.minute, at.weekday()
        if self.begins <= self.ends:
            return day in self.days and self.begins <= minute < self.ends
        return (day in self.days and minute >= self.begins) or ((day - 1) % 7 in self.days and minute < self.ends)


def read_span(text: str) -> Span | None:
    """The span that is meant, or None."""
    found = _SPAN.fullmatch(text.strip())
    if found is None or (found["first"].lower() == "daily" and found["last"]):
        return None
    begins, ends = _minute(found["from"], 0), _minute(found["to"], _DAY_MINUTES)
    if begins is None or ends is None or begins == ends:
        return None
    return Span(_days(found["first"].lower(), (found["last"] or "").lower()), begins, ends)


def _days(first: str, last: str) -> frozenset[int]:
    if first == "daily":
        return frozenset(range(7))
    start = _DAYS.index(first)
    length = (_DAYS.index(last) - start) % 7 if last else 0
    return frozenset((start + step) % 7 for step in range(length + 1))


def _minute(text: str | None, otherwise: int) -> int | None:
    if text is None:
        return otherwise
    hour, minute = (int(part) for part in text.split(":"))
    total = hour * 60 + minute
    return total if minute < 60 and total <= _DAY_MINUTES else None
