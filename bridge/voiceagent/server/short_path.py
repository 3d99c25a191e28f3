"""The short path into the bridge: media frames reach a plain function straight from uvicorn's `data_received`.

uvicorn still parses the handshake, and the application still routes, verifies and accepts; it finds the connection in the
scope under `MEDIA` and attaches a function. From there every complete text frame skips the queue, the pause and resume of
reading and the task switch of the stock implementation; all other frames still go to it. Two of its methods are overridden
(`handle_connect`, `data_received`); a guard test watches that they exist, and `bridge.media_path = "stock"` does without.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from websockets.http11 import Request

try:
    from websockets.speedups import apply_mask
except ImportError:  # the pure Python twin, where no compiled wheel exists
    from websockets.utils import apply_mask

from voiceagent.protocol.ws_frames import FrameWalker, server_text_header
from voiceagent.server.handshake import ServerProtocol

MEDIA = "voiceagent.media"
MEDIA_FRAME_LIMIT = 65536  # a media frame is 1.5 KB; 64 KiB leaves room for whole sentences and none for abuse


class MediaServerProtocol(ServerProtocol):
    """What uvicorn's `ws=` is given. Without `attach` it behaves as its parent."""

    _on_text: Callable[[bytes], object] | None = None
    _walker: FrameWalker

    def attach(self, on_text: Callable[[bytes], object]) -> None:
        """From now on complete text frames go to `on_text`; call it before the handshake is accepted."""
        self._walker = FrameWalker(limit=MEDIA_FRAME_LIMIT, unmask=apply_mask)
        self._on_text = on_text

    def detach(self) -> None:
        """Back to the stock path; a frame that is half here is given to it."""
        self._on_text = None
        rest = self._walker.pending()
        if rest:
            super().data_received(rest)

    def send_text(self, payload: bytes) -> None:
        """Write a text frame now; nothing happens on a connection that is closing."""
        if not self.close_sent and not self.disconnected:
            self.transport.write(server_text_header(len(payload)) + payload)

    def backlog(self) -> int:
        """Bytes that the peer has not taken yet."""
        return self.transport.get_write_buffer_size()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)  # absent when the handshake was refused
        if scope is not None:
            scope["extensions"][MEDIA] = {"connection": self}

    def data_received(self, data: bytes) -> None:
        on_text = self._on_text
        if on_text is None:
            super().data_received(data)
        else:
            self._walker.walk(data, on_text, super().data_received)
