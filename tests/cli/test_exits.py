"""The table of exit codes."""

from __future__ import annotations

import errno
from typing import Any

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


def call(outcome: str, reason: str, *warnings: str) -> dict[str, Any]:
    told = [{"at_ms": 1.0, "code": reason, "sentence": sentence} for sentence in warnings]
    return {"outcome": outcome, "end_reason": reason, "warnings": [*told, {"at_ms": 2.0, "code": "other", "sentence": "x"}]}


def test_a_call_that_the_engine_failed_is_told_with_cause_and_remedy() -> None:
    report = call("failed", "engine_lost", "Voice Live did not answer (ConnectError).; check engine.endpoint and the network")
    assert exits.judge_call(report) == exits.Verdict(
        exits.REMOTE,
        "The call failed: engine_lost. Voice Live did not answer (ConnectError).",
        "check engine.endpoint and the network",
    )


def test_without_a_remedy_of_the_engines_the_doctor_is_named() -> None:
    verdict = exits.judge_call(call("failed", "engine_refused", "quota_exceeded: no more"))
    assert (verdict.code, verdict.sentence) == (exits.REMOTE, "The call failed: engine_refused. quota_exceeded: no more.")
    assert "doctor" in verdict.remedy
    assert exits.judge_call(call("failed", "engine_lost")).sentence == "The call failed: engine_lost."


def test_a_call_that_failed_for_another_reason_is_a_failed_check() -> None:
    assert exits.judge_call(call("failed", "media_lost")) == exits.Verdict(exits.FAILED, "The call failed: media_lost.")
    assert exits.judge_call(call("rejected", "busy")) == exits.Verdict(exits.FAILED, "The call was rejected: busy.")


def test_a_package_that_an_extra_brings_is_told_with_the_extra() -> None:
    missing = ModuleNotFoundError("No module named 'azure.mgmt.eventgrid'", name="azure.mgmt.eventgrid")
    assert exits.judge(missing) == exits.Verdict(
        exits.USAGE, "azure.mgmt.eventgrid is not installed.", "pip install 'voiceagent-workbench[azure]'"
    )
    assert exits.judge(ModuleNotFoundError("No module named 'json'", name="json")) is None, "no extra brings that: a bug"


def test_a_bug_has_no_verdict() -> None:
    assert exits.judge(KeyError("x")) is None


def test_of_several_errors_the_cause_is_told_not_the_interruption() -> None:
    group = BaseExceptionGroup("", [KeyboardInterrupt(), UserError("cause")])
    assert exits.judge(group) == exits.Verdict(exits.USAGE, "cause")


def test_a_bug_among_several_errors_stays_a_bug() -> None:
    assert exits.judge(BaseExceptionGroup("", [UserError("a"), KeyError("b")])) is None
