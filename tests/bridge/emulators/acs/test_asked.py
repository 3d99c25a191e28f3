from __future__ import annotations

import pytest

from voiceagent.emulators.acs.asked import Asked
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.exchange import Exchange
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.options import NetworkOptions


def test_a_call_that_is_not_there_is_not_found() -> None:
    exchange = Exchange(Ids(1), NetworkOptions(), resource_id="resource")
    with pytest.raises(Refusal, match="Call not found"):
        Asked(exchange, NetworkOptions(), {"connection": "none"}, {}, 0).call()
