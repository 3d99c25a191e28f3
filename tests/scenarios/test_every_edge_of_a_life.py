"""Every rule of the table of a call's life, in a conversation that follows it: from the ring to the last command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from a_conversation import Conversation, Happening, begins, difference_when_replayed, has, never, reply

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.life import DEPARTING_MS, ENDING_MS, MEDIA_MS, REDIAL_MS, RINGING_MS
from voiceagent.testing.edges import edges_of, edges_taken

READY: Happening = (0.0, e.EngineReady("s"))
ANSWERED: list[Happening] = [READY, (0.0, e.CallAnswered())]
LEFT = e.CallerLeft("hung up")
CUT_OFF = e.MediaClosed("1006")
STOP, STOP_NOW = e.EndRequested("shutdown"), e.EndRequested("shutdown", at_once=True)
ENDS_IN_SILENCE: dict[str, Any] = {"silence_after_ms": 1000, "silence_prompts": (), "goodbye": "Goodbye."}
"""From 1 s on the goodbye is asked for, and the call is ending."""


def closed(outcome: str, reason: str) -> Callable[[list[c.Command]], bool]:
    return lambda out: out[-1] == c.CloseCall(outcome, reason)


def hangs_up(reason: str) -> Callable[[list[c.Command]], bool]:
    return lambda out: c.HangUp(reason) in out


def life(name: str, edges: str, happens: Sequence[Happening], *, opened: bool = False, **more: Any) -> Conversation:
    return Conversation(name, f"life: {edges}", happens, opened=opened, **more)


CONVERSATIONS = [
    life(
        "a caller who calls, and hangs up",
        "new/started ringing/answered answered/media_opened live/gone",
        [(1000, LEFT)],
        opened=True,
        ends=closed("completed", "caller_left"),
    ),
    # --- before anybody is heard
    life(
        "a service that never says anything",
        "ringing/overdue departing/overdue",
        [READY],
        until=RINGING_MS + DEPARTING_MS + 1,
        ends=closed("failed", "not_answered"),
    ),
    life("a bridge that stops while it rings", "ringing/end departing/gone", [(100, STOP), (200, LEFT)], ends=has(c.HangUp)),
    life("a bridge that stops at once", "ringing/depart", [(100, STOP_NOW)], ends=hangs_up("shutdown")),
    life("a caller who does not wait", "ringing/gone", [(100, LEFT)], ends=closed("failed", "caller_left")),
    life("a call without a media path", "answered/overdue", ANSWERED, until=MEDIA_MS + 1, ends=hangs_up("media_lost")),
    life(
        "a media path that breaks before it was open, and does not come",
        "answered/media_closed detached/overdue",
        [*ANSWERED, (500, CUT_OFF)],
        until=500 + REDIAL_MS,
        ends=hangs_up("media_lost"),
    ),
    life("a bridge that stops before the path is open", "answered/end", [*ANSWERED, (500, STOP)], ends=hangs_up("shutdown")),
    life("the same, at once", "answered/depart", [*ANSWERED, (500, STOP_NOW)], ends=hangs_up("shutdown")),
    life(
        "a caller who leaves before the path is open",
        "answered/gone",
        [*ANSWERED, (500, LEFT)],
        ends=closed("completed", "caller_left"),
    ),
    # --- in the middle
    life(
        "a media path that is lost and comes back",
        "live/media_closed detached/media_opened",
        [(1000, CUT_OFF), (2000, e.MediaOpened(24_000))],
        opened=True,
        until=20_000,
        ends=never(c.HangUp),
    ),
    life(
        "a bridge that stops while the path is lost",
        "detached/end",
        [(1000, CUT_OFF), (1100, STOP)],
        opened=True,
        ends=hangs_up("shutdown"),
    ),
    life(
        "the same, at once, while the path is lost",
        "detached/depart",
        [(1000, CUT_OFF), (1100, STOP_NOW)],
        opened=True,
        ends=hangs_up("shutdown"),
    ),
    life(
        "a caller who is gone with the path",
        "detached/gone",
        [(1000, CUT_OFF), (1100, LEFT)],
        opened=True,
        ends=closed("completed", "caller_left"),
    ),
    life("a bridge that stops at once in a call", "live/depart", [(1000, STOP_NOW)], opened=True, ends=hangs_up("shutdown")),
    # --- the last words
    life(
        "a bridge that stops when the sentence is said",
        "live/end ending/calm",
        [*reply(1, 500, 2000), (1000, STOP)],
        opened=True,
        until=3000,
        ends=hangs_up("shutdown"),
    ),
    life(
        "a caller who is there after all",
        "ending/stay",
        [begins("u", 1500)],
        opened=True,
        until=4000,
        settings=ENDS_IN_SILENCE,
        ends=never(c.HangUp),
    ),
    life(
        "a goodbye without an end",
        "ending/overdue",
        reply(1, 1100, 2 * ENDING_MS, done=False),
        opened=True,
        until=1000 + ENDING_MS,
        settings=ENDS_IN_SILENCE,
        ends=hangs_up("silence"),
    ),
    life(
        "a media path that breaks under the goodbye",
        "ending/media_closed",
        [*reply(1, 1100, 3000), (1500, CUT_OFF)],
        opened=True,
        settings=ENDS_IN_SILENCE,
        ends=hangs_up("silence"),
    ),
    life(
        "a bridge that must stop under the goodbye",
        "ending/depart",
        [*reply(1, 1100, 3000), (1500, STOP_NOW)],
        opened=True,
        settings=ENDS_IN_SILENCE,
        ends=hangs_up("silence"),
    ),
    life(
        "a caller who hangs up under the goodbye",
        "ending/gone",
        [*reply(1, 1100, 3000), (1500, LEFT)],
        opened=True,
        settings=ENDS_IN_SILENCE,
        ends=closed("completed", "caller_left"),
    ),
]


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda one: one.name.replace(" ", "-"))
def test_the_conversation_follows_its_rules(conversation: Conversation) -> None:
    with edges_taken() as taken:
        out = conversation.play()
    assert conversation.claimed() - taken == set()
    assert conversation.ends(out), out


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda one: one.name.replace(" ", "-"))
def test_its_capture_is_decided_the_same_way_again(conversation: Conversation, tmp_path: Path) -> None:
    assert difference_when_replayed(conversation, tmp_path) is None


def test_no_rule_is_left_without_a_conversation() -> None:
    claimed = set().union(*(one.claimed() for one in CONVERSATIONS))
    assert claimed ^ edges_of("life") == set()
