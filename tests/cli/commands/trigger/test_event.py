"""`voiceagent trigger event`."""

from __future__ import annotations

import json
from typing import Any


def test_an_event_is_published_though_nobody_wants_it(voiceagent: Any, emulator: Any) -> None:
    outcome = voiceagent("trigger", "event", "CallEnded", "--subject", "call/1", "--data", '{"x":1}', "--url", emulator.url)
    assert outcome.code == 0
    assert outcome.out.startswith("Microsoft.Communication.CallEnded ")
    assert "Nobody is subscribed" in outcome.err
    told = json.loads(voiceagent("trigger", "event", "CallEnded", "--json", "--url", emulator.url).out)
    assert told["subscriptions"] == 0
