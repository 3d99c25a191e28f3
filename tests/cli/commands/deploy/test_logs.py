"""`voiceagent deploy logs`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_lines_as_they_are_and_as_json(voiceagent: Any, shop: Path, subscription: Any) -> None:
    voiceagent("deploy", "apply", shop, "--yes")
    plain = voiceagent("deploy", "logs", shop)
    assert plain.code == 0
    assert "ready for calls" in plain.out
    told = json.loads(voiceagent("deploy", "logs", shop, "--json").out)
    assert set(told) == {"replica", "line"}


def test_without_a_deployment_it_says_so(voiceagent: Any, shop: Path, subscription: Any) -> None:
    refused = voiceagent("deploy", "logs", shop)
    assert (refused.code, "no revision of voiceagent runs" in refused.err) == (2, True)
