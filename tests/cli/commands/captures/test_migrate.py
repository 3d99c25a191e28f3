"""`voiceagent captures migrate`."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from voiceagent.capture.read import CaptureReader, read_capture


def test_a_capture_that_was_unpacked_becomes_one_with_checks_again(captured: Path, voiceagent: Any, tmp_path: Path) -> None:
    path = next((captured / "captures").glob("*e8e3*.gz"))
    plain = tmp_path / "plain.jsonl"
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    out = tmp_path / "new.jsonl.gz"
    outcome = voiceagent("captures", "migrate", plain, out, "--json")
    told = json.loads(outcome.out)
    assert (told["from_version"], told["version"], told["stopped"]) == (1, 2, None)
    assert read_capture(out).records == read_capture(path).records


def test_with_encryption_on_the_copy_is_encrypted(
    captured: Path, voiceagent: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEAGENT_CAPTURE_ENCRYPTION", "aes-gcm")
    outcome = voiceagent("captures", "migrate", "e8e3", tmp_path / "a.jsonl.gz", "--dir", captured)
    assert outcome.code == 2
    assert "`capture.encryption` is aes-gcm, and there is no key" in outcome.err
    monkeypatch.setenv("VOICEAGENT_CAPTURE_KEY", base64.b64encode(b"n" * 32).decode())
    assert voiceagent("captures", "migrate", "e8e3", tmp_path / "a.jsonl.gz", "--dir", captured).code == 0
    assert CaptureReader(tmp_path / "a.jsonl.gz", sealed_too=True).header.sealed["alg"] == "A256GCM"


def test_a_capture_of_the_future_asks_for_an_update(voiceagent: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"v":3,"kind":"header"}\n')
    outcome = voiceagent("captures", "migrate", path, tmp_path / "b.jsonl.gz")
    assert outcome.code == 2
    assert "is a capture of version 3; this voiceagent reads versions up to 2" in outcome.err
    assert "try: please update voiceagent" in outcome.err
