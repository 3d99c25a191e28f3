"""Servers that are known, new, and not who they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncssh
import pytest

from voiceagent.tunnels.host_keys import HostKeys

KEY, OTHER = (asyncssh.generate_private_key("ssh-ed25519").convert_to_public() for _ in range(2))


def line(name: str, key: Any) -> str:
    return f"{name} {key.export_public_key('openssh').decode().strip()}\n"


def check(keys: HostKeys, key: Any = KEY, *, port: int = 2222) -> bool:
    return keys.check("ssh.example", "192.0.2.1", port, key)


def test_a_new_server_is_trusted_once_written_down_and_told_of(tmp_path: Path) -> None:
    told: list[str] = []
    keys = HostKeys(tmp_path / "deep" / "known_hosts", tell=told.append)
    assert check(keys)
    assert told == [
        f"[ssh.example]:2222 is new here: its key {KEY.get_fingerprint()} was taken on trust and written to {keys.ours}"
    ]
    assert keys.ours.read_text() == line("[ssh.example]:2222", KEY)
    assert keys.ours.stat().st_mode & 0o777 == 0o600


def test_one_whose_key_changed_is_refused(tmp_path: Path) -> None:
    keys = HostKeys(tmp_path / "known_hosts")
    assert check(keys)
    assert not check(keys, OTHER)
    assert "shows another key than it did before" in keys.refusal
    assert str(keys.ours) in keys.remedy
    assert keys.ours.read_text() == line("[ssh.example]:2222", KEY)


def test_another_port_is_another_server(tmp_path: Path) -> None:
    keys = HostKeys(tmp_path / "known_hosts")
    assert check(keys)
    assert check(keys, OTHER, port=22)
    assert keys.ours.read_text() == line("[ssh.example]:2222", KEY) + line("ssh.example", OTHER)


def test_the_users_own_file_counts_and_is_not_written_to(tmp_path: Path) -> None:
    users = tmp_path / "users"
    users.write_text(line("ssh.example", KEY).rstrip("\n"))
    keys = HostKeys(tmp_path / "ours", [users, tmp_path / "missing"])
    assert not check(keys, OTHER, port=22)
    assert keys.remedy.endswith(f"delete its lines in {users}")
    assert line("ssh.example", KEY).encode() in keys.known() + b"\n"
    assert users.read_text() == line("ssh.example", KEY).rstrip("\n")


def test_new_servers_may_be_refused(tmp_path: Path) -> None:
    keys = HostKeys(tmp_path / "known_hosts", unknown="refuse")
    assert not check(keys)
    assert "tunnel.unknown_hosts is refuse" in keys.refusal
    assert "ssh-keyscan -p 2222 ssh.example" in keys.remedy
    assert not keys.ours.exists()


@pytest.mark.parametrize("before", ["", "# a comment", "# a comment\n"])
def test_lines_stay_lines(before: str, tmp_path: Path) -> None:
    ours = tmp_path / "known_hosts"
    ours.write_text(before)
    assert check(HostKeys(ours))
    assert ours.read_text().splitlines() == [*before.splitlines(), line("[ssh.example]:2222", KEY).strip()]
