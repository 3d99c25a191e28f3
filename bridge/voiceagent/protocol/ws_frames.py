"""Where a WebSocket byte stream may be cut: finds complete, unfragmented text frames and leaves all others to a library.

A media frame is nearly always one whole text frame in one read. Handing it over directly saves the queue, the future and the
task switch of a general implementation; everything rarer (control frames, fragments, binary, violations) goes to that
implementation byte for byte, so that pings, the closing handshake and protocol errors stay its own. Needs compression off.
"""

from __future__ import annotations

from collections.abc import Callable

TEXT = 0x81  # FIN and opcode 1, no reserved bits
_CLOSE = 8

Sink = Callable[[bytes], object]
Unmask = Callable[[bytes, bytes], bytes]


class FrameWalker:
    """Cuts what one peer sends; one object per connection.

    `unmask` is given for a server's side (clients must mask) and None for a client's side. A payload longer than `limit`
    is not waited for: the library gets its bytes and refuses them by its own limit, which must not be larger.
    """

    __slots__ = ("_have", "_in_message", "_limit", "_need", "_parts", "_unmask", "surrendered")

    def __init__(self, *, limit: int, unmask: Unmask | None) -> None:
        self._limit = limit
        self._unmask = unmask
        self._parts: list[bytes] = []
        self._have = 0
        self._need = 0
        self._in_message = False
        self.surrendered = False
        """After a close frame or a violation: the rest of the stream belongs to the library."""

    def pending(self) -> bytes:
        """The beginning of a frame that is still incomplete; it is forgotten here."""
        rest = b"".join(self._parts)
        self._parts.clear()
        self._have = self._need = 0
        return rest

    def walk(self, data: bytes, on_text: Sink, on_rest: Sink) -> None:
        """Give every complete text payload to `on_text` and all other bytes, cut at frames, to `on_rest`, in their order."""
        if self._parts:
            self._parts.append(data)
            self._have += len(data)
            if self._have < self._need:  # so that a long frame in many reads is joined once
                return
            data = self.pending()
        if self.surrendered:
            on_rest(data)
            return
        self._walk_frames(data, on_text, on_rest)

    def _walk_frames(self, data: bytes, on_text: Sink, on_rest: Sink) -> None:
        unmask = self._unmask
        masked = 0x80 if unmask is not None else 0
        at, end = 0, len(data)
        need = 2
        while end - at >= 2:
            length = data[at + 1] ^ masked  # the mask bit is now 0 if it was as it must be
            body = at + 2
            if length == 126:
                body += 2
                if body > end:
                    need = 4
                    break
                length = data[at + 2] << 8 | data[at + 3]
            elif length == 127:
                body += 8
                if body > end:
                    need = 10
                    break
                length = int.from_bytes(data[at + 2 : body], "big")
            elif length > 127:
                self._surrender(data[at:], on_rest)
                return
            if length > self._limit:
                self._surrender(data[at:], on_rest)
                return
            if masked:
                body += 4
            stop = body + length
            if stop > end:
                need = stop - at
                break
            first = data[at]
            if first == TEXT and not self._in_message:
                on_text(data[body:stop] if unmask is None else unmask(data[body:stop], data[body - 4 : body]))
            else:
                opcode = first & 0x0F
                if opcode == _CLOSE:
                    self._surrender(data[at:], on_rest)
                    return
                if opcode < _CLOSE:  # control frames may come between fragments and end nothing
                    self._in_message = not first & 0x80
                on_rest(data[at:stop])
            at = stop
        if at < end:
            self._parts.append(data[at:])
            self._have = end - at
            self._need = need

    def _surrender(self, rest: bytes, on_rest: Sink) -> None:
        self.surrendered = True
        on_rest(rest)


def server_text_header(length: int) -> bytes:
    """The head of an unmasked, unfragmented text frame."""
    if length < 126:
        return bytes((TEXT, length))
    if length < 65536:
        return bytes((TEXT, 126, length >> 8, length & 0xFF))
    return bytes((TEXT, 127)) + length.to_bytes(8, "big")


def client_text_header(length: int) -> bytes:
    """The head of a masked, unfragmented text frame; the mask itself follows it."""
    if length < 126:
        return bytes((TEXT, 0x80 | length))
    if length < 65536:
        return bytes((TEXT, 254, length >> 8, length & 0xFF))
    return bytes((TEXT, 255)) + length.to_bytes(8, "big")
