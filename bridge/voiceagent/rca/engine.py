"""Why the engine did not talk: it could not be opened, it left, it failed its replies, or it made no sound."""

from __future__ import annotations

from collections.abc import Callable, Collection

from voiceagent.rca.answering import end_of
from voiceagent.rca.rule import Hit, Rule
from voiceagent.rca.story import Fact, Story

LOST = ("engine_lost", "engine_refused", "engine_not_ready")
EXPIRED = ("session_expired",)
OVERFLOW = ("session_output_overflow",)
RATE_LIMITED = ("rate_limit_exceeded", "rate_limit_error")
GOING_AWAY = 1001


def refused(*statuses: int) -> Callable[[Story], Hit | None]:
    """The engine's handshake was answered with this status, and it was not had."""

    def when(story: Story) -> Hit | None:
        told = [one for one in story.warned(*LOST) if one.fields["status"] in statuses]
        if not told or "engine_ready" in story.phases:
            return None
        return Hit([*told, end_of(story)], {"told": told[-1].fields["sentence"].partition("; ")[0]})

    return when


def unreachable(story: Story) -> Hit | None:
    told = story.warned(*LOST)
    if not told or "engine_ready" in story.phases or story.end_reason not in LOST:
        return None
    return Hit([*told, end_of(story)], {"told": told[-1].fields["sentence"].partition("; ")[0]})


def settings_refused(story: Story) -> Hit | None:
    told = [one for one in story.warned(*LOST) if "refused the session" in one.fields["sentence"]]
    return Hit(told, {"told": told[-1].fields["sentence"].partition("; ")[0]}) if told else None


def closed(codes: Collection[str]) -> Callable[[Story], Hit | None]:
    """The engine said this before it ended the session, and the call did not outlive it."""

    def when(story: Story) -> Hit | None:
        told = [one for one in story.engine_errors if one.fields["code"] in codes]
        return Hit([*told, end_of(story)]) if told and story.end_reason in LOST else None

    return when


def dropped(story: Story) -> Hit | None:
    if story.end_reason not in LOST or "engine_ready" not in story.phases:
        return None
    gone = story.told("EngineLost")
    why = str(gone[-1].fields.get("reason") or "") if gone else ""
    return Hit([*gone, *story.warned(*LOST), end_of(story)], {"why": f": {why}" if why else ""})


def tokens_used_up(story: Story) -> Hit | None:
    told = [one for one in story.engine_errors if {one.fields["code"], one.fields["type"]} & {*RATE_LIMITED}]
    return Hit(told) if told else None


def replies_failed(story: Story) -> Hit | None:
    told = [one for one in story.engine_errors if one.what.startswith("response")]
    if not told or (story.from_engine.count and len(told) < story.replies.count):
        return None
    return Hit(told, {"code": told[-1].fields["code"]})


def silent(story: Story) -> Hit | None:
    """It was ready, it finished replies, and there was no sound in them."""
    if "engine_ready" not in story.phases or story.from_engine.count:
        return None
    asked = story.wanted("AskForReply")
    if not asked and not story.replies.count:
        return None
    seen = Fact(story.last_ms, "engine audio", f"no sound came from the engine; it finished {story.replies.count} replies")
    return Hit([*asked[:2], *story.warned("reply_overdue", "reply_stuck"), seen])


RULES: tuple[Rule, ...] = (
    Rule(
        "engine_credentials",
        refused(401),
        "{told}",
        "check engine.api_key (AZURE_VOICELIVE_API_KEY), or whose Entra token it is: `voiceagent doctor`",
    ),
    Rule(
        "engine_role_missing",
        refused(403),
        "{told}",
        "give the identity the roles Cognitive Services User and Foundry User on the resource",
    ),
    Rule("engine_wrong_address", refused(404), "{told}", "check engine.endpoint and engine.api_version: `voiceagent doctor`"),
    Rule(
        "engine_quota_used_up",
        refused(429),
        "{told}",
        "a resource opens 30 sessions a minute by default: ask for more, or lower limits.max_calls",
    ),
    Rule("engine_settings_refused", settings_refused, "{told}", "check [agent] voice and [engine] against the model"),
    Rule("engine_unavailable", unreachable, "{told}", "check engine.endpoint and the network; see Azure's status page"),
    Rule(
        "engine_session_expired",
        closed(EXPIRED),
        "The engine's session had reached its longest life",
        "leave engine.renew_after_minutes below the engine's limit, and engine.reconnect_seconds above 0",
    ),
    Rule(
        "engine_output_overflow",
        closed(OVERFLOW),
        "The engine ended the session because its events were read too slowly",
        "the bridge was held up: look at the processor's load and at tools that block",
    ),
    Rule(
        "engine_dropped",
        dropped,
        "The engine's session broke in the middle of the call and was not had again{why}",
        "leave engine.reconnect_seconds above 0; see Azure's status page, and the engine's id of the session",
    ),
    Rule(
        "engine_tokens_used_up",
        tokens_used_up,
        "The engine failed its replies because the tokens of that minute were used up",
        "ask Azure for more tokens a minute, or use a smaller model",
    ),
    Rule(
        "engine_replies_failed",
        replies_failed,
        "The engine failed its replies ({code})",
        "see the engine's errors in the capture",
    ),
    Rule(
        "engine_silent",
        silent,
        "The engine was ready and made no sound",
        "check engine.model and agent.voice: a voice that the model does not have makes none; `voiceagent doctor`",
    ),
)
"""In the order in which they are believed."""
