"""The tree of errors says who must act."""

from __future__ import annotations

import pytest

from voiceagent import errors


def test_every_error_of_ours_has_one_root() -> None:
    ours = [thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, Exception)]
    assert len(ours) == 6
    assert all(issubclass(error, errors.VoiceagentError) for error in ours)


def test_a_user_error_carries_its_remedy() -> None:
    error = errors.UserError("`bridge.port` is taken", remedy="choose another one")
    assert (str(error), error.remedy) == ("`bridge.port` is taken", "choose another one")


def test_a_remote_error_says_what_its_support_asks_for() -> None:
    error = errors.RemoteError("refused", service="Voice Live", status=401, code="Unauthorized", request_id="r1")
    assert (error.service, error.status, error.code, error.request_id, error.remedy) == (
        *("Voice Live", 401, "Unauthorized", "r1", ""),
    )


@pytest.mark.parametrize("kind", [errors.LocalProtocolError, errors.RemoteProtocolError])
def test_both_sides_of_a_protocol_can_break_it(kind: type[errors.ProtocolError]) -> None:
    with pytest.raises(errors.ProtocolError, match="the rule"):
        raise kind("the rule")
