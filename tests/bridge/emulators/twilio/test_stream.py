"""The stream as the app meets it: signed, with Twilio's first two messages, and refused as Twilio's debugger says."""

from __future__ import annotations

import pytest
from websockets.asyncio.server import ServerConnection, serve

from voiceagent.emulators.twilio.stream import UNREAD_BYTES, StreamFailed, dial, started_of
from voiceagent.protocol.twilio_calls import signature
from voiceagent.protocol.twilio_media import Started


async def test_the_handshake_is_signed_over_its_address() -> None:
    seen: list[str] = []

    async def app(socket: ServerConnection) -> None:
        assert socket.request is not None
        seen.append(socket.request.headers["x-twilio-signature"])

    async with serve(app, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/media/1"
        socket = await dial(url, "token")
        await socket.wait_closed()
    assert seen == [signature("token", url)]


async def test_an_app_that_is_away_is_told() -> None:
    with pytest.raises(StreamFailed, match="31920"):
        await dial("ws://127.0.0.1:9/x", "token")


def test_the_start_tells_what_the_document_gave() -> None:
    assert started_of("CA1", "MZ1", "AC1", {"a": "1"}) == Started("MZ1", "CA1", "AC1", parameters={"a": "1"})


async def test_an_app_that_does_not_read_holds_nobody_up() -> None:
    async def app(socket: ServerConnection) -> None:
        await socket.wait_closed()

    async with serve(app, "127.0.0.1", 0) as server:
        socket = await dial(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/media/1", "token")
        low, high = socket.transport.get_write_buffer_limits()
        await socket.close()
    assert low < UNREAD_BYTES < high, "sending would wait before frames are counted as lost"


@pytest.mark.parametrize("address", ["ws://[", "ws://", "ws://127.0.0.1:99999/"])
async def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(StreamFailed, match="31920"):
        await dial(address, "token")
