"""The note of a running bridge."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from voiceagent.local.running import Running, is_starting, moved, note_path, noted, read_note, started, starting, starting_path


def running(pid: int) -> Running:
    return Running(pid=pid, port=8080, workbench_url="http://127.0.0.1:2", emulator_url="http://127.0.0.1:3", token="t")


def test_it_is_there_while_the_bridge_runs_and_for_its_user_only(tmp_path: Path) -> None:
    with noted(tmp_path, running(os.getpid())):
        assert read_note(tmp_path) == running(os.getpid())
        assert stat.S_IMODE(note_path(tmp_path).stat().st_mode) == 0o600
    assert not note_path(tmp_path).exists()


def test_a_note_of_a_process_that_is_gone_counts_as_none(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    note_path(tmp_path).parent.mkdir()
    with noted(tmp_path, running(child.pid)):
        assert read_note(tmp_path) is None


async def test_one_that_starts_is_waited_for(tmp_path: Path) -> None:
    async with asyncio.TaskGroup() as tasks:
        with starting(tmp_path):
            waiting = tasks.create_task(started(tmp_path))
            await asyncio.sleep(0)
            assert is_starting(tmp_path)
            with noted(tmp_path, running(os.getpid())):
                assert await waiting == running(os.getpid())


async def test_one_that_did_not_come_up_is_none(tmp_path: Path) -> None:
    with starting(tmp_path):
        assert is_starting(tmp_path)
    assert await started(tmp_path) is None
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    starting_path(tmp_path).write_text(str(child.pid))
    assert await started(tmp_path) is None


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_the_note(tmp_path: Path) -> None:
    (tmp_path / ".voiceagent").write_text("in the way")
    with starting(tmp_path):
        assert not is_starting(tmp_path)


def test_on_windows_its_listener_is_asked_and_not_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(*_: int) -> None:
        raise AssertionError("there it would end the process")

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "kill", kill)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here = dataclasses.replace(running(1), workbench_url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        with noted(tmp_path, here):
            assert read_note(tmp_path) == here
            listener.close()
            assert read_note(tmp_path) is None


def test_nonsense_counts_as_none(tmp_path: Path) -> None:
    note_path(tmp_path).parent.mkdir()
    for text in ("", "[]", "{}", '{"pid": 1}'):
        note_path(tmp_path).write_text(text)
        assert read_note(tmp_path) is None


def test_the_note_of_another_bridge_is_left_alone(tmp_path: Path) -> None:
    with noted(tmp_path, running(os.getpid())):
        other = os.getppid()
        with noted(tmp_path, running(other)):
            pass
        with noted(tmp_path, running(other)):
            noted_by_us = json.loads(note_path(tmp_path).read_text()) | {"pid": os.getpid()}
            note_path(tmp_path).write_text(json.dumps(noted_by_us))
        assert read_note(tmp_path) == running(os.getpid())


def test_when_the_newer_of_two_bridges_ends_the_older_one_has_the_calls_again(tmp_path: Path) -> None:
    older, newer = running(os.getppid()), running(os.getpid())
    with noted(tmp_path, older):
        with noted(tmp_path, newer):
            assert read_note(tmp_path) == newer
        assert read_note(tmp_path) == older
    assert read_note(tmp_path) is None


def test_a_bridge_that_ended_meanwhile_does_not_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with noted(tmp_path, running(os.getppid())), noted(tmp_path, running(os.getpid())):
        monkeypatch.setattr("voiceagent.local.running._alive", lambda note: note.pid == os.getpid())
    assert not note_path(tmp_path).exists()


def test_where_no_note_can_be_left_the_bridge_runs_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    note_path(tmp_path).parent.write_text("a file where the folder should be")
    with noted(tmp_path, running(os.getpid())):
        assert read_note(tmp_path) is None
    assert "will not find this bridge" in caplog.text


def test_a_tunnel_that_came_back_elsewhere_is_noted(tmp_path: Path) -> None:
    moved(tmp_path, "https://nobody.example")
    assert read_note(tmp_path) is None
    with noted(tmp_path, running(os.getpid())):
        moved(tmp_path, "https://new.example")
        found = read_note(tmp_path)
    assert found is not None
    assert found.public_url == "https://new.example"
