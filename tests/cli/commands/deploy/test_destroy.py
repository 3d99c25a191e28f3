"""`voiceagent deploy destroy`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_all_that_was_made_goes(voiceagent: Any, shop: Path, subscription: Any) -> None:
    voiceagent("deploy", "apply", shop, "--yes")
    gone = json.loads(voiceagent("deploy", "destroy", shop, "--yes", "--json").out)["removed"]
    assert [step["kind"].rsplit("/", 1)[-1] for step in gone] == [
        *("containerApps", "managedEnvironments", "vaults", "userAssignedIdentities"),
    ]
    assert subscription.desk.things.made == {}
    again = voiceagent("deploy", "destroy", shop, "--yes")
    assert (again.code, "0 resources were removed." in again.err) == (0, True)
