"""`voiceagent tunnel` as it is typed: the list, a check through a real tunnel, and what cannot be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from voiceagent.testing.ssh import free_port


def test_the_list_is_for_people_and_programs(voiceagent: Any) -> None:
    assert voiceagent("tunnel", "--list").code == 0
    told = voiceagent("tunnel", "--list", "--json")
    assert [one["name"] for one in json.loads(told.out)["tunnels"]][-1] == "pinggy"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--tunnel", "carrier-pigeon"], 'bridge.tunnel is "carrier-pigeon", which is no tunnel'),
        (["--tunnel", "none"], "bridge.tunnel is none"),
        (["--tunnel", "ssh:nobody"], '"nobody" is no SSH server'),
        (["--tunnel", "relay"], "tunnel.relay is empty"),
        (["--port", "0", "--tunnel", "pinggy"], "bridge.port is 0"),
        ([], "no tunnel is set up"),
    ],
)
def test_what_cannot_be_is_a_sentence_with_a_remedy(words: list[str], sentence: str, voiceagent: Any, tmp_path: Path) -> None:
    told = voiceagent("tunnel", tmp_path, *words)
    assert (told.code, told.out) == (2, "")
    assert sentence in told.err
    assert "try: " in told.err


def test_a_server_that_is_not_there_is_the_remotes_fault(
    voiceagent: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    told = voiceagent("tunnel", tmp_path, "--tunnel", f"ssh:me@127.0.0.1:{free_port()}")
    assert told.code == 3
    assert "cannot be connected to" in told.err


SERVER = """
import asyncio, pathlib, sys
from voiceagent.testing.ssh import StandIn, running

async def main():
    async with running(StandIn(pathlib.Path(sys.argv[1]))) as server:
        print(server.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


def test_it_stays_until_ctrl_c(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path / "ssh")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        where = f"ssh:me@127.0.0.1:{server.stdout.readline().strip()}"
        environ = os.environ | {"XDG_DATA_HOME": str(tmp_path), "VOICEAGENT_TUNNEL_SSH_KEY": str(tmp_path / "ssh" / "id")}
        command = [sys.executable, "-m", "voiceagent_cli", "tunnel", str(tmp_path), "--tunnel", where, "--json", "--port", "1"]
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
            assert child.stdout is not None
            ready = json.loads(child.stdout.readline())
            assert (ready["name"], ready["port"], ready["handshake"]) == (where, 1, "failed")
            assert ready["round_trip_ms"] > 0
            child.send_signal(signal.SIGINT)
            assert child.wait(timeout=15) == 0
        server.communicate()
