"""Deaths of the process between Azure and us, at requests that change something: what runs again must go on from there."""

from __future__ import annotations

from collections.abc import Mapping

from voiceagent.cloud.wire import Request


class Killed(BaseException):
    """The process is gone."""


class KillerOfAll:
    """Kills at every request it has not seen yet: first before it is sent, in the next run after it was carried out."""

    def __init__(self) -> None:
        self.killed: list[tuple[str, str]] = []

    def before(self, request: Request) -> None:
        self._once("before", request)

    def after(self, request: Request, status: int, headers: Mapping[str, str]) -> None:
        self._once("after", request)

    def _once(self, when: str, request: Request) -> None:
        if (when, request.path) not in self.killed:
            self.killed.append((when, request.path))
            raise Killed
