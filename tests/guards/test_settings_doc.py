"""docs/settings.md is what the schema says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from voiceagent.config.names import keys


@pytest.fixture
def script(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("gen_settings", root / "scripts" / "gen_settings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_fresh(script: ModuleType, root: Path) -> None:
    fresh = script.page()
    assert (root / "docs" / "settings.md").read_text(encoding="utf-8") == fresh, "run scripts/gen_settings.py"


def test_every_setting_and_every_name_is_on_the_page(script: ModuleType) -> None:
    page = script.page()
    for key in keys().values():
        assert f"| `{key.name.rpartition('.')[2]}` |" in page
        assert all(f"`{name}`" in page for name in key.env)


def test_a_stale_page_is_told(script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    script.ROOT, script.PAGE = tmp_path, tmp_path / "docs" / "settings.md"
    assert script.main(["--check"]) == 1
    assert "docs/settings.md is stale" in capsys.readouterr().err
    assert script.main([]) == 0
    assert script.main(["--check"]) == 0
