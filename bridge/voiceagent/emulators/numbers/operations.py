"""Long-running operations: asked for now, done a little later, and then their effect happens. Pure: time is passed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

KEPT = 1_000
"""Operations that can still be asked about, the oldest are forgotten."""


@dataclass(slots=True)
class Operation:
    """`failure` is the code and sentence with which it will fail, if it will."""

    operation_id: str
    kind: str
    created: float
    due: float
    resource: str = ""
    failure: tuple[str, str] | None = None
    effect: Callable[[], None] = field(default=lambda: None, repr=False)
    done: bool = False
    canceled: bool = False

    @property
    def status(self) -> str:
        """`running`, `succeeded` or `failed`."""
        if not self.done:
            return "running"
        return "failed" if self.failure is not None else "succeeded"


class Operations:
    """All operations of a resource."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._all: dict[str, Operation] = {}

    def begin(
        self,
        operation_id: str,
        kind: str,
        now: float,
        *,
        resource: str = "",
        failure: tuple[str, str] | None = None,
        effect: Callable[[], None] = lambda: None,
    ) -> Operation:
        """An operation that runs. A failing one has no effect."""
        operation = Operation(operation_id, kind, now, now + self._seconds, resource, failure, effect)
        self._all[operation_id] = operation
        for old in [one for one in self._all.values() if one.done][: max(0, len(self._all) - KEPT)]:
            del self._all[old.operation_id]
        return operation

    def find(self, operation_id: str) -> Operation | None:
        """None when there is none, or none any more."""
        return self._all.get(operation_id)

    def all(self) -> list[Operation]:
        """Those that are remembered, oldest first."""
        return list(self._all.values())

    def cancel(self, operation: Operation) -> None:
        """One that is done stays as it is."""
        if not operation.done:
            operation.done = operation.canceled = True
            operation.failure = ("OperationCanceled", "The operation was canceled.")

    def settle(self, now: float) -> None:
        """Let everything happen that is due by now, in the order in which it was due."""
        for operation in sorted(self._all.values(), key=lambda one: one.due):
            if not operation.done and operation.due <= now:
                operation.done = True
                if operation.failure is None:
                    operation.effect()
