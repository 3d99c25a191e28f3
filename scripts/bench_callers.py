"""Many emulated callers at once, and how far behind the 20 ms schedule their frames reach the app.

`voiceagent emulate acs` runs as a process of its own. This process is the app: it answers every call, takes the frames as they
come from the socket, and talks a second in every two, so that the callers have something to hear. Lateness is measured here,
where frames arrive: of each call's frames the one that came earliest on its schedule is taken for punctual.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import io
import json
import math
import sys
import time
from array import array
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

LIMIT_MS = 10.0
FRAME_MS = 20.0
SETTLED_SECONDS = 5.0
RATE = 24_000
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Media(asyncio.Protocol):
    """One media socket, taken byte for byte: a WebSocket library would measure itself."""

    def __init__(self, calls: list[Media], talk: bytes) -> None:
        self._calls = calls
        self._talk = talk
        self._buffer = bytearray()
        self._is_open = False
        self.offsets: array[float] | None = None
        self._frames = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        now = time.monotonic() * 1000
        self._buffer += data
        if not self._is_open:
            self._upgrade()
            return
        while (length := self._whole()) is not None:
            del self._buffer[:length]
            self._frames += 1
            if self.offsets is not None:
                self.offsets.append(now - self._frames * FRAME_MS)

    def _upgrade(self) -> None:
        head, end, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        if not end:
            return
        key = next(
            line.split(b":", 1)[1].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key")
        )
        accept = base64.b64encode(hashlib.sha1(key + MAGIC, usedforsecurity=False).digest()).decode()
        head = ("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade")
        self._transport.write("\r\n".join([*head, f"Sec-WebSocket-Accept: {accept}", "", ""]).encode())
        self._buffer[:] = rest
        self._is_open = True
        self._calls.append(self)

    def _whole(self) -> int | None:
        """The length of the first frame, if it is there as a whole; clients mask theirs."""
        found = self._buffer
        if len(found) < 4:
            return None
        length = found[1] & 0x7F
        length, head = (length, 2) if length < 126 else (int.from_bytes(found[2:4], "big"), 4)
        return head + 4 + length if len(found) >= head + 4 + length else None

    def talk(self) -> None:
        if self._is_open and not self._transport.is_closing():
            self._transport.write(self._talk)


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--callers", type=int, default=200)
    wanted.add_argument("--seconds", type=float, default=30)
    wanted.add_argument("--line", default="telephone", choices=["telephone", "wideband"])
    given = wanted.parse_args()
    figures = asyncio.run(measure(given.callers, given.seconds, given.line))
    print(
        f"{given.callers} callers, {given.seconds:g} s, {figures['frames']} frames: "
        f"late p50 {figures['p50']:.2f} ms, p99 {figures['p99']:.2f} ms, max {figures['max']:.2f} ms; "
        f"{figures['lost']} lost; the emulator's CPU {figures['cpu_us']:.0f} µs a frame, {figures['cpu_share']:.0f} % of a core"
    )
    return 0 if figures["p99"] < LIMIT_MS and not figures["lost"] else 1


async def measure(callers: int, seconds: float, line: str) -> dict[str, float]:
    calls: list[Media] = []
    loop = asyncio.get_running_loop()
    talk = websocket_text(agent_frame())
    media = await loop.create_server(lambda: Media(calls, talk), "127.0.0.1", 0)
    media_url = f"ws://127.0.0.1:{media.sockets[0].getsockname()[1]}/"
    async with emulator() as facts, an_app(facts["acs"], media_url) as events_url:
        import httpx

        async with httpx.AsyncClient(base_url=facts["acs"]["endpoint"], trust_env=False, timeout=60) as admin:
            (await admin.put("/emulator/subscription", json={"endpoint": events_url})).raise_for_status()
            steps = [{"wav": tone_wav()}, {"silence": 1_000}] * max(1, int(seconds / 3) + 3)
            order = {"hang_up_after": False, "line": line, "noise_db": 25, "steps": steps[:2]}
            for _ in range(callers):
                (await admin.post("/emulator/calls", json=order)).raise_for_status()
            async with asyncio.timeout(120):
                while len(calls) < callers:  # noqa: ASYNC110 - a bench may look now and then
                    await asyncio.sleep(0.1)
            async with asyncio.TaskGroup() as tasks:
                talking = tasks.create_task(keep_talking(calls))
                await asyncio.sleep(SETTLED_SECONDS)
                for call in calls:
                    call.offsets = array("d")
                before, began = cpu_seconds(facts["pid"]), time.monotonic()
                await asyncio.sleep(seconds)
                cpu, took = cpu_seconds(facts["pid"]) - before, time.monotonic() - began
                late = [offset - min(call.offsets) for call in calls if call.offsets for offset in call.offsets]
                talking.cancel()
            every = (await admin.get("/emulator/calls")).json()["calls"]
            seen = [(await admin.get(f"/emulator/calls/{one['call_id']}")).json() for one in every]
            lost = sum(one["frames"]["lost"] for one in seen)
    media.close()
    late.sort()
    return {
        "frames": len(late),
        "p50": late[len(late) // 2],
        "p99": late[int(len(late) * 0.99)],
        "max": late[-1],
        "lost": lost,
        "cpu_us": cpu / len(late) * 1e6,
        "cpu_share": cpu / took * 100,
    }


async def keep_talking(calls: list[Media]) -> None:
    """Each call's agent speaks a second in every two; they begin one after the other."""
    while True:
        for call in calls:
            call.talk()
            await asyncio.sleep(2 / len(calls))


@asynccontextmanager
async def emulator() -> Any:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voiceagent_cli", "emulate", "acs", "--env", "--json", "--with-parent"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        yield json.loads(await child.stdout.readline()) | {"pid": child.pid}
    finally:
        child.stdin.close()
        await child.wait()


@asynccontextmanager
async def an_app(acs: dict[str, str], media_url: str) -> Any:
    """Answers every call with its media at that address; callbacks are taken and forgotten."""
    import httpx
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    from voiceagent.emulators.listening import doors, ports, serving
    from voiceagent.emulators.reach import Reach
    from voiceagent.protocol.auth import sign_request

    target = "/calling/callConnections:answer?api-version=2026-03-12"
    host = acs["endpoint"].partition("://")[2]

    async def events(request: Any) -> JSONResponse:
        (event,) = await request.json()
        if "validationCode" in event["data"]:
            return JSONResponse({"validationResponse": event["data"]["validationCode"]})
        streaming = {
            "transportType": "websocket",
            "transportUrl": media_url,
            "contentType": "audio",
            "audioChannelType": "mixed",
            "audioFormat": "pcm24KMono",
            "enableBidirectional": True,
            "startMediaStreaming": True,
        }
        context = event["data"]["incomingCallContext"]
        body = json.dumps(
            {"incomingCallContext": context, "callbackUri": own + "/told", "mediaStreamingOptions": streaming}
        ).encode()
        signed = sign_request("POST", target, host=host, body=body, access_key=acs["key"], now=time.time())
        headers = signed | {"Content-Type": "application/json"}
        (await http.post(acs["endpoint"] + target, content=body, headers=headers)).raise_for_status()
        return JSONResponse({})

    async def told(_: Any) -> JSONResponse:
        return JSONResponse({})

    app = Starlette(routes=[Route("/events", events, methods=["POST"]), Route("/told", told, methods=["POST"])])
    reach = Reach()
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http, asyncio.TaskGroup() as tasks:
        with doors(reach, 0, 0) as opened:
            own = reach.url(ports(opened)[0])
            async with serving(app, opened, tasks):
                yield own + "/events"


def tone(seconds: float, hertz: float = 300) -> bytes:
    samples = (int(9_000 * math.sin(2 * math.pi * hertz * at / RATE)) for at in range(int(seconds * RATE)))
    return array("h", samples).tobytes()


def tone_wav() -> str:
    import wave

    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes(tone(2))
    return base64.b64encode(file.getvalue()).decode()


def agent_frame() -> bytes:
    return json.dumps(
        {"Kind": "AudioData", "AudioData": {"Data": base64.b64encode(tone(1)).decode()}, "StopAudio": None}
    ).encode()


def websocket_text(payload: bytes) -> bytes:
    """A whole text frame of a server."""
    return b"\x81\x7f" + len(payload).to_bytes(8, "big") + payload


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, from /proc; a machine without it has none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    import os

    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
