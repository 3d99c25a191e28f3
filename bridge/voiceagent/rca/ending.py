"""Why a call ended that had been answered: its caller, its agent, a human, a limit, or a defect of ours."""

from __future__ import annotations

from collections.abc import Callable

from voiceagent.rca.answering import end_of, ended_with
from voiceagent.rca.rule import Hit, Rule
from voiceagent.rca.story import Fact, Story

FEW_SILENT = 0.98
"""Of the caller's frames: a telephone line is never quite still, so a share below this is somebody's noise."""

WORDS = {
    "busy": "the line is busy",
    "no_answer": "nobody answered",
    "declined": "they declined",
    "cancelled": "it was cancelled",
    "failed": "it failed",
}


def caller_silent(story: Story) -> Hit | None:
    if story.end_reason != "silence" or not story.caller.count or story.caller.silent < FEW_SILENT * story.caller.count:
        return None
    heard = f"{story.caller.silent} of {story.caller.count} frames of the caller are silence"
    return Hit([Fact(story.caller.last_ms or 0.0, "caller audio", heard), end_of(story)])


def not_heard(story: Story) -> Hit | None:
    """There was sound, and the engine never took it for speech."""
    loud = story.caller.count - story.caller.silent
    if story.end_reason != "silence" or loud < 25 or story.speech.count:
        return None
    heard = f"{loud} frames of the caller hold sound, and the engine heard no speech in them"
    return Hit([Fact(story.caller.last_ms or 0.0, "caller audio", heard), end_of(story)])


def transfer(outcome: str) -> Callable[[Story], Hit | None]:
    """The last transfer ended so."""

    def when(story: Story) -> Hit | None:
        told = [one for one in story.transfers if one.fields.get("outcome") == outcome]
        if not told or story.outcome == "transferred":
            return None
        reports = [one for one in story.callbacks if one.fields["type"] in ("AddParticipantFailed", "CallTransferFailed")]
        code = str(told[-1].fields.get("code") or "")
        facts = {"target": told[-1].fields.get("target"), "code": f" ({code})" if code else ""}
        return Hit([*reports, *told, end_of(story)], facts)

    return when


def defect(story: Story) -> Hit | None:
    told = story.warned("defect")
    if not told and not story.end_reason.startswith("a defect"):
        return None
    return Hit([*told, end_of(story)], {"reason": story.end_reason})


def torn(story: Story) -> Hit | None:
    if story.complete and not story.marks:
        return None
    return Hit(story.marks or [Fact(story.last_ms, "cut", "the capture ends without an end")])


def slow_tool(story: Story) -> Hit | None:
    told = [one for one in story.tools if one.fields.get("outcome") in ("timeout", "error")]
    return Hit(told, {"names": ", ".join(sorted({str(one.fields.get("name")) for one in told}))}) if told else None


NOT_REACHED = ("busy", "no_answer", "declined", "unreachable")

BEFORE: tuple[Rule, ...] = (
    Rule("defect", defect, "A defect in the bridge ended the call: {reason}", "please report it, with the log and the capture"),
)
"""Believed before anything else: what follows from a defect explains nothing."""

TRANSFERS: tuple[Rule, ...] = tuple(
    Rule(
        f"transfer_{outcome}",
        transfer(outcome),
        "The transfer to {target} came to nothing: " + words + "{code}",
        "see the target's number and hours; transfer.targets.{target}.queue names others to try",
    )
    for outcome, words in WORDS.items()
)

RULES: tuple[Rule, ...] = (
    Rule(
        "caller_silent",
        caller_silent,
        "The caller's line was silent, and the call ended after the last prompt",
        "nobody spoke: a muted phone, or a path without sound; silence.after_seconds says how long is waited",
    ),
    Rule(
        "caller_not_heard",
        not_heard,
        "There was sound from the caller, and the engine never heard speech in it",
        "lower engine.turn_detection.threshold, or listen to it: `voiceagent captures export --to wav`",
    ),
    Rule(
        "nobody_spoke",
        ended_with("silence"),
        "Nobody spoke after the last prompt",
        "silence.after_seconds says how long is waited",
    ),
    Rule(
        "longest_call",
        ended_with("max_length"),
        "The call had reached limits.max_call_minutes",
        "raise it, if calls are to last longer",
    ),
    Rule("voicemail", ended_with("voicemail"), "A machine answered our call", "see outbound.voicemail"),
    Rule(
        "not_reached",
        ended_with(*NOT_REACHED, "no_room", outcome="failed"),
        "Nobody was reached by our call: {reason}",
        "call again later; `acs.phone_number` is what they see",
    ),
    Rule(
        "bridge_stopped",
        ended_with("shutdown", "cancelled"),
        "The bridge was stopped",
        "it lets calls finish their sentence; give it time",
    ),
    Rule(
        "human_left",
        ended_with("human_left", "transferred"),
        "A human had the caller: {reason}",
        "nothing to mend",
    ),
    Rule(
        "agent_ended",
        ended_with("agent_ended"),
        "The agent ended the call",
        "see what it had been told: the prompt, a key of the menu",
    ),
    Rule("caller_left", ended_with("caller_left"), "The caller hung up", "nothing to mend, as far as the records tell"),
)
"""In the order in which they are believed."""

BESIDE: tuple[Rule, ...] = (
    Rule("tool_failed", slow_tool, "A tool failed or was too slow: {names}", "see the log; limits.tool_timeout_seconds"),
    Rule(
        "capture_incomplete",
        torn,
        "The capture does not hold the whole call",
        "the disk was full or too slow, or the process was killed",
    ),
)
"""What a call may have had beside its end."""
