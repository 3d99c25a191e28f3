"""A WebSocket of an emulator as its peer meets it when faults are armed: frames missing, late, twice, garbled; or silence.

It has the methods of the socket it stands for. `shots` is asked for each frame in either direction; with nothing armed that is
one look into an empty set.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from voiceagent.emulators.faults.fault import Shot
from voiceagent.emulators.faults.switchboard import Switchboard

Frame = str | bytes

REASON = 120
"""Bytes of a close reason; the protocol allows 123."""

GARBLED: dict[str, Frame] = {
    "text": "This is not JSON.",
    "unknown": '{"kind":"Nothing.Anybody.Knows","type":"nothing.anybody.knows"}',
    "empty": '{"kind":"AudioData","type":"response.audio.delta"}',
    "binary": b"\x00\x01\x02\x03",
}


class UnreliableSocket:
    """Stands for `socket`. `sent(frame)` and `read(frame)` tell what happens to a frame going out or coming in."""

    def __init__(
        self,
        socket: Any,
        board: Switchboard,
        *,
        sent: Callable[[Frame], tuple[Shot, ...]],
        read: Callable[[Frame], tuple[Shot, ...]],
        cut: Callable[[Shot], None] = lambda _: None,
    ) -> None:
        self._socket = socket
        self._board = board
        self._sent = sent
        self._read = read
        self._cut = cut
        self._mute = False
        self._held: list[tuple[Frame, dict[str, Any]]] = []
        self._hold = 0
        self._swapped: tuple[Frame, dict[str, Any]] | None = None
        self._stalled: set[str] = set()
        self._reading: asyncio.TaskGroup | None = None
        self._goodbye: tuple[int, str] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    async def send(self, frame: Frame, **how: Any) -> None:
        if self._mute or (self._stalled and response_of(frame) in self._stalled):
            return
        shots = self._sent(frame)
        if not shots and not self._hold and self._swapped is None:
            await self._socket.send(frame, **how)
            return
        for shot in shots:
            if await self._struck(shot, frame, how):
                return
        await self._pass(frame, how)

    def write(self, frame: bytes) -> bool:
        """Hand a frame over without waiting, when nothing can happen to it; False: it has to be sent."""
        if self._mute or self._stalled or self._hold or self._swapped is not None or not self._board.is_quiet:
            return False
        written: bool = self._socket.write(frame)
        return written

    async def recv(self, *words: Any, **how: Any) -> Any:
        frame = await self._receive(words, how)
        for shot in self._read(frame):
            await self._board.pause(shot.number("ms"))
        if self._mute:
            await self._socket.wait_closed()
            return await self._socket.recv(*words, **how)  # raises: it is closed
        return frame

    async def _receive(self, words: tuple[Any, ...], how: dict[str, Any]) -> Any:
        from websockets.exceptions import ConnectionClosed

        if self._goodbye is not None:
            await self._socket.close(*self._goodbye)
        frame: Any = None
        closed: ConnectionClosed | None = None
        async with asyncio.TaskGroup() as reading:
            self._reading = reading
            try:
                frame = await self._socket.recv(*words, **how)
            except ConnectionClosed as end:
                closed = end
            finally:
                self._reading = None
        if closed is not None:
            raise closed
        return frame

    async def close(self, *words: Any, **how: Any) -> None:
        """Close it; what still waits for another frame goes first."""
        from websockets.exceptions import ConnectionClosed

        self._hold = 0
        held, self._held = self._held, []
        if not self._mute:
            with suppress(ConnectionClosed):
                for one, so in held:
                    await self._socket.send(one, **so)
                await self._let_go()
        await self._socket.close(*words, **how)

    async def _struck(self, shot: Shot, frame: Frame, how: dict[str, Any]) -> bool:
        """Do what the fault does; True when this frame has had its fate."""
        match shot.effect:
            case "omit":
                return True
            case "cut" | "close":
                await self._end(shot)
                return True
            case "mute":
                self._mute = True
                self._socket.transport.pause_reading()  # so that not even a ping is answered
                return True
            case "stall":
                self._stalled.add(response_of(frame))
                return True
            case "delay":
                await self._board.pause(shot.number("ms"))
            case "repeat":
                await self._socket.send(frame, **how)
            case "swap":
                await self._let_go()
                self._swapped = (frame, how)
                return True
            case "hold":
                self._hold = int(shot.number("frames"))
            case "garble":
                garbled = GARBLED[shot.text("kind")]
                await self._socket.send(garbled, **({} if isinstance(garbled, bytes) else how))
            case "report":
                await self._socket.send(error_event(shot.text("kind"), shot.text("code"), shot.text("message")), **how)
            case "fail":
                await self._socket.send(failed(frame, shot), **how)
                return True
        return False

    async def _pass(self, frame: Frame, how: dict[str, Any]) -> None:
        if self._hold:
            self._hold -= 1
            self._held.append((frame, how))
            if self._hold:
                return
            held, self._held = self._held, []
            for one, so in held:
                await self._socket.send(one, **so)
            return
        await self._socket.send(frame, **how)
        await self._let_go()

    async def _let_go(self) -> None:
        """Send the frame that waits to be overtaken."""
        if self._swapped is not None:
            (one, so), self._swapped = self._swapped, None
            await self._socket.send(one, **so)

    async def _end(self, shot: Shot) -> None:
        self._mute = True
        self._cut(shot)
        error = str(shot.values.get("error") or "")
        if error:
            await self._socket.send(error_event("invalid_request_error", error, "The session was ended."))
        code = int(shot.number("code"))
        if code:
            # Its peer may take its time to agree: that is for the one who reads, as who sends may have other calls to serve.
            self._goodbye = code, error.encode()[:REASON].decode("utf-8", "ignore")
            if self._reading is not None:
                self._reading.create_task(self._socket.close(*self._goodbye))
        else:
            self._socket.transport.abort()


def response_of(frame: Frame) -> str:
    """The response that a server event belongs to, "" when it belongs to none."""
    event = _event(frame)
    response = event.get("response")
    found = event.get("response_id") or (response.get("id") if isinstance(response, dict) else None)
    return str(found or "")


def error_event(kind: str, code: str, message: str) -> str:
    error = {"type": kind, "code": code, "message": message, "param": None, "event_id": None}
    return json.dumps({"type": "error", "event_id": "event_fault", "error": error})


def failed(frame: Frame, shot: Shot) -> str:
    """The `response.done` of a response that failed in the end."""
    event = _event(frame)
    error = {"type": shot.text("kind"), "code": shot.text("code"), "message": f"The response failed: {shot.text('code')}."}
    response = {**event.get("response", {}), "status": "failed", "status_details": {"type": "failed", "error": error}}
    return json.dumps({**event, "response": response})


def _event(frame: Frame) -> dict[str, Any]:
    try:
        event = json.loads(frame)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
