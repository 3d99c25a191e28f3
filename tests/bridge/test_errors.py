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


@pytest.mark.parametrize(
    ("error", "sentence", "remedy"),
    [
        (PermissionError(13, "Permission denied"), "x.md cannot be read: Permission denied", "make it readable for this user"),
        (IsADirectoryError(21, "Is a directory"), "x.md is a folder, and a file is wanted", "move it away, and write the file"),
        (ValueError("not UTF-8"), "x.md cannot be read: not UTF-8", "save it as UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_read_has_the_remedy_that_mends_it(error: Exception, sentence: str, remedy: str) -> None:
    told = errors.unreadable("x.md", error)
    assert (str(told), told.remedy) == (sentence, remedy)
