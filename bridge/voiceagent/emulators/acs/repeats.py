"""Repeatable requests: the first answer to a `Repeatability-Request-ID` is the answer to all requests that carry it.

The SDK repeats a POST after a 5xx or a lost connection under the same id; without this one answer could become two.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

REMEMBERED = 2_000
"""Ids remembered, the oldest are forgotten: at three requests a call that is several hundred calls."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response before it is bytes; `body` None means no content."""

    status: int
    body: dict[str, Any] | None = None


class Repeats:
    """First answers by request id. The same id on another operation is another request."""

    def __init__(self) -> None:
        self._first: OrderedDict[tuple[str, str], Answer] = OrderedDict()

    def recall(self, request_id: str | None, operation: str) -> Answer | None:
        return self._first.get((request_id, operation)) if request_id else None

    def remember(self, request_id: str | None, operation: str, answer: Answer) -> None:
        """Refusals for reasons that may pass (too early, throttled) are not remembered."""
        if request_id and answer.status < 300:
            self._first[request_id, operation] = answer
            while len(self._first) > REMEMBERED:
                self._first.popitem(last=False)
