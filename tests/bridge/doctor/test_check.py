"""The order of checks: what explains stands before what is explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from voiceagent.doctor.check import Check, examine, first_failure
from voiceagent.doctor.finding import Cause, Found, fine, skipped
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.errors import RemoteError, UserError

BROKEN = Cause("broken", "failed", "it is broken", "mend it")
WORN = Cause("worn", "warning", "it is worn", "mend it soon")


def around(**options: Any) -> Surroundings:
    return Surroundings(Path(), UserError("no settings"), **options)


def a_check(name: str, found: Found | Exception, **options: Any) -> Check:
    def look(_: Surroundings) -> Found:
        if isinstance(found, Exception):
            raise found
        return found

    return Check(name, "it", look, **options)


async def statuses(*checks: Check, **options: Any) -> list[tuple[str, str]]:
    return [(one.status, one.detail) for one in await examine(checks, around(**options))]


async def test_what_follows_from_a_failure_is_not_looked_at() -> None:
    found = await statuses(
        a_check("a", BROKEN.found()), a_check("b", fine("well"), needs=("a",)), a_check("c", fine("well"), unless=("a",))
    )
    assert [status for status, _ in found] == ["failed", "skipped", "skipped"]
    assert found[1][1] == "not looked at, because of 1 (a)"


async def test_what_has_nothing_to_look_at_tells_the_same_reason() -> None:
    found = await statuses(a_check("a", skipped("no phone")), a_check("b", fine("well"), needs=("a",)))
    assert found[1] == ("skipped", "no phone")


async def test_what_was_skipped_explains_no_failure() -> None:
    found = await statuses(a_check("a", skipped("no clock")), a_check("b", BROKEN.found(), unless=("a",)))
    assert found[1][0] == "failed"


async def test_local_only_asks_nobody() -> None:
    found = await statuses(a_check("a", BROKEN.found(), remote=True), a_check("b", fine("well")), local_only=True)
    assert [status for status, _ in found] == ["skipped", "ok"]


async def test_a_missing_extra_is_named_and_not_a_crash() -> None:
    [one] = await examine([a_check("a", fine("well"), modules=("x.y",), extra="azure")], around(present=lambda _: False))
    assert (one.status, one.next_command) == ("skipped", "pip install 'voiceagent-workbench[azure]'")


async def test_the_next_command_can_be_pasted_where_the_user_stands() -> None:
    commands = {
        "voiceagent serve --tunnel auto": "voiceagent serve --tunnel auto 'my desk'",
        "voiceagent rca": "voiceagent rca --dir 'my desk'",
        "voiceagent init my-agent": "voiceagent init my-agent",
        "az login": "az login",
    }
    checks = [a_check(given, fine("well", next_command=given)) for given in commands]
    there = await examine(checks, Surroundings(Path("my desk"), UserError("no settings")))
    assert [one.next_command for one in there] == list(commands.values())
    assert [one.next_command for one in await examine(checks, around())] == list(commands)


async def test_errors_are_findings() -> None:
    found = await examine(
        [
            a_check("user", UserError("wrong", remedy="right it")),
            a_check("remote", RemoteError("down", service="Azure")),
            a_check("bug", ZeroDivisionError("accesskey=c2VjcmV0")),
        ],
        around(),
    )
    assert [(one.status, one.code) for one in found] == [("failed", "settings"), ("failed", "service"), ("failed", "broken")]
    assert "c2VjcmV0" not in found[2].detail


async def test_a_number_in_somebody_elses_sentence_shows_only_its_end() -> None:
    check = a_check("user", UserError("acs.phone_number is +14255550177"))
    [hidden] = await examine([check], around())
    [whole] = await examine([check], around(unredacted=True))
    assert (hidden.detail, whole.detail) == ("acs.phone_number is …77", "acs.phone_number is +14255550177")


async def test_a_check_may_wait() -> None:
    async def look(_: Surroundings) -> Found:
        return fine("well")

    told: list[Any] = []
    await examine([Check("a", "it", look)], around(), tell=told.append)
    assert [one.number for one in told] == [1]


async def test_a_failure_comes_before_any_warning() -> None:
    checked = await examine([a_check("a", WORN.found()), a_check("b", BROKEN.found())], around())
    first = first_failure(checked)
    assert first is not None
    assert first.name == "b"
    only = first_failure(checked[:1])
    assert only is not None
    assert only.code == "worn"
    assert first_failure([]) is None
