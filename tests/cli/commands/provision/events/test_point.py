"""`provision events point`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def test_only_a_bridge_that_answers_is_pointed_to(subscription: Any, provision: Callable[..., Any], told: Any) -> None:
    provision("apply", "--yes")
    refused = told("events", "point", "http://127.0.0.1:1", of="dir")
    assert (refused.code, "is not a bridge that can be reached" in refused.err) == (3, True)
    assert provision("events", "list") == {"subscriptions": []}


@pytest.mark.call
def test_calls_are_announced_to_a_bridge_that_runs(subscription: Any, provision: Callable[..., Any], project: Path) -> None:
    from voiceagent.emulators.together import Emulators
    from voiceagent.local.bridge import bridge
    from voiceagent.local.emulators import Emulators as Beside

    provision("apply", "--yes")
    engine = subscription.enter(Emulators("voice-live", answers="scripted"))
    served = subscription.enter(bridge(project, flags={"bridge.port": 0}, beside=Beside(engine.env(), engine.facts())))
    url = served.ready.public_url
    assert provision("events", "point", url, of="dir") == {"url": url, "before": None}
    (one,) = provision("events", "list")["subscriptions"]
    assert (one["to"], one["events"], one["numbers"], one["made_by_us"]) == (
        f"{url}/events",
        ["IncomingCall"],
        subscription.numbers(),
        True,
    )
    probed = provision("events", "probe", url, of="dir")
    assert (probed["ok"], probed["handshake"], probed["media"]) == (True, "answered", "reached")
