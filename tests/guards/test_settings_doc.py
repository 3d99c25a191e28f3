"""docs/settings.md has every setting of the schema."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from voiceagent.config.names import keys


def test_every_setting_and_every_name_is_on_the_page(script: Callable[[str], ModuleType]) -> None:
    page = script("gen_settings").page()
    for key in keys().values():
        assert f"| `{key.name.rpartition('.')[2]}` |" in page
        assert all(f"`{name}`" in page for name in key.env)
