"""`voiceagent deploy status`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_nothing_is_said_to_be_nothing(voiceagent: Any, shop: Path, subscription: Any) -> None:
    shown = voiceagent("deploy", "status", shop)
    assert (shown.code, shown.out) == (0, "")
    assert "Nothing is deployed." in shown.err


def test_resources_and_revisions(voiceagent: Any, shop: Path, subscription: Any) -> None:
    voiceagent("deploy", "apply", shop, "--yes")
    rows = voiceagent("deploy", "status", shop).out.splitlines()
    assert rows[-1].startswith("Healthy\trevision\tvoiceagent--r")
    assert rows[-1].endswith("\t100 % of new calls, 1 replica, 0 calls")
    told = json.loads(voiceagent("deploy", "status", shop, "--json").out)["resources"]
    assert {"kind", "name", "state", "detail"} == set(told[0])
    assert len(told) == len(rows)
