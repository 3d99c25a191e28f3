"""Calls written down without holding them up."""

from __future__ import annotations

import errno
import gzip
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from voiceagent.call.commands import AgentSpeechBegan, AskForReply, CallEndedNoted, PhaseNoted, RunTool
from voiceagent.call.events import ToolCalled
from voiceagent.capture.read import read_capture
from voiceagent.capture.records import End, Mark, NoteRecord, Reaction, Wire
from voiceagent.capture.seal import CaptureKey
from voiceagent.capture.write import CaptureWriter
from voiceagent.discreet import Words

ENDED = CallEndedNoted("completed", "caller left", 1, 2, 0)


def writer(tmp_path: Path, **options: object) -> CaptureWriter:
    return CaptureWriter(tmp_path / "captures", wall=lambda: 1_795_000_000.0, **options)  # type: ignore[arg-type]  # passed on as they are


def test_a_call_becomes_a_file_in_the_order_it_happened(tmp_path: Path) -> None:
    with writer(tmp_path, project={"name": "orders"}, engine="embedded") as captures:
        captures.note("c1", 0, PhaseNoted("answered"))
        captures.frame("c1", 1.5, "media", "in", b'{"kind":"AudioMetadata"}')
        captures.reaction(
            "c1", 2, ToolCalled("r", "i", "t", "look", "{}"), [RunTool("t", "look", "{}", 5), AgentSpeechBegan("i", None)]
        )
        captures.note("c1", 9, ENDED)
        path = captures.path("c1")
    assert path == tmp_path / "captures" / "20261118T110640Z-c1.jsonl.gz"
    capture = read_capture(path)
    assert (capture.stopped, capture.header.policy, capture.header.project) == (None, "redacted", {"name": "orders"})
    assert [type(record) for record in capture.records] == [NoteRecord, Wire, Reaction, NoteRecord, End]
    reaction = capture.records[2]
    assert isinstance(reaction, Reaction)
    assert [command["type"] for command in reaction.commands] == ["RunTool"]  # notes stand on their own


def test_calls_do_not_mix(tmp_path: Path) -> None:
    with writer(tmp_path) as captures:
        for number in range(200):
            captures.frame(f"c{number % 3}", number, "engine", "in", b'{"n":%d}' % number)
        paths = [captures.path(f"c{number}") for number in range(3)]
    for number, path in enumerate(paths):
        assert path is not None
        frames = [record.at_ms for record in read_capture(path).records if isinstance(record, Wire)]
        assert frames == [float(at_ms) for at_ms in range(number, 200, 3)]


def test_leaving_ends_captures_whose_calls_go_on(tmp_path: Path) -> None:
    with writer(tmp_path) as captures:
        captures.note("c1", 0, PhaseNoted("answered"))
        path = captures.path("c1")
    assert path is not None
    assert read_capture(path).stopped is None
    captures.close()  # again: nothing happens


def test_stragglers_after_the_end_make_no_second_capture(tmp_path: Path) -> None:
    with writer(tmp_path) as captures:
        captures.note("c1", 0, ENDED)
        captures.frame("c1", 1, "webhook", "in", b"{}")
    assert len(list((tmp_path / "captures").iterdir())) == 1


def test_off_writes_nothing(tmp_path: Path) -> None:
    with writer(tmp_path, policy="off") as captures:
        captures.frame("c1", 0, "media", "in", b"{}")
        captures.note("c1", 0, ENDED)
        assert captures.path("c1") is None
    assert not (tmp_path / "captures").exists()


def test_a_full_queue_ends_the_capture_with_a_mark_where_the_hole_begins(tmp_path: Path) -> None:
    captures = writer(tmp_path, bound=10)
    captures._closing.set()  # the thread writes what is there when it starts, and ends
    with captures:
        pass
    captures = writer(tmp_path, bound=10)
    captures._thread = object()  # type: ignore[assignment]  # accepts records, while nobody takes them away
    for number in range(30):
        captures.frame("c1", number, "media", "in", b"{}")
    captures._thread = None
    with captures:
        path = captures.path("c1")
    assert path is not None
    capture = read_capture(path)
    assert [type(record) for record in capture.records] == [Wire] * 10 + [Mark, End]
    assert capture.stopped == "the capture ended before its call, after record 11: queue-full"
    assert "slower than the call" in str(captures.failure("c1"))


def test_an_id_from_outside_cannot_leave_the_folder(tmp_path: Path) -> None:
    with writer(tmp_path) as captures:
        captures.note("../../etc/passwd", 0, ENDED)
    assert [path.name for path in (tmp_path / "captures").iterdir()] == ["20261118T110640Z-______etc_passwd.jsonl.gz"]


def test_words_and_secrets_stay_out_of_a_redacted_capture(tmp_path: Path) -> None:
    with writer(tmp_path, secrets=["canary-123"]) as captures:
        captures.reaction("c1", 0, None, [AskForReply(Words("Hello Ann"))])
        captures.frame("c1", 0, "control", "out", b'{"key":"canary-123"}')
        path = captures.path("c1")
    assert path is not None
    assert "Ann" not in str(read_capture(path).records)
    assert "canary" not in str(read_capture(path).records)


def test_a_record_that_cannot_be_written_costs_only_itself(tmp_path: Path) -> None:
    with writer(tmp_path) as captures:
        captures.frame("c1", 0, "media", "in", 3)  # type: ignore[arg-type]  # a defect of ours
        captures.frame("c1", 1, "media", "in", b"{}")
        path = captures.path("c1")
    assert path is not None
    assert [type(record) for record in read_capture(path).records] == [Mark, Wire, End]


KILLED = """
import sys, threading
from pathlib import Path
from voiceagent.capture.seal import CaptureKey
from voiceagent.capture.write import CaptureWriter
with CaptureWriter(Path(sys.argv[1]), policy="full") as captures:
    number = 0
    while True:
        captures.frame("c1", number * 20, "media", "in", b'{"n":%d,"data":"%s"}' % (number, b"x" * 50))
        number += 1
        if number == 500:
            print("ready", flush=True)
        threading.Event().wait(0.002)
"""


def test_a_killed_process_leaves_a_capture_that_can_be_read(tmp_path: Path, root: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(root / "bridge")}
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, env=environment)
    assert child.stdout is not None
    with child:
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(signal.SIGKILL)
    capture = read_capture(next(tmp_path.iterdir()))
    frames = [record for record in capture.records if isinstance(record, Wire)]
    assert len(frames) > 50
    assert [record.at_ms for record in frames] == [number * 20 for number in range(len(frames))]
    assert f"the file ends after record {len(frames)} without an end: its writer was stopped" in str(capture.stopped)


@pytest.mark.parametrize("policy", ["redacted", "full"])
def test_captures_are_private(tmp_path: Path, policy: str) -> None:
    with writer(tmp_path, policy=policy) as captures:
        captures.note("c1", 0, ENDED)
        path = captures.path("c1")
    assert path is not None
    assert path.stat().st_mode & 0o077 == 0


class FullDisk:
    """`os.write` on a disk with so much room for all files together."""

    def __init__(self, room: int) -> None:
        self._room, self._write = room, os.write

    def __call__(self, file: int, content: bytes) -> int:
        if self._room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self._write(file, bytes(content)[: self._room])
        self._room -= written
        return written


def test_a_full_disk_ends_the_captures_with_a_mark_and_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with writer(tmp_path) as captures:
        monkeypatch.setattr(os, "write", FullDisk(3000))
        truncate = os.ftruncate

        def making_room(file: int, length: int) -> None:
            disk = os.write
            assert isinstance(disk, FullDisk)
            disk._room += os.fstat(file).st_size - length
            truncate(file, length)

        monkeypatch.setattr(os, "ftruncate", making_room)
        for number in range(2000):
            for call_id in ("c1", "c2"):
                captures.frame(call_id, number * 20, "media", "in", b'{"n":"%b"}' % os.urandom(40).hex().encode())
        for call_id in ("c1", "c2"):
            captures.note(call_id, 40_000, ENDED)  # both calls have gone on to their end
        paths = [captures.path(call_id) for call_id in ("c1", "c2")]
    failures = [captures.failure(call_id) for call_id in ("c1", "c2")]
    assert all("No space left" in str(failure) and str(failure).endswith("; make room") for failure in failures)
    for path in paths:
        assert path is not None
        capture = read_capture(path)
        assert isinstance(capture.records[-1], End)
        assert (capture.records[-1].reason, capture.state) == ("disk-full", "cut")
        assert isinstance(capture.records[-2], Mark)


def test_an_encrypted_capture_that_was_killed_is_readable_to_its_last_block(tmp_path: Path) -> None:
    key = CaptureKey(b"k" * 32)
    with writer(tmp_path, seal=key) as captures:
        captures.note("c1", 0, PhaseNoted("answered"))
        captures.note("c1", 1, ENDED)
        path = captures.path("c1")
    assert path is not None
    assert b"PhaseNoted" not in gzip.decompress(path.read_bytes())
    assert read_capture(path, key=key).stopped is None
    path.write_bytes(path.read_bytes()[:-40])
    assert read_capture(path, key=key).state == "cut"
