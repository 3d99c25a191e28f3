"""The bodies of answers; that they are what the specification says, the contract test checks with Azure's clients."""

from __future__ import annotations

from voiceagent.emulators.numbers import answers
from voiceagent.emulators.numbers.operations import Operation


def test_a_page_leads_to_the_next_and_the_last_to_none() -> None:
    rows = [{"n": number} for number in range(3)]
    first = answers.page("rows", rows, "/p", [("top", "2"), ("skip", "0")], skip=0, size=2)
    assert first == {"rows": rows[:2], "nextLink": "/p?top=2&skip=2"}
    assert answers.page("rows", rows, "/p", [], skip=2, size=2) == {"rows": rows[2:]}


def test_an_operation_tells_its_failure_when_it_has_failed() -> None:
    running = Operation("o", "purchase", 0, 1, failure=("NoWallet", "No."))
    assert "error" not in answers.operation(running)
    running.done = True
    assert answers.operation(running) == {
        "operationType": "purchase",
        "status": "failed",
        "createdDateTime": "1970-01-01T00:00:00.000+00:00",
        "lastActionDateTime": "1970-01-01T00:00:01.000+00:00",
        "id": "o",
        "error": {"code": "NoWallet", "message": "No."},
    }


def test_an_operator_is_told_when_asked_for() -> None:
    plain = {"phoneNumber": "+14255550123", "nationalFormat": "425 555 0123", "internationalFormat": "+1 425 555 0123"}
    assert answers.operator("+14255550123", with_details=False) == plain
    assert answers.operator("+18335550123", with_details=True)["numberType"] == "other"
    assert answers.operator("+81312345678", with_details=True)["numberType"] == "unknown"
