"""Results as one page to look at: no address in it leads anywhere, so it works wherever the file lies, and offline.

Everything that was said or written by somebody is escaped; a content security policy keeps even a mistake of ours from loading
anything.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from voiceagent.errors import UserError
from voiceagent.scenarios import schema as s
from voiceagent.scenarios.judge import Verdict
from voiceagent.scenarios.phrases import plain
from voiceagent.scenarios.picture import scene, strip
from voiceagent.scenarios.results import Result, Run, expectations
from voiceagent.scenarios.timeline import Timeline, ToolRun, Turn
from voiceagent.scenarios.waves import Waves, embeddable, outlines

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; media-src data:; img-src data:"
_TICK = '<svg viewBox="0 0 12 12" fill="none" stroke="currentColor" stroke-width="2"><path d="M2 6.5 5 9.5 10 3"/></svg>'
_CROSS = '<svg viewBox="0 0 12 12" fill="none" stroke="currentColor" stroke-width="2"><path d="M3 3l6 6M9 3l-6 6"/></svg>'
_LONGEST_RESULT = 200
_NEAR_MS = 2_500
"""A caller's understood words belong to what was said about then."""


def page(results: Sequence[Result], *, title: str, when: str) -> str:
    """The whole document. `when` is for people."""
    waves = [_waves(result.telling) for result in results]
    passed = sum(result.outcome == "passed" for result in results)
    told = f"{passed} of {len(results)} scenario{'s' if len(results) != 1 else ''} passed"
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}: {told}</title>',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_asset('report.css')}</style></head><body><main>",
        f'<header class="top"><h1>{escape(title)}</h1><span class="soft">{told}</span>'
        f'<span class="when num">{escape(when)}</span></header>',
        _tally(results),
        _index(results, waves),
        *(_scenario(number, result, wave) for number, (result, wave) in enumerate(zip(results, waves, strict=True), start=1)),
        f"</main><script>{_asset('report.js')}</script></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _asset(name: str) -> str:
    return files("voiceagent.scenarios").joinpath("page", name).read_text(encoding="utf-8")


def _waves(run: Run) -> Waves | None:
    try:
        return outlines(run.sound) if run.sound else None
    except UserError:  # a call that ended before any sound has nothing to draw
        return None


# --- the overview


def _tally(results: Sequence[Result]) -> str:
    bars = [
        f'<a class="{result.outcome}" href="#s{number}" title="{escape(result.case.name)}"></a>'
        for number, result in enumerate(results, start=1)
    ]
    return f'<div class="tally">{"".join(bars)}</div>'


def _index(results: Sequence[Result], waves: Sequence[Waves | None]) -> str:
    rows = []
    for number, (result, wave) in enumerate(zip(results, waves, strict=True), start=1):
        checks = expectations(result.telling)
        met = sum(one["passed"] for one in checks)
        rows.append(
            f'<li><a href="#s{number}">{_mark(result.outcome)}<span>{escape(result.case.name)}</span>'
            f"{strip(wave) if wave else '<span></span>'}"
            f'<span class="right num optional">{met} of {len(checks)}</span>'
            f'<span class="right num">{result.seconds:.1f} s</span></a></li>'
        )
    return f'<ol class="index">{"".join(rows)}</ol>'


def _mark(outcome: str) -> str:
    return f'<span class="mark {outcome}" role="img" aria-label="{outcome}">{_TICK if outcome == "passed" else _CROSS}</span>'


# --- one scenario


def _scenario(number: int, result: Result, waves: Waves | None) -> str:
    run = result.telling
    about = result.case.scenario.description
    parts = [
        f'<section class="scenario" id="s{number}"><header>{_mark(result.outcome)}<h2>{escape(result.case.name)}</h2>',
        f'<span class="path">{escape(result.case.path.name)}</span></header>',
        f'<p class="about">{escape(about)}</p>' if about else "",
        _repeats(result),
        _facts(run),
        _stage(run, result.case.scenario, waves) if run.timeline else "",
        f'<div class="below"><div><h3>Expected</h3>{_checks(run)}</div>',
        f"<div><h3>Heard</h3>{_talk(run.timeline)}</div></div></section>" if run.timeline else "</div></section>",
    ]
    return "".join(parts)


def _repeats(result: Result) -> str:
    if len(result.runs) < 2:
        return ""
    marks = "".join(_mark(run.outcome) for run in result.runs)
    passed = sum(run.outcome == "passed" for run in result.runs)
    shown = "the first that did not pass is shown" if passed < len(result.runs) else "the last is shown"
    return f'<div class="runs">{marks}<span>{passed} of {len(result.runs)} repeats passed; {shown}</span></div>'


def _facts(run: Run) -> str:
    report = run.report
    if report is None:
        return ""
    facts = [("Call", _ended(str(report.get("outcome")), str(report.get("end_reason"))))]
    call = run.timeline
    if call is not None:
        facts.append(("Length", f"{call.duration_ms / 1000:.1f} s"))
        if call.answers:
            latencies = [answer.latency_ms for answer in call.answers]
            facts.append(
                (
                    "Answers at the ear",
                    f"{min(latencies):.0f} to {max(latencies):.0f} ms" if len(latencies) > 1 else f"{latencies[0]:.0f} ms",
                )
            )
        if stops := [one.stop_ms for one in call.barge_ins if one.cut]:
            facts.append(("Silent when interrupted", f"{max(stops):.0f} ms"))
    if transfer := report.get("transfer"):
        facts.append(("Transfer", f"{transfer['target']}: {transfer['outcome'].replace('_', ' ')}"))
    if (report.get("cost") or {}).get("estimate"):
        facts.append(("Cost", f"{report['cost']['estimate']:.4f} {report['cost']['currency']}"))
    facts.append(("Engine", str(report.get("engine") or "")))
    return '<dl class="facts">' + "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in facts) + "</dl>"


def _stage(run: Run, scenario: s.Scenario, waves: Waves | None) -> str:
    assert run.timeline is not None
    picture = scene(run.timeline, waves, run.verdicts, late_ms=_limit(scenario))
    sound = embeddable(run.sound) if run.sound and waves else None
    if sound is None:
        return f'<div class="stagebox">{picture}</div>'
    content = base64.b64encode(sound).decode("ascii")
    return (
        f'<div class="playable"><div class="stagebox">{picture}</div><div class="player">'
        '<button type="button"><svg viewBox="0 0 12 12"><path d="M2 1l9 5-9 5z"/></svg><span>Listen</span></button>'
        f'<span class="clock num">or click into the picture or on a line</span></div>'
        f'<audio preload="none" src="data:audio/wav;base64,{content}"></audio></div>'
    )


def _limit(scenario: s.Scenario) -> float | None:
    limits = [one.answers_within_ms for one in scenario.expect if isinstance(one, s.AnswersWithin)]
    return min(limits, default=None)


def _checks(run: Run) -> str:
    """The expectations under the steps they are about."""
    rows, step = [], ""
    for one in run.verdicts or [Verdict("the call takes place", False, run.error)]:
        if one.step != step:
            step = one.step
            rows.append(f'<li class="step">{escape(step or "the whole call")}</li>')
        missed = "" if one.passed else ' class="missed"'
        heard = f'<span class="heard"><b>heard</b> {escape(one.heard)}</span>' if not one.passed else ""
        mark = _mark("passed" if one.passed else "failed")
        rows.append(f"<li>{mark}<div><span{missed}>{escape(one.text)}</span>{heard}</div></li>")
    return f'<ul class="checks">{"".join(rows)}</ul>'


# --- the conversation


_Line = tuple[str, str]
"""How a line of the conversation looks (its class), and what is in it (HTML)."""


def _talk(call: Timeline) -> str:
    """Every line knows its time, so that it can be listened to from there."""
    rows: list[tuple[float, _Line]] = [(turn.start_ms, _agent(turn)) for turn in call.turns if turn.role == "agent"]
    rows += [(said.start_ms, _caller(said, understood)) for said, understood in _understood(call)]
    rows += [(tool.at_ms, _did(_tool(tool))) for tool in call.tools]
    rows += [
        (one.at_ms - 1, _did(_happened(one.event, one.named), " happened"))  # who interrupts does so before the words
        for one in call.happenings
        if _happened(one.event, one.named)
    ]
    rows.append((call.duration_ms, _did(_ended(call.outcome, call.end_reason), " ended")))
    lines = [
        f'<li class="{kind}" data-at="{max(0.0, at_ms) / 1000:.2f}">{content}</li>'
        for at_ms, (kind, content) in sorted(rows, key=lambda row: row[0])
    ]
    return f'<ol class="talk">{"".join(lines)}</ol>'


def _understood(call: Timeline) -> Iterator[tuple[Turn, str]]:
    """What the caller said, with what was understood of it; what was understood without anything being said comes last."""
    heard = [turn for turn in call.turns if turn.role == "caller"]
    for said in call.said:
        near = [
            turn
            for turn in heard
            if abs(turn.start_ms - said.start_ms) < _NEAR_MS or said.start_ms <= turn.start_ms < said.end_ms
        ]
        heard = [turn for turn in heard if turn not in near]
        yield said, " ".join(turn.text for turn in near)
    for turn in heard:
        yield turn, turn.text


def _caller(said: Turn, understood: str) -> _Line:
    words = said.text or understood or "(a recording)"
    other = understood and plain(understood) != plain(words)
    aside = (
        f'<span class="understood">understood: {escape(understood)}</span>' if other else "" if understood else "not understood"
    )
    return _said("caller", words, aside)


def _agent(turn: Turn) -> _Line:
    aside = f"after {turn.latency_ms:.0f} ms" if turn.latency_ms is not None else ""
    return _said("agent", turn.text, ", ".join(part for part in (aside, "interrupted" if turn.interrupted else "") if part))


def _said(who: str, words: str, aside: str) -> _Line:
    """`aside` is HTML."""
    below = f'<span class="aside num">{aside}</span>' if aside else ""
    return who, f"<p>{escape(words)}</p>{below}"


def _did(words: str, kind: str = "") -> _Line:
    return f"did{kind}", f"<p>{escape(words)}</p>"


def _tool(tool: ToolRun) -> str:
    result = json.dumps(tool.result, ensure_ascii=False)
    shown = result if len(result) <= _LONGEST_RESULT else f"{result[: _LONGEST_RESULT - 1]}…"
    ended = "" if tool.outcome == "ok" else f" ({tool.outcome})"
    return f"{tool.name} {json.dumps(tool.arguments, ensure_ascii=False)} → {shown}{ended}"


def _ended(outcome: str, reason: str) -> str:
    return outcome if reason == outcome else f"{outcome}, {reason.replace('_', ' ')}"


def _happened(event: str, named: str) -> str:
    named = named.replace("_", " ")
    return {"barge_in": "the caller interrupts", "key": f"key {named}", "transfer": f"transfer: {named}"}.get(event, "")
