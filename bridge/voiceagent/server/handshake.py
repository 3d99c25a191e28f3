"""WebSocket handshakes that lead nowhere are answered and over: uvicorn leaves some waiting for ever and complains of others.

The reader behind uvicorn's protocol writes a refusal of what it cannot read (414 for an address, 431 for a header that is too
long), and uvicorn looks for it only when there was a request. And a refusal that the application has sent is a handshake
completed, whatever uvicorn thinks of it: its complaint would be a line in the log for everybody who knocks.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class ServerProtocol(WebSocketsSansIOProtocol):
    """What uvicorn's `ws=` is given where nothing is to be quicker than uvicorn."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True
