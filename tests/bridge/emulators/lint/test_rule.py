"""A finding as it is told."""

from __future__ import annotations

from voiceagent.emulators.lint.rule import Finding


def test_a_finding_has_the_promised_fields() -> None:
    finding = Finding("media-odd", "error", "media socket of call c", "…", "A sample has two bytes.", "docs")
    assert list(finding.json()) == ["rule", "severity", "where", "frame", "sentence", "source"]
