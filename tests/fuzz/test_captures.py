"""A thousand truncations and a thousand changed bytes; `scripts/fuzz_captures` does as many as one likes."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from voiceagent.capture import blocks
from voiceagent.capture.seal import CaptureKey


@pytest.fixture(scope="module")
def fuzz(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_captures", root / "scripts" / "fuzz_captures.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["fuzz_captures"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_damage_is_never_passed_over_in_silence(fuzz: ModuleType, tmp_path: Path) -> None:
    original = fuzz.make(tmp_path / "a.jsonl.gz", blocks=6)
    assert fuzz.run(original, tmp_path / "damaged.jsonl.gz", rounds=1000, seed=20261122) == []


def test_nor_in_an_encrypted_capture(fuzz: ModuleType, tmp_path: Path) -> None:
    original = fuzz.make(tmp_path / "a.jsonl.gz", blocks=3, key=CaptureKey(b"k" * 32))
    assert fuzz.run(original, tmp_path / "damaged.jsonl.gz", rounds=300, seed=20261122) == []


def test_a_silent_reader_would_be_found_out(fuzz: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge judges: with checksums ignored the same damage is a fault."""
    original = fuzz.make(tmp_path / "a.jsonl.gz", blocks=6)
    monkeypatch.setattr(blocks, "TRAILER", Credulous())
    assert fuzz.run(original, tmp_path / "damaged.jsonl.gz", rounds=400, seed=20261122) != []


class Credulous:
    """Finds every checksum right."""

    size = 8

    def unpack(self, _: bytes) -> _Equal:
        return _Equal()


class _Equal(tuple[int, ...]):
    __slots__ = ()
    __hash__ = tuple.__hash__

    def __eq__(self, _: object) -> bool:
        return True

    def __ne__(self, _: object) -> bool:
        return False
