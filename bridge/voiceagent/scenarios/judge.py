"""Expectations against what happened: for each whether it was met, and what was heard in its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from voiceagent.scenarios import schema as s
from voiceagent.scenarios.phrases import found, shown
from voiceagent.scenarios.plan import words_of
from voiceagent.scenarios.timeline import Happening, Timeline, ToolRun, Turn, Window

WENT_WELL = ("completed", "transferred")
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One expectation after the call. `step` names the step it is about, `at_ms` is where to look in the call."""

    text: str
    passed: bool
    heard: str
    at_ms: float | None = None
    step: str = ""

    @property
    def sentence(self) -> str:
        """The expectation where nothing around it tells the step."""
        return f"{self.step}: {self.text}" if self.step else self.text


def judge(scenario: s.Scenario, call: Timeline) -> list[Verdict]:
    """All expectations in the order written: each step's, then those of the whole call.

    A call must go well even when nobody says so, unless the scenario says how it ends.
    """
    verdicts: list[Verdict] = []
    for number, step in enumerate(scenario.steps):
        window = call.window(number)
        for expectation in step.expect:
            verdicts.append(_of_step(expectation, words_of(step), call, window))
    verdicts += [_judged(expectation, call, call.whole()) for expectation in scenario.expect]
    ends = [*scenario.expect, *(one for step in scenario.steps for one in step.expect)]
    if not any(isinstance(one, s.CallEnds) for one in ends):
        verdicts.append(_goes_well(call))
    return verdicts


def _of_step(expectation: Any, step: str, call: Timeline, window: Window | None) -> Verdict:
    if window is None:
        text = _judged(expectation, call, call.whole()).text
        return Verdict(text, False, "the call ended before the caller came to this", step=step)
    verdict = _judged(expectation, call, window)
    at = verdict.at_ms if verdict.at_ms is not None else window.start_ms
    return replace(verdict, at_ms=at, step=step)


def _judged(expectation: Any, call: Timeline, window: Window) -> Verdict:
    return _JUDGES[type(expectation)](expectation, call, window)


def _goes_well(call: Timeline) -> Verdict:
    ended = f"{call.outcome or 'no outcome'} ({call.end_reason or 'no reason'})"
    return Verdict("the call goes well", call.outcome in WENT_WELL, ended)


# --- words


def _agent_says(wanted: s.AgentSays, call: Timeline, window: Window) -> Verdict:
    turns = _turns(call, window, "agent")
    text = f"the agent says {shown(wanted.agent_says)}"
    hit = next((turn for turn in turns if found(wanted.agent_says, turn.text)), None)
    passed = hit is not None or found(wanted.agent_says, _joined(turns))
    if wanted.within_ms is None:
        return Verdict(text, passed, _quoted(turns), hit.start_ms if hit else None)
    text += f" within {wanted.within_ms:g} ms"
    after = (hit or (turns[0] if turns else None)) if passed else None
    if after is None:
        return Verdict(text, False, _quoted(turns))
    took = after.start_ms - window.said_ms
    return Verdict(text, took <= wanted.within_ms, f"after {took:.0f} ms: {_quoted(turns)}", after.start_ms)


def _agent_never_says(wanted: s.AgentNeverSays, call: Timeline, window: Window) -> Verdict:
    turns = _turns(call, window, "agent")
    hit = next((turn for turn in turns if found(wanted.agent_never_says, turn.text)), None)
    passed = hit is None and not found(wanted.agent_never_says, _joined(turns))
    return Verdict(
        f"the agent never says {shown(wanted.agent_never_says)}", passed, _quoted(turns), hit.start_ms if hit else None
    )


def _caller_is_heard(wanted: s.CallerIsHeard, call: Timeline, window: Window) -> Verdict:
    turns = _turns(call, window, "caller")
    passed = found(wanted.caller_is_heard, _joined(turns))
    return Verdict(f"the caller is understood as {shown(wanted.caller_is_heard)}", passed, _quoted(turns))


def _turns(call: Timeline, window: Window, role: str) -> list[Turn]:
    return [turn for turn in call.turns if turn.role == role and window.has(turn.start_ms)]


def _joined(turns: Iterable[Turn]) -> str:
    return " ".join(turn.text for turn in turns)


def _quoted(turns: Iterable[Turn]) -> str:
    return " ".join(f"“{turn.text}”{' [interrupted]' if turn.interrupted else ''}" for turn in turns) or NOTHING


# --- tools


def _tool_runs(wanted: s.ToolRuns, call: Timeline, window: Window) -> Verdict:
    runs = [run for run in call.tools if window.has(run.at_ms)]
    fitting = [run for run in runs if run.name == wanted.tool and _fits(wanted, run)]
    passed = len(fitting) == wanted.times if wanted.times is not None else bool(fitting)
    return Verdict(
        _tool_text(wanted), passed, _told(runs, with_result=wanted.result is not None), fitting[0].at_ms if fitting else None
    )


def _tool_text(wanted: s.ToolRuns) -> str:
    text = f"{wanted.tool} runs"
    if wanted.arguments is not None:
        text += f" with {_json(wanted.arguments)}"
    if wanted.arguments_exactly is not None:
        text += f" with exactly {_json(wanted.arguments_exactly)}"
    if wanted.result is not None:
        text += f", returning {_json(wanted.result)}"
    if wanted.outcome is not None:
        text += f", outcome {wanted.outcome}"
    return text + ("" if wanted.times is None else f", {wanted.times} times" if wanted.times > 1 else ", once")


def _fits(wanted: s.ToolRuns, run: ToolRun) -> bool:
    return (
        (wanted.arguments is None or _within(wanted.arguments, run.arguments))
        and (wanted.arguments_exactly is None or run.arguments == wanted.arguments_exactly)
        and (wanted.result is None or _within(wanted.result, run.result))
        and wanted.outcome in (None, run.outcome)
    )


def _within(wanted: Any, value: Any) -> bool:
    """Tables may hold more than was wanted; anything else is equal."""
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(key in value and _within(one, value[key]) for key, one in wanted.items())
    return bool(wanted == value) and isinstance(wanted, bool) == isinstance(value, bool)


def _no_tool(wanted: s.ToolNeverRuns, call: Timeline, window: Window) -> Verdict:
    runs = [run for run in call.tools if window.has(run.at_ms)]
    hits = [run for run in runs if wanted.no_tool in (run.name, "any")]
    text = "no tool runs" if wanted.no_tool == "any" else f"{wanted.no_tool} does not run"
    return Verdict(text, not hits, _told(runs), hits[0].at_ms if hits else None)


def _told(runs: Iterable[ToolRun], *, with_result: bool = False) -> str:
    told = []
    for run in runs:
        ended = "" if run.outcome == "ok" else f" ({run.outcome})"
        told.append(f"{run.name} {_json(run.arguments)}{f' -> {_json(run.result)}' if with_result else ''}{ended}")
    return ", ".join(told) or "no tool"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- times and the order of things


def _in_order(wanted: s.InOrder, call: Timeline, window: Window) -> Verdict:
    happened = [one for one in call.happenings if window.has(one.at_ms)]
    waiting = list(wanted.in_order)
    for one in happened:
        if waiting and _is(waiting[0], one):
            waiting.pop(0)
    text = "in this order: " + ", ".join(_moment(one.event, one.named) for one in wanted.in_order)
    order = ", ".join(_moment(one.event, one.named) for one in happened) or NOTHING
    missing = f"no {_moment(waiting[0].event, waiting[0].named)} in its place among: " if waiting else ""
    return Verdict(text, not waiting, missing + order)


def _is(wanted: s.Moment, happened: Happening) -> bool:
    if wanted.event != happened.event:
        return False
    if wanted.event in ("agent", "caller"):
        return not wanted.named or found(s.Phrase(containing=wanted.named), happened.named)
    return wanted.named in ("", happened.named)


def _moment(event: str, named: str) -> str:
    return f"{event} {named}" if named and event in ("tool", "key", "transfer") else f"{event} “{named}”" if named else event


def _answers_within(wanted: s.AnswersWithin, call: Timeline, window: Window) -> Verdict:
    answers = [answer for answer in call.answers if window.has(answer.at_ms)]
    late = [answer for answer in answers if answer.latency_ms > wanted.answers_within_ms]
    heard = "answers after " + ", ".join(f"{answer.latency_ms:.0f}" for answer in answers) + " ms" if answers else "no answer"
    text = f"the agent answers within {wanted.answers_within_ms:g} ms"
    return Verdict(text, bool(answers) and not late, heard, late[0].at_ms if late else None)


def _barges_in(wanted: s.BargesIn, call: Timeline, window: Window) -> Verdict:
    cuts = [one for one in call.barge_ins if one.cut and window.has(one.at_ms)]
    heard = ", ".join(f"silent {one.stop_ms:.0f} ms after the caller began" for one in cuts) or "no interruption"
    at = cuts[0].at_ms if cuts else None
    if wanted.barge_in == "none":
        return Verdict("nobody interrupts", not cuts, heard, at)
    most = wanted.barge_in.stop_ms
    text = "the agent can be interrupted" + (f" and is silent within {most:g} ms" if most is not None else "")
    return Verdict(text, bool(cuts) and all(most is None or one.stop_ms <= most for one in cuts), heard, at)


# --- the call


def _transfers(wanted: s.Transfers, call: Timeline, _window: Window) -> Verdict:
    ended = call.transfer
    heard = f"{ended['target']}: {ended['outcome']}" if ended else "no transfer"
    if wanted.transfer == "none":
        return Verdict("nobody is transferred", ended is None, heard)
    target, outcome = wanted.transfer.target, wanted.transfer.outcome
    text = f"a transfer{f' to {target}' if target else ''} ends{f' as {outcome}' if outcome else ''}"
    passed = ended is not None and target in (None, ended["target"]) and outcome in (None, ended["outcome"])
    return Verdict(text, passed, heard)


def _call_ends(wanted: s.CallEnds, call: Timeline, _window: Window) -> Verdict:
    outcome, reason = wanted.call_ended.outcome, wanted.call_ended.reason
    text = f"the call ends{f' as {outcome}' if outcome else ''}{f' because of {reason}' if reason else ''}"
    passed = outcome in (None, call.outcome) and reason in (None, call.end_reason)
    return Verdict(text, passed, f"{call.outcome} ({call.end_reason})")


def _costs(wanted: s.CostsAtMost, call: Timeline, _window: Window) -> Verdict:
    return Verdict(f"the call costs at most {wanted.cost_at_most:g}", call.cost <= wanted.cost_at_most, f"{call.cost:g}")


def _no_warnings(_wanted: s.NoWarnings, call: Timeline, _window: Window) -> Verdict:
    return Verdict("there are no warnings", not call.warnings, " ".join(call.warnings) or "none")


_JUDGES: dict[type[Any], Callable[[Any, Timeline, Window], Verdict]] = {
    s.AgentSays: _agent_says,
    s.AgentNeverSays: _agent_never_says,
    s.CallerIsHeard: _caller_is_heard,
    s.ToolRuns: _tool_runs,
    s.ToolNeverRuns: _no_tool,
    s.InOrder: _in_order,
    s.AnswersWithin: _answers_within,
    s.BargesIn: _barges_in,
    s.Transfers: _transfers,
    s.CallEnds: _call_ends,
    s.CostsAtMost: _costs,
    s.NoWarnings: _no_warnings,
}
