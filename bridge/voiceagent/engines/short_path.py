"""The short path to an engine: its text frames reach a plain function straight from `websockets`' `data_received`.

The handshake, control frames, fragments and errors stay the library's; see `protocol.ws_frames`. `websockets.connect` takes
such a connection through its documented `create_connection`; overridden is `data_received`, and a guard test watches it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.protocol import State

try:
    from websockets.speedups import apply_mask
except ImportError:  # the pure Python twin, where no compiled wheel exists
    from websockets.utils import apply_mask

from voiceagent.protocol.ws_frames import FrameWalker, client_text_header

ENGINE_FRAME_LIMIT = 4 * 1024 * 1024  # an audio delta is 20 KB; a session echo with many tools may be large

_MASKS_AT_ONCE = 8192  # one system call for 2048 frames; masks are only required to be unpredictable


class ShortPathConnection(ClientConnection):
    """A `ClientConnection` whose text frames go to `on_text`; everything else is read as usual."""

    def __init__(self, *arguments: Any, on_text: Callable[[bytes], object], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._on_text = on_text
        self._walker = FrameWalker(limit=ENGINE_FRAME_LIMIT, unmask=None)
        self._head = b""
        self._masks = b""
        self._mask_at = 0

    def send_text(self, payload: bytes) -> bool:
        """Write a text frame now. False when the connection is closing: nothing was written."""
        if self.protocol.state is not State.OPEN:
            return False
        at = self._mask_at
        if at >= len(self._masks):
            self._masks = os.urandom(_MASKS_AT_ONCE)
            at = 0
        self._mask_at = at + 4
        mask = self._masks[at : at + 4]
        self.transport.write(client_text_header(len(payload)) + mask + apply_mask(payload, mask))
        return True

    def backlog(self) -> int:
        """Bytes that the peer has not taken yet."""
        return self.transport.get_write_buffer_size()

    def data_received(self, data: bytes) -> None:
        if self.response is None:
            data = self._shake_hands(data)
            if not data:
                return
        self._walker.walk(data, self._on_text, super().data_received)

    def _shake_hands(self, data: bytes) -> bytes:
        """Give the library its response alone, so that the first frame boundary stays known; what is left are frames."""
        data = self._head + data
        end = data.find(b"\r\n\r\n")
        if end < 0 and len(data) < ENGINE_FRAME_LIMIT:
            self._head = data
            return b""
        self._head = b""
        if not data.startswith(b"HTTP/1.1 101") or end < 0:  # a refusal, with a body perhaps
            super().data_received(data)
            self._walker.surrendered = True
            return b""
        super().data_received(data[: end + 4])
        return data[end + 4 :]
