"""How much of each SDK was driven: tests tell it, `scripts/conformance` reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

Covered = Callable[[str, Collection[object], Collection[object]], None]
_FOUND = pytest.StashKey[dict[str, dict[str, object]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--conformance", metavar="FILE", help="write down which operations of which SDK succeeded, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FOUND] = {}


def pytest_sessionfinish(session: pytest.Session) -> None:
    if file := session.config.getoption("--conformance", default=None):
        Path(file).write_text(json.dumps(session.config.stash[_FOUND], indent=1), encoding="utf-8")


@pytest.fixture
def covered(request: pytest.FixtureRequest) -> Covered:
    """`covered("package, client", those_seen, all_of_them)`: fails when one was not seen to succeed."""

    def tell(sdk: str, seen: Collection[object], everything: Collection[object]) -> None:
        missing = sorted(str(one) for one in everything if one not in seen)
        found: dict[str, object] = {"covered": len(everything) - len(missing), "total": len(everything), "missing": missing}
        request.config.stash[_FOUND][sdk] = found
        assert missing == [], f"{sdk}: not driven"

    return tell
