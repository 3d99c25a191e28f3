from __future__ import annotations

from a_call import HUMAN

from voiceagent.emulators.acs.callees import MOST_CALLEES, Callee, Callees


def test_whoever_is_not_described_is_as_usual() -> None:
    callees = Callees()
    assert callees.of(HUMAN) == Callee("answer")
    callees.describe(HUMAN, Callee("busy"))
    callees.describe(None, Callee("declined"))
    assert (callees.of(HUMAN).human, callees.of("4:+1").human) == ("busy", "declined")


def test_the_oldest_descriptions_are_forgotten() -> None:
    callees = Callees()
    for number in range(MOST_CALLEES + 1):
        callees.describe(f"4:+{number}", Callee("busy"))
    assert (callees.of("4:+0").human, callees.of("4:+1").human) == ("answer", "busy")
