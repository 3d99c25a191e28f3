"""The secret in a call's addresses."""

from __future__ import annotations

import pytest

from voiceagent.server.live import CallTokens
from voiceagent.server.tokens import Refused


def test_a_token_opens_its_own_call_until_it_expires() -> None:
    now = [1000.0]
    tokens = CallTokens(b"secret", lambda: now[0])
    token = tokens.make("one", 60)
    tokens.check("one", token)
    for call_id, given in (("two", token), ("one", token[:-1]), ("one", ""), ("one", "ü")):
        with pytest.raises(Refused) as error:
            tokens.check(call_id, given)
        assert error.value.status == 403
    now[0] += 60
    with pytest.raises(Refused):
        tokens.check("one", token)


def test_a_token_of_another_server_does_not() -> None:
    token = CallTokens(b"other").make("one", 60)
    with pytest.raises(Refused):
        CallTokens(b"secret").check("one", token)
