"""JUnit XML that build servers take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as Xml

from voiceagent.scenarios.judge import Verdict
from voiceagent.scenarios.junit import junit
from voiceagent.scenarios.results import Result, Run
from voiceagent.scenarios.timeline import Timeline


def test_each_scenario_is_a_case_and_each_agent_a_suite(written: Callable[..., Any], call: Timeline, report: Any) -> None:
    case = written("name: hi & <bye>\nsteps: [say: hi]")
    bad = Verdict("the agent says “\x00<x>”", False, "nothing\x1b")
    results = [
        Result(case, (Run((Verdict("a", True, "b"),), report, call, seconds=1.25),)),
        Result(case, (Run((Verdict("a", True, "b"), bad), report, call, seconds=2),) * 2),
        Result(case, (Run((), None, error="The bridge did not answer."),)),
    ]
    root = Xml.fromstring(junit(results))
    assert root.tag == "testsuites"
    (suite,) = root
    assert suite.attrib == {"name": "desk", "tests": "3", "failures": "1", "errors": "1", "skipped": "0", "time": "5.250"}
    passed, failed, error = suite
    assert passed.attrib == {"classname": "desk.a", "name": "hi & <bye>", "file": "scenarios/a.yaml", "time": "1.250"}
    assert [child.tag for child in passed] == ["system-out"]
    assert "agent    Hello, order desk." in str(passed[0].text)
    assert failed[0].attrib == {"type": "failure", "message": "the agent says “<x>”"}
    assert failed[0].text == "expected: the agent says “<x>”\nheard:    nothing"
    assert "0 of 2 repeats passed" in str(failed[1].text)
    assert (error[0].tag, error[0].text) == ("error", "expected: the call takes place\nheard:    The bridge did not answer.")


def test_no_results_are_a_document_too() -> None:
    assert Xml.fromstring(junit([])).attrib["tests"] == "0"
