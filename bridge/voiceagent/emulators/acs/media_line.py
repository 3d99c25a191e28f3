"""The way to the media socket of one call: what goes wrong on it when faults are armed, what is noticed of its frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.faults.fault import Shot
from voiceagent.emulators.faults.socket import UnreliableSocket
from voiceagent.emulators.faults.switchboard import Switchboard
from voiceagent.emulators.lint.findings import Findings
from voiceagent.emulators.lint.media import MediaLint
from voiceagent.emulators.lint.rule import Breach
from voiceagent.emulators.lint.socket import LintedSocket
from voiceagent.emulators.tap import Tap, tapped_socket

if TYPE_CHECKING:
    from voiceagent.emulators.acs.requests import MediaRequest

Frame = str | bytes


class Fate:
    """What happens to one dialling of the socket."""

    def __init__(self, shots: tuple[Shot, ...]) -> None:
        by_effect = {shot.effect: shot for shot in shots}
        self.never = "omit" in by_effect
        self.twice = "repeat" in by_effect
        self.late_ms = by_effect["delay"].number("ms") if "delay" in by_effect else 0.0
        self.forgery = by_effect["forge"].text("kind") if "forge" in by_effect else ""


class MediaLine:
    """One for each call. `forged(kind)` makes a token that must not be accepted."""

    def __init__(
        self,
        call_id: str,
        *,
        faults: Switchboard,
        findings: Findings,
        now: Callable[[], float],
        forged: Callable[[str], str],
        tap: Tap | None = None,
    ) -> None:
        self.redial_ms: float | None = None
        """After a cut the service dials again so much later."""
        self._call_id = call_id
        self._faults = faults
        self._findings = findings
        self._now = now
        self._forged = forged
        self._tap = tap

    def fate(self) -> Fate:
        """To be asked before dialling."""
        self.redial_ms = None
        return Fate(self._faults.strikes("media-dial", call=self._call_id))

    async def pause(self, ms: float) -> None:
        await self._faults.pause(ms)

    def headers(self, headers: dict[str, str], fate: Fate) -> dict[str, str]:
        if not fate.forgery:
            return headers
        token = self._forged(fate.forgery)
        others = {name: value for name, value in headers.items() if name != "Authorization"}
        return {**others, "Authorization": f"Bearer {token}"} if token else others

    def refused(self, why: str, url: str) -> None:
        """The app does not let the service in, though it did nothing wrong."""
        self._findings.report([Breach("media-refused", why)], self._where, url)

    def through(self, socket: Any, request: MediaRequest) -> Any:
        """The socket as both sides will have it."""
        lint = MediaLint(rate=request.rate, bidirectional=request.bidirectional)

        def sent(frame: Frame) -> tuple[Shot, ...]:
            lint.began = True
            armed = self._faults.is_armed("media")
            return self._faults.strikes("media", kind_of(frame), self._call_id) if armed else ()

        def received(frame: Frame) -> str:
            content = frame.encode() if isinstance(frame, str) else frame
            breaches = lint.look(content, self._now())
            return self._findings.report(breaches, self._where, frame) if breaches else ""

        unreliable = UnreliableSocket(
            tapped_socket(socket, self._tap, "media", request.url),
            self._faults,
            sent=sent,
            read=lambda _: self._faults.strikes("media-read", call=self._call_id),
            cut=self._was_cut,
        )
        return LintedSocket(unreliable, received=received)

    def _was_cut(self, shot: Shot) -> None:
        self.redial_ms = None if shot.values.get("redial_ms") is None else shot.number("redial_ms")

    @property
    def _where(self) -> str:
        return f"media socket of call {self._call_id}"


def kind_of(frame: Frame) -> str:
    """`AudioData` of `{"kind":"AudioData",…`, as the service writes it."""
    text = frame[:40].decode("ascii", "replace") if isinstance(frame, bytes) else frame[:40]
    return text.split('"')[3] if text.count('"') > 3 else ""
