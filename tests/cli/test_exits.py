"""The table of exit codes."""

from __future__ import annotations

import errno

from voiceagent.errors import RemoteProtocolError, UserError
from voiceagent_cli import exits


def test_the_codes_are_the_promised_ones() -> None:
    assert (exits.OK, exits.FAILED, exits.USAGE, exits.REMOTE, exits.INTERRUPTED) == (0, 1, 2, 3, 130)
    assert set(exits.MEANINGS) == {0, 1, 2, 3, 130}


def test_a_peer_that_breaks_its_protocol_is_a_remote_failure() -> None:
    assert exits.judge(RemoteProtocolError("not JSON")) == exits.Verdict(exits.REMOTE, "not JSON")


def test_a_file_that_cannot_be_read_is_named() -> None:
    error = PermissionError(errno.EACCES, "Permission denied", "/x/voiceagent.toml")
    assert exits.judge(error) == exits.Verdict(exits.USAGE, "/x/voiceagent.toml: Permission denied.")


def test_a_bug_has_no_verdict() -> None:
    assert exits.judge(KeyError("x")) is None


def test_of_several_errors_the_cause_is_told_not_the_interruption() -> None:
    group = BaseExceptionGroup("", [KeyboardInterrupt(), UserError("cause")])
    assert exits.judge(group) == exits.Verdict(exits.USAGE, "cause")


def test_a_bug_among_several_errors_stays_a_bug() -> None:
    assert exits.judge(BaseExceptionGroup("", [UserError("a"), KeyError("b")])) is None
