"""What a step would send, found out by doing it: the same client with the same arguments, stopped before anything leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager

from voiceagent.cloud.azure import Azure
from voiceagent.cloud.kinds import KINDS
from voiceagent.cloud.plan import Step
from voiceagent.cloud.wire import Request, Watch


class _Held(Exception):
    """A request was about to be sent."""


class _Holding:
    """A watch that lets nothing pass."""

    def __init__(self) -> None:
        self.request: Request | None = None

    def before(self, request: Request) -> None:
        self.request = request
        raise _Held

    def after(self, request: Request, status: int, headers: Mapping[str, str]) -> None:
        raise AssertionError(f"{request.method} {request.path} was sent and answered with {status}: {dict(headers)}")


@contextmanager
def watched(azure: Azure, watch: Watch) -> Iterator[None]:
    """While the block runs, `watch` hears of every changing request."""
    before, azure.line.watch = azure.line.watch, watch
    try:
        yield
    finally:
        azure.line.watch = before


async def request_of(azure: Azure, step: Step) -> Request | None:
    """The request that carrying out the step would send; None for a step that sends none."""
    if step.action == "keep" or step.resource.kind == "settings":
        return None
    doing = KINDS[step.resource.kind]
    if step.action == "delete":
        assert doing.remove is not None
        remove = doing.remove
        return await held(azure, lambda: remove(azure, step.resource))
    return await held(azure, lambda: doing.send(azure, step.resource, step.action == "create"))


async def held(azure: Azure, do: Callable[[], Awaitable[object]]) -> Request | None:
    """The first changing request of `do`, which is not sent; None when there was none."""
    holding = _Holding()
    with watched(azure, holding), azure.any_acs():
        try:
            await do()
        except _Held:
            return holding.request
    return None
