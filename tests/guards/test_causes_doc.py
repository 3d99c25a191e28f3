"""docs/doctor.md and docs/rca.md have every cause and every rule."""

from __future__ import annotations

import re
from pathlib import Path

from voiceagent.doctor import catalogue, strangers
from voiceagent.doctor.finding import Cause
from voiceagent.rca.rules import rules


def test_every_cause_that_a_check_can_tell_is_in_its_list(root: Path) -> None:
    """A cause that no check names would be told and not be documented."""
    listed = {cause.code for check in catalogue.CHECKS for cause in check.causes}
    for path in sorted((root / "bridge" / "voiceagent" / "doctor").glob("*.py")):
        if path.stem == "strangers":
            continue
        told = re.findall(r"= Cause\(\s*\"(\w+)\"", path.read_text(encoding="utf-8"))
        assert {*told} <= listed, path.name


def test_what_a_stranger_is_told_is_on_the_page(root: Path) -> None:
    page = (root / "docs" / "doctor.md").read_text(encoding="utf-8")
    for cause in (one for one in vars(strangers).values() if isinstance(one, Cause)):
        assert f"`{cause.code}`" in page
    assert all(f"| {attempt.name} |" in page for attempt in strangers.ATTEMPTS)


def test_every_rule_is_on_the_page(root: Path) -> None:
    page = (root / "docs" / "rca.md").read_text(encoding="utf-8")
    assert all(f"`{rule.code}`" in page for rule in rules())
