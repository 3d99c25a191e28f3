"""Why no call came at all."""

from __future__ import annotations

from voiceagent.doctor.catalogue import CHECKS
from voiceagent.doctor.finding import Checked, Status
from voiceagent.doctor.telephony import NOT_SET
from voiceagent.observe.journal import Entry
from voiceagent.rca.silence import ON_THE_WAY, why_no_call

SECRET = Entry(1_800_000_000.0, "turned_away", "/events", "the delivery does not carry our secret", subscription="CALLS")
STALE = Entry(1_800_000_001.0, "stale_ring", "", "600 s late")


def a_check(name: str, status: Status, code: str) -> Checked:
    return Checked(7, name, status, f"{code} was found", "mend it", "", code)


def test_the_way_is_the_doctors() -> None:
    on_the_way = [check for check in CHECKS if check.name in ON_THE_WAY]
    assert {check.name for check in on_the_way} == {*ON_THE_WAY}
    assert {name for check in on_the_way for name in (*check.needs, *check.unless)} <= {*ON_THE_WAY}


def test_the_first_thing_that_is_broken_on_the_way() -> None:
    checked = [
        a_check("subscription target", "failed", "subscription_elsewhere"),
        a_check("engine", "failed", "engine_settings"),
    ]
    cause, others = why_no_call(checked, [STALE], ran=True)
    assert (cause.code, cause.evidence[0].what) == ("subscription_elsewhere", "doctor 7")
    assert [other.code for other in others] == ["announced_too_late"]


def test_what_the_journal_tells() -> None:
    cause, others = why_no_call([], [SECRET, SECRET, STALE], ran=True)
    assert (cause.code, cause.evidence[0].text) == (
        "delivery_secret_differs",
        "2 times: the delivery does not carry our secret",
    )
    assert len(others) == 1


def test_the_same_thing_is_told_once() -> None:
    checked = [a_check("deliveries", "failed", "delivery_secret_differs")]
    assert why_no_call(checked, [SECRET], ran=True)[1] == ()


def test_an_emulated_phone_rings_for_nobody_else() -> None:
    phone = Checked(15, "phone", "skipped", NOT_SET, "", "", "")
    assert why_no_call([phone], [], ran=True)[0].code == "no_telephony"
    cause, others = why_no_call([phone], [], ran=False)
    assert (cause.code, [one.code for one in others]) == ("no_telephony", ["bridge_never_ran"])


def test_the_last_call_that_came_is_told() -> None:
    row = {"call_id": "c1", "started_at": "2026-11-22T05:00:00Z", "outcome": "failed", "end_reason": "media_lost"}
    [other] = why_no_call([], [], ran=True, last=row)[1]
    assert other.sentence == "The last call that came began at 2026-11-22T05:00:00Z: failed, media_lost"
    assert "rca c1" in other.remedy


def test_nothing_came_or_nobody_listened() -> None:
    assert why_no_call([], [], ran=True)[0].code == "nothing_announced"
    assert why_no_call([], [], ran=False)[0].code == "bridge_never_ran"
