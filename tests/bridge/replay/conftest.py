"""Captures to replay, made once without waiting."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiceagent.capture.aside import is_audio
from voiceagent.testing.programme import Programme
from voiceagent.testing.recital import recite


@pytest.fixture(scope="session")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A call of 40 s with a tool, an interruption and keys; words hidden."""
    return recite(tmp_path_factory.mktemp("capture"), Programme(seconds=40, interrupt_every=2, key_every=2))


@pytest.fixture(scope="session")
def full_capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shorter one, with everything that was said."""
    return recite(tmp_path_factory.mktemp("full"), Programme(seconds=25, interrupt_every=2, tool_every=2), policy="full")


@pytest.fixture(scope="session")
def short_capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A call in which the caller says two short things."""
    return recite(tmp_path_factory.mktemp("short"), Programme(seconds=11, caller_ms=1_000, tool_every=0))


Line = dict[str, Any]


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[Path, Callable[[Line], Line | None]], Path]:
    """A capture with every record but audio passed through a function; None leaves it out."""

    def edit(path: Path, change: Callable[[Line], Line | None]) -> Path:
        new = tmp_path / "edited.jsonl"
        with gzip.open(path) as source, new.open("wb") as target:
            for line in source:
                if is_audio(line) or line.startswith(b'{"kind":"audio"'):
                    target.write(line)
                elif (record := change(json.loads(line))) is not None:
                    target.write(json.dumps(record).encode() + b"\n")
        return new

    return edit
