"""The proxy: recordings are found under the storage's name, everything else goes where it wanted."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from azure.communication.callautomation import CallAutomationClient
from azure.core.credentials import AzureKeyCredential

from voiceagent.emulators.acs.recordings import Recording
from voiceagent.emulators.acs.requests import RecordingRequest
from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.acs.state import Order
from voiceagent.emulators.certificates import NAMES, open_authority
from voiceagent.emulators.proxy import STORAGE, StorageProxy, _carry
from voiceagent.emulators.reach import Reach


async def asked(proxy: StorageProxy, head: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(head)
    answer = await reader.readline()
    writer.close()
    return answer.strip()


async def test_the_storage_is_the_emulator_and_every_other_address_itself(tmp_path: Path) -> None:
    authority = open_authority(tmp_path, names=(*NAMES, STORAGE))
    trusted = ssl.create_default_context(cafile=str(authority.certificate))
    async with (
        AcsEmulator(tls=authority.server_context(), storage=STORAGE) as acs,
        StorageProxy(acs.reach, acs.tls_port) as proxy,
        httpx.AsyncClient(proxy=proxy.url, verify=trusted, trust_env=False) as http,
    ):
        stored = await http.get(f"https://{STORAGE}/v1/objects/none/content/audio")
        assert (stored.status_code, stored.json()["error"]["message"]) == (404, "Recording not found.")
        assert (await http.get(f"{acs.url}/emulator/health")).json()["ok"]


async def test_azures_python_clients_download_a_recording(tmp_path: Path) -> None:
    authority = open_authority(tmp_path, names=(*NAMES, STORAGE))
    async with (
        AcsEmulator(tls=authority.server_context(), storage=STORAGE) as acs,
        StorageProxy(acs.reach, acs.tls_port) as proxy,
    ):
        call = acs.network.exchange.place(Order("4:+14255550100", "4:+14255550199"), acs.network.now())
        call.recordings["r"] = Recording("r", "doc", RecordingRequest(None, None, None, "audio", "mixed", "wav", False), 0, "")
        acs.network.recording_file("doc").write_bytes(b"RIFF and so on")
        where, key = f"https://{STORAGE}/v1/objects/doc/content/audio", AzureKeyCredential(acs.key)
        way: dict[str, Any] = {"connection_verify": str(authority.certificate), "proxies": {"https": proxy.url}}

        def blocking(**part: int) -> bytes:
            with CallAutomationClient(acs.url, key, **way) as client:
                response: Any = client.download_recording(where, **part)
                try:
                    return bytes(response.read())
                finally:
                    response.close()

        assert await asyncio.to_thread(blocking) == b"RIFF and so on"
        assert await asyncio.to_thread(blocking, offset=5) == b"and so on"
        assert await asyncio.to_thread(blocking, offset=5, length=3) == b"and"


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 405 Method Not Allowed"),
        (b"CONNECT nowhere HTTP/1.1\r\n\r\n", b"HTTP/1.1 405 Method Not Allowed"),
        (b"CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n", b"HTTP/1.1 502 Bad Gateway"),
        (b"CONNECT 127.0.0.1:\xb2 HTTP/1.1\r\n\r\n", b"HTTP/1.1 405 Method Not Allowed"),
        (b"CONNECT 127.0.0.1:99999 HTTP/1.1\r\n\r\n", b"HTTP/1.1 405 Method Not Allowed"),
        (b"CONNECT " + b"x" * 70 + b".example:1 HTTP/1.1\r\n\r\n", b"HTTP/1.1 502 Bad Gateway"),
        (b"\r\n\r\n", b"HTTP/1.1 405 Method Not Allowed"),
    ],
)
async def test_what_cannot_be_done_is_told(head: bytes, answer: bytes) -> None:
    async with StorageProxy(Reach(), 1) as proxy:
        assert await asked(proxy, head) == answer


async def test_somebody_who_asks_too_much_or_leaves_is_let_go() -> None:
    async with StorageProxy(Reach(), 1) as proxy:
        assert await asked(proxy, b"CONNECT " + b"x" * 70_000 + b"\r\n\r\n") == b""
        assert (await asked(proxy, b"CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 502")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "192.168.1.1"])
async def test_other_machines_are_not_led_into_this_ones_network(host: str) -> None:
    proxy = StorageProxy(Reach(name="localhost"), 1)
    assert await proxy._connect(f"CONNECT {host}:1 HTTP/1.1\r\n\r\n".encode(), "192.0.2.7") == ("403 Forbidden", None)


@pytest.mark.parametrize("host", ["localhost", STORAGE])
async def test_other_machines_get_to_the_emulators(host: str) -> None:
    """Nobody listens at this port, but it was dialled."""
    proxy = StorageProxy(Reach(name="localhost"), 1)
    assert await proxy._connect(f"CONNECT {host}:1 HTTP/1.1\r\n\r\n".encode(), "192.0.2.7") == ("502 Bad Gateway", None)
    assert await proxy._places("9.9.9.9", 443, "192.0.2.7") == [("9.9.9.9", 443)]


async def test_a_tunnel_ends_with_the_proxy() -> None:
    ended = asyncio.Event()

    async def far_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        ended.set()

    server = await asyncio.start_server(far_end, "127.0.0.1", 0)
    async with StorageProxy(Reach(), 1) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(f"CONNECT 127.0.0.1:{server.sockets[0].getsockname()[1]} HTTP/1.1\r\n\r\n".encode())
        assert await reader.readline() == b"HTTP/1.1 200 Connection established\r\n"
    async with asyncio.timeout(2):
        await ended.wait()
        assert await reader.read() == b"\r\n"
    writer.close()
    server.close()


async def test_a_connection_that_breaks_ends_one_direction_only() -> None:
    class Broken:
        async def read(self, _: int) -> bytes:
            raise OSError(113, "No route to host")

    ended: list[str] = []

    class Other:
        def write_eof(self) -> None:
            ended.append("end")

    broken, other = cast(asyncio.StreamReader, Broken()), cast(asyncio.StreamWriter, Other())
    await _carry(broken, other)
    assert ended == ["end"]


async def test_clients_are_sent_through_it_for_this_machine_too() -> None:
    async with StorageProxy(Reach(), 1) as proxy:
        assert proxy.env() == {"HTTPS_PROXY": proxy.url, "https_proxy": proxy.url, "NO_PROXY": "", "no_proxy": ""}
