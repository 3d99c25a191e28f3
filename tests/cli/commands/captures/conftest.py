"""A project with three captured calls: of yesterday, of the day before, and an encrypted one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

OLD, NEW, SEALED = "e540e23692f275c7", "e8e3ea6da5beb9d7", "dfc00ba6b3a75fcc"


@pytest.fixture
def captured(project: Path, root: Path) -> Path:
    folder = project / "captures"
    folder.mkdir(exist_ok=True)
    data = root / "tests" / "data" / "captures"
    shutil.copy(data / "v1-redacted.jsonl.gz", folder / f"20261120T092643Z-{OLD}.jsonl.gz")
    shutil.copy(data / "v1-sealed.jsonl.gz", folder / f"20261121T092657Z-{SEALED}.jsonl.gz")
    shutil.copy(data / "v1-full.jsonl.gz", folder / f"20261122T092650Z-{NEW}.jsonl.gz")
    (folder / f"{OLD}.report.json").write_text("{}")
    return project
