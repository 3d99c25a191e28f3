"""Results as JUnit XML, which every build server reads: a suite for each agent, a case for each scenario."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

from voiceagent.scenarios.results import Result, Run, expectations

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(results: Sequence[Result]) -> str:
    """The whole document."""
    root = Xml.Element("testsuites", _counts(results, "voiceagent"))
    for project in dict.fromkeys(result.case.project for result in results):
        of_project = [result for result in results if result.case.project == project]
        suite = Xml.SubElement(root, "testsuite", _counts(of_project, project.name))
        for result in of_project:
            _case(suite, result, project)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _counts(results: Sequence[Result], name: str) -> dict[str, str]:
    outcomes = [result.outcome for result in results]
    return {
        "name": _clean(name),
        "tests": str(len(outcomes)),
        "failures": str(outcomes.count("failed")),
        "errors": str(outcomes.count("error")),
        "skipped": "0",
        "time": _seconds(result.seconds for result in results),
    }


def _case(suite: Xml.Element, result: Result, project: Path) -> None:
    path = result.case.path.resolve()
    file = path.relative_to(project).as_posix() if path.is_relative_to(project) else str(path)
    about = {"classname": _clean(f"{project.name}.{path.stem}"), "name": _clean(result.case.name), "file": _clean(file)}
    case = Xml.SubElement(suite, "testcase", {**about, "time": _seconds([result.seconds])})
    telling = result.telling
    if telling.outcome != "passed":
        missed = [one for one in expectations(telling) if not one["passed"]]
        kind = "failure" if telling.outcome == "failed" else "error"
        node = Xml.SubElement(case, kind, {"type": kind, "message": _clean(missed[0]["text"])})
        node.text = _clean("\n".join(f"expected: {one['text']}\nheard:    {one['heard']}" for one in missed))
    Xml.SubElement(case, "system-out").text = _clean(_conversation(result, telling))


def _conversation(result: Result, run: Run) -> str:
    turns = run.timeline.turns if run.timeline is not None else ()
    lines = [f"{turn.start_ms / 1000:6.1f} s  {turn.role:<8} {turn.text}" for turn in turns]
    passed = sum(run.outcome == "passed" for run in result.runs)
    repeats = [f"{passed} of {len(result.runs)} repeats passed"] if len(result.runs) > 1 else []
    capture = [f"capture: {run.report['capture']}"] if run.report and run.report.get("capture") else []
    return "\n".join([*lines, *repeats, *capture])


def _seconds(seconds: Iterable[float]) -> str:
    return f"{sum(seconds):.3f}"


def _clean(text: str) -> str:
    """Characters that XML cannot hold, even escaped, are left out."""
    return _NOT_XML.sub("", text)
