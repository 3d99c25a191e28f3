"""`voiceagent deploy render`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_it_writes_the_files_and_tells_what_is_new(voiceagent: Any, shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = voiceagent("deploy", "render", shop, "--out", out)
    assert done.code == 0
    assert done.out.startswith(f"Wrote {out}: azure.yaml, infra, image, helm (")
    assert (out / "infra" / "main.bicep").is_file()
    told = json.loads(voiceagent("deploy", "render", shop, "--out", out, "--json").out)
    assert (told["directory"], told["changed"]) == (str(out), [])
    assert "helm/values.yaml" in told["files"]


def test_no_secret_of_the_project_is_written(voiceagent: Any, shop: Path, tmp_path: Path) -> None:
    voiceagent("deploy", "render", shop, "--out", tmp_path / "out")
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert b"do-not-tell" not in written
