"""What a forger sends: each wrong in one thing, which our own verifier tells."""

from __future__ import annotations

import json

import jwt
import pytest

from voiceagent.doctor import forgery
from voiceagent.protocol import acs_callbacks, event_grid

NOW = 1_800_000_000.0


@pytest.mark.parametrize("name", [name for name in forgery.TOKENS if name != "garbled"])
def test_every_token_is_one(name: str) -> None:
    token = forgery.TOKENS[name](NOW)
    claims = jwt.decode(
        token, options={"verify_signature": False, "verify_aud": False, "verify_exp": False, "verify_nbf": False}
    )
    assert {"iss", "aud", "exp"} <= set(claims)


def test_each_is_wrong_in_its_own_way() -> None:
    heads = {name: jwt.get_unverified_header(make(NOW))["alg"] for name, make in forgery.TOKENS.items() if name != "garbled"}
    assert (heads["unsigned"], heads["signed with a shared key"], heads["expired"]) == ("none", "HS256", "RS256")


def test_the_events_are_whole() -> None:
    delivery = event_grid.decode(forgery.incoming_call(), {})
    assert isinstance(delivery.events[0], event_grid.IncomingCall)
    asked = event_grid.decode(forgery.validation("c0de"), {})
    assert isinstance(asked.events[0], event_grid.SubscriptionValidation)
    assert isinstance(acs_callbacks.decode(forgery.callback())[0], acs_callbacks.CallConnected)
    assert json.loads(forgery.incoming_call())[0]["eventTime"].startswith("2020")
