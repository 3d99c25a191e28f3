#!/usr/bin/env python3
"""Two bridges behind one address that deals out connections in turn, with a real Redis (Debian: redis-server).

scripts/check_replicas --calls 6

Each call's ring, reports and sound arrive at either bridge. Prints how many calls went well; 1 when one did not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

VOICEAGENT = Path(sys.executable).with_name("voiceagent")

PATIENCE_SECONDS = 12.0
"""Two beats of the store, and a little."""


class Dealer:
    """A load balancer that knows nothing of calls: one connection here, the next one there."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self.dealt = dict.fromkeys(ports, 0)
        self._turn = 0
        self._up = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        self._up.wait(10)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        async with server:
            await server.serve_forever()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in self._ports:
            port = self._ports[self._turn % len(self._ports)]
            self._turn += 1
            try:
                other = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            self.dealt[port] += 1
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(pump(reader, other[1]))
                tasks.create_task(pump(other[0], writer))
            return
        writer.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def process(*words: str | Path, **more: Any) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([str(word) for word in words], text=True, **more) as running:
        try:
            yield running
        finally:
            running.terminate()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=6)
    count = parser.parse_args().calls
    if not shutil.which("redis-server"):
        print("redis-server is not here (Debian: apt-get install redis-server)")
        return 2
    import httpx

    from voiceagent.testing.emulated import emulated

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        redis, ports = free_port(), [free_port(), free_port()]
        quiet = {"stdout": subprocess.DEVNULL}
        stack.enter_context(process("redis-server", "--port", str(redis), "--save", "", "--requirepass", "pw", **quiet))
        dealer = Dealer(ports)
        world = stack.enter_context(emulated())
        environ = os.environ | world.env()
        environ |= {
            "VOICEAGENT_ENGINE": "voice-live",
            "VOICEAGENT_PUBLIC_URL": f"http://127.0.0.1:{dealer.port}",
            "VOICEAGENT_EVENT_SECRET": "a-secret",
            "VOICEAGENT_TOKEN_SECRET": "another",
            "VOICEAGENT_REDIS_URL": f"redis://:pw@127.0.0.1:{redis}/0",
        }
        for port in ports:
            subprocess.run([VOICEAGENT, "init", folder / str(port), "--json"], check=True, **quiet)
            words = (VOICEAGENT, "serve", folder / str(port), "--port", str(port), "--json")
            bridge = stack.enter_context(process(*words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL))
            assert bridge.stdout is not None
            assert json.loads(bridge.stdout.readline())["ready"]
            threading.Thread(target=list, args=(bridge.stdout,), daemon=True).start()
        world.subscribe(f"http://127.0.0.1:{dealer.port}/events", headers={"x-voiceagent-secret": "a-secret"})
        calls = [world.call({"say": "Hello?"}, {"silence": 1500}, {"say": "Goodbye."}) for _ in range(count)]
        with httpx.Client(trust_env=False) as http:
            due = time.monotonic() + PATIENCE_SECONDS
            while True:
                shared = [http.get(f"http://127.0.0.1:{port}/readyz").json() for port in ports]
                if shared[-1]["calls_of_all"] == count or time.monotonic() > due:
                    break  # each knows of the others' calls by its next beat; what it knows is printed
                time.sleep(0.2)
        ended = [call.ended() for call in calls]
    well = sum(one["outcome"] == "completed" and one["frames"]["received"] > 0 for one in ended)
    print(f"calls that went well   {well} of {count}")
    each, told = ", ".join(str(one["calls"]) for one in shared), shared[-1]["calls_of_all"]
    print(f"calls of each replica  {each}; of all, as they know: {told}")
    print(f"connections dealt      {', '.join(map(str, dealer.dealt.values()))}")
    return 0 if well == count else 1


if __name__ == "__main__":
    sys.exit(main())
