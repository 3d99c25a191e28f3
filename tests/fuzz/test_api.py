"""A short run of scripts/fuzz_api: requests made up from the OpenAPI documents crash nothing and get declared answers."""

from __future__ import annotations

import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def test_made_up_requests_crash_nothing_and_get_declared_answers() -> None:
    sys.path.insert(0, str(SCRIPTS))
    try:
        import fuzz_api  # type: ignore[import-not-found]  # a script, not a package
    finally:
        sys.path.pop(0)
    result = fuzz_api.fuzz(200, seed=7)
    assert result.cases == 200
    assert result.crashes == []
    assert result.undeclared == []
    assert len(result.succeeded) > 15
