"""Why a call was not answered: our own limits and rules, or what Call Automation said to our answer."""

from __future__ import annotations

from collections.abc import Callable, Collection

from voiceagent.rca.rule import Hit, Rule
from voiceagent.rca.story import Fact, Story

TOO_LATE = ("8501", "8522", "8528", "8586", "8587")
"""Subcodes of a call that is over, or was never ours to answer any more."""
WRONG_KEY = ("7509", "7501")
WRONG_RESOURCE = ("7507", "7504")
THROTTLED = ("8516", "8529", "8530")
STALE_WORDS = "lifetime validation"
WAITED_MS = 1500.0  # a media socket comes within a second and a half of the answer, as seen in the field


def ended_with(*reasons: str, outcome: str = "") -> Callable[[Story], Hit | None]:
    """The report names the reason itself."""

    def when(story: Story) -> Hit | None:
        if story.end_reason not in reasons or (outcome and story.outcome != outcome):
            return None
        return Hit([*story.warnings[-2:], end_of(story)], {"reason": story.end_reason})

    return when


def end_of(story: Story) -> Fact:
    """The end as evidence."""
    return Fact(story.ended_ms or story.last_ms, "ended", f"the call ended: {story.outcome}, {story.end_reason}")


def refused(*, codes: Collection[str] = (), statuses: Collection[int] = (), words: str = "") -> Callable[[Story], Hit | None]:
    """Our answer (or the call we wanted to place) was refused in this way."""

    def when(story: Story) -> Hit | None:
        asked = story.request("answer") or story.request("create")
        if asked is None:
            return None
        status, code, message = asked.fields["status"], asked.fields["code"], str(asked.fields.get("message", ""))
        hit = code in codes or (status in statuses and status is not None) or (words and words in message.lower())
        return Hit([asked], {"status": status, "code": code}) if hit else None

    return when


def unanswered(story: Story) -> Hit | None:
    asked = story.request("answer")
    return Hit([asked, end_of(story)]) if asked is not None and asked.fields["status"] is None else None


def left_early(story: Story) -> Hit | None:
    """The caller was gone before there was any sound; not one who gave up waiting for it."""
    if story.end_reason != "caller_left" or "media_open" in story.phases:
        return None
    answered = story.phases.get("answered")
    if answered is not None and (story.ended_ms or story.last_ms) - answered > WAITED_MS:
        return None
    return Hit([*story.reported("CallDisconnected"), *story.told("CallerLeft"), end_of(story)])


RULES: tuple[Rule, ...] = (
    Rule(
        "nobodys_number",
        ended_with("nobodys_number"),
        "The number that was called is none of the served agents'",
        "write it into the agent.numbers of one, or serve one without numbers",
    ),
    Rule(
        "too_many_calls",
        ended_with("too_many_calls"),
        "As many calls as limits.max_calls allows were going on",
        "raise limits.max_calls, name answer.overflow, or run more of the bridge",
    ),
    Rule(
        "engine_budget",
        ended_with("engine_quota"),
        "The engine's new sessions of that minute were used up",
        "ask Azure for more connections a minute, and set limits.engine_connections_per_minute to it",
    ),
    Rule(
        "draining",
        ended_with("draining", "shutdown"),
        "The bridge was being stopped",
        "start it again, or send calls elsewhere first",
    ),
    Rule(
        "refused_by_rule",
        ended_with("busy", "forbidden", "redirected", outcome="rejected"),
        "A rule under [answer] decided so: {reason}",
        "see [[answer.rules]]; `voiceagent calls show` tells who called whom",
    ),
    Rule(
        "answer_wrong_key",
        refused(codes=WRONG_KEY, statuses=(401,)),
        "ACS did not accept our key when we answered ({status} {code})",
        "copy the connection string of the resource anew, and look at this machine's clock: `voiceagent doctor`",
    ),
    Rule(
        "answer_wrong_resource",
        refused(codes=WRONG_RESOURCE, statuses=(403,)),
        "The call came to another resource than the one that answered ({status} {code})",
        "let the Event Grid subscription and ACS_CONNECTION_STRING be of the same resource",
    ),
    Rule(
        "answer_throttled",
        refused(codes=THROTTLED, statuses=(429,)),
        "ACS had no room for our answer ({status} {code})",
        "lower limits.max_calls, or ask Azure for a higher limit of the resource",
    ),
    Rule(
        "answer_too_late",
        refused(codes=TOO_LATE, words=STALE_WORDS),
        "The call was over when we answered it ({status} {code})",
        "answer sooner: a phone rings 30 s; look at the phases before `answering`, and at Event Grid's retries",
    ),
    Rule(
        "answer_address_refused",
        refused(words="callbackuri"),
        "ACS does not take our callback address ({status} {code})",
        "it must be https with a valid certificate: `voiceagent doctor`",
    ),
    Rule(
        "caller_left_early",
        left_early,
        "The caller hung up before there was any sound",
        "nothing to mend, unless `answering` to `answered` took long",
    ),
    Rule(
        "answer_hanging",
        unanswered,
        "ACS gave no answer to our request to answer",
        "see Azure's status page; the network of this machine",
    ),
    Rule(
        "answer_failed",
        refused(statuses=range(400, 600)),
        "ACS refused our answer ({status} {code})",
        "look the code up in docs/rca.md; a 5xx is Azure's",
    ),
)
"""In the order in which they are believed."""
