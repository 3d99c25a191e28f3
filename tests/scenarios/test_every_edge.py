"""Every rule of the tables of turns, interruptions, replies, silence and engine sessions, in a conversation that follows it.

A conversation is a list of what happens when, in virtual time; its edges are the rules it is there for. The last test asks that
no rule is left over, so that a new one wants its conversation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_conversation import Conversation, begins, difference_when_replayed, has, never, reply, stops

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.policies import BargeInPolicy
from voiceagent.call.replies import ASKED_MS, BLOCKED_MS, STUCK_MS
from voiceagent.call.turns import PENDING_MS, SPEAKING_MS
from voiceagent.discreet import Words
from voiceagent.testing.edges import edges_of, edges_taken
from voiceagent.testing.factories import begun, engine_setup

TABLES = ("floor", "barge_in", "gate", "item", "silence", "tenure")
PASSIVE = engine_setup(
    turn_detection={"type": "server_vad", "prefix_padding_ms": 0, "interrupt_response": False, "create_response": False}
)
ACTIVE_REPLY = "conversation_already_has_active_response"


def held(**policy: Any) -> dict[str, Any]:
    return {"setup": PASSIVE, "interruptions": BargeInPolicy(**policy)}


LOST = e.EngineLost("1006")
AWAY = {"reconnect_ms": 10_000}
SOON = [(0.0, event) for event in (e.CallAnswered(), e.EngineReady("s", expires_in_ms=8000), e.MediaOpened(24_000))]

CONVERSATIONS = [
    Conversation(
        "a turn of each",
        """floor: silent/speech_started speaking/speech_stopped pending/reply_started
           gate: idle/reply_started active/reply_ended
           item: announced/audio_began queued/playback_began audible/played_out""",
        [begins("u", 1000), *stops("u", 2000, "Hello?"), *reply(1, 2500, 800)],
        until=9000,
        ends=has(c.CallerTurnNoted, c.AgentTurnNoted),
    ),
    Conversation(
        "the caller goes on before the reply",
        "floor: pending/speech_started",
        [begins("u", 1000), *stops("u", 2000), begins("v", 2300)],
    ),
    Conversation(
        "a pause inside a turn that is told twice",
        "floor: pending/speech_stopped",
        [begins("u", 1000), *stops("u", 2000), *stops("u", 2100)],
    ),
    Conversation(
        "only the end of a turn is told",
        "floor: silent/speech_stopped pending/overdue",
        [*stops("u", 2000)],
        until=2000 + PENDING_MS,
    ),
    Conversation(
        "a turn without an end", "floor: speaking/overdue", [begins("u", 1000)], until=1000 + SPEAKING_MS, ends=never(c.HangUp)
    ),
    # --- interruptions
    Conversation(
        "an interruption",
        "barge_in: undisturbed/spoke_over doubted/enough\nitem: audible/stopped",
        [*reply(1, 100, 4000), begins("u", 2000)],
        ends=has(c.StopPlayback, c.TruncateItem, c.BargeInNoted),
    ),
    Conversation(
        "listening along",
        "barge_in: doubted/too_little",
        [*reply(1, 100, 6000), begins("u", 2000), *stops("u", 2600, "Mhm.")],
        until=9000,
        settings=held(when="duration"),
        ends=never(c.StopPlayback, c.AskForReply),
    ),
    Conversation(
        "the agent has finished before it is clear",
        "barge_in: doubted/agent_done",
        [*reply(1, 100, 2000), begins("u", 2000), *stops("u", 4000, "And then?")],
        settings=held(when="words"),
        ends=has(c.AskForReply),
    ),
    Conversation(
        "an interruption that waits for words and gets them",
        "barge_in: doubted/enough_to_hold held/words",
        [*reply(1, 100, 6000), begins("u", 2000), *stops("u", 2700, "Stop!")],
        settings=held(resume_after_ms=1500),
        ends=has(c.PausePlayback, c.StopPlayback, c.AskForReply),
    ),
    Conversation(
        "a cough, and words after all",
        "barge_in: held/no_words undisturbed/late_words",
        [*reply(1, 100, 6000), begins("u", 2000), *stops("u", 2700), (5000, e.CallerTranscribed("u", Words("I said stop!")))],
        settings=held(resume_after_ms=1000),
        ends=has(c.ResumePlayback, c.StopPlayback, c.AskForReply),
    ),
    # --- replies
    Conversation(
        "a greeting",
        "gate: idle/asked asked/reply_started",
        [*reply(1, 500)],
        settings={"greeting": "Hello."},
        ends=has(c.AskForReply),
    ),
    Conversation(
        "a greeting that nobody begins", "gate: asked/overdue", [], until=ASKED_MS + 1, settings={"greeting": "Hello."}
    ),
    Conversation(
        "a request that is refused for a reply we do not see, which then ends",
        "gate: asked/refused blocked/reply_ended",
        [(100, e.EngineRefused(ACTIVE_REPLY, "")), (200, e.ReplyEnded("unseen", "completed"))],
        settings={"greeting": "Hello."},
        ends=lambda out: sum(isinstance(command, c.AskForReply) for command in out) == 2,
    ),
    Conversation(
        "one that is refused for a reply we see late",
        "gate: blocked/reply_started",
        [(100, e.EngineRefused(ACTIVE_REPLY, "")), *reply(1, 200)],
        settings={"greeting": "Hello."},
        ends=lambda out: sum(isinstance(command, c.AskForReply) for command in out) == 2,
    ),
    Conversation(
        "one that is refused and nothing follows",
        "gate: blocked/overdue",
        [(100, e.EngineRefused(ACTIVE_REPLY, ""))],
        until=101 + BLOCKED_MS,
        settings={"greeting": "Hello."},
    ),
    Conversation(
        "a refusal that comes after the reply has begun",
        "gate: active/refused",
        [*reply(1, 100, done=False), (200, e.EngineRefused(ACTIVE_REPLY, "")), (300, e.ReplyEnded("r1", "completed"))],
        settings={"greeting": "Hello."},
    ),
    Conversation("a reply upon a reply", "gate: active/reply_started", [*reply(1, 100, done=False), *reply(2, 200)]),
    Conversation("a reply without an end", "gate: active/overdue", reply(1, 100, done=False), until=101 + STUCK_MS),
    # --- what the agent says
    Conversation(
        "an item in writing",
        "item: announced/playback_began",
        [(100, e.ReplyStarted("r1")), (100, e.ReplyItemAdded("r1", "i1", "speech")), (100, e.PlaybackBegan("i1"))],
    ),
    Conversation("an item without a sound", "item: announced/played_out", reply(1, 100), until=200),
    Conversation(
        "an item that is cut off before it began",
        "item: announced/stopped",
        [*reply(1, 100, done=False), begins("u", 200)],
        ends=has(c.DropAudioOf),
    ),
    Conversation(
        "an item that waited and was never heard",
        "item: queued/stopped",
        [*reply(1, 100, 3000), *reply(2, 200, 1000), begins("u", 1000)],
        ends=lambda out: sum(isinstance(command, c.AgentTurnNoted) for command in out) == 1,
    ),
    # --- silence
    Conversation(
        "a caller who says nothing",
        "silence: engaged/calm counting/elapsed",
        [],
        until=40_000,
        settings={"silence_after_ms": 8000, "silence_prompts": ("Are you there?",)},
        ends=has(c.HangUp),
    ),
    Conversation(
        "a caller who speaks at last",
        "silence: counting/stir",
        [begins("u", 5000)],
        until=12_000,
        settings={"silence_after_ms": 8000},
        ends=never(c.AskForReply),
    ),
    # --- engine sessions
    Conversation(
        "a session that is renewed",
        "tenure: opening/ready serving/due renewing/spare_ready relieved/turn_over",
        [*SOON, (6500, e.SpareReady("t"))],
        ends=has(c.SwitchEngine, c.ReplayCaller),
        opened=False,
    ),
    Conversation(
        "a renewal that fails",
        "tenure: renewing/spare_failed",
        [*SOON, (6500, e.SpareFailed("429"))],
        ends=never(c.SwitchEngine),
        opened=False,
    ),
    Conversation(
        "a spare that breaks while it waits",
        "tenure: relieved/spare_failed",
        [*SOON, begins("u", 5000), (6500, e.SpareReady("t")), (6600, e.SpareFailed("1006"))],
        ends=never(c.SwitchEngine),
        opened=False,
    ),
    Conversation(
        "a session that breaks while its successor waits",
        "tenure: relieved/lost",
        [*SOON, begins("u", 5000), (6500, e.SpareReady("t")), (6600, LOST)],
        settings=AWAY,
        ends=has(c.SwitchEngine),
        opened=False,
    ),
    Conversation(
        "a session that breaks while its successor is being opened",
        "tenure: renewing/lost away/spare_ready",
        [*SOON, (6500, LOST), (7000, e.SpareReady("t"))],
        settings=AWAY,
        ends=has(c.SwitchEngine),
        opened=False,
    ),
    Conversation(
        "an engine that stays away",
        "tenure: serving/lost away/spare_failed away/due away/overdue",
        [(1000, LOST), (1100, e.SpareFailed("no"))],
        until=12_000,
        settings=AWAY,
        ends=has(c.OpenSpareEngine, c.HangUp),
    ),
    Conversation(
        "an engine that cannot be had at first",
        "tenure: opening/lost",
        [(50, e.CallAnswered()), (100, LOST), (600, e.SpareReady("s"))],
        settings={"greeting": "Hello."} | AWAY,
        ends=has(c.OpenSpareEngine, c.SwitchEngine, c.AskForReply),
        opened=False,
    ),
    Conversation(
        "an engine that does not know us",
        "tenure: opening/refused",
        [(100, e.EngineLost("401", 401, lasting=True))],
        settings=AWAY,
        ends=has(c.HangUp),
        opened=False,
    ),
]


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda one: one.name.replace(" ", "-"))
def test_the_conversation_follows_its_rules(conversation: Conversation) -> None:
    with edges_taken() as taken:
        out = conversation.play()
    assert conversation.claimed() - taken == set()
    assert conversation.ends(out)


@pytest.mark.parametrize(
    "conversation",
    [one for one in CONVERSATIONS if one.name != "an item in writing"],  # nothing of it was ever played
    ids=lambda one: one.name.replace(" ", "-"),
)
def test_its_capture_is_decided_the_same_way_again(conversation: Conversation, tmp_path: Path) -> None:
    assert difference_when_replayed(conversation, tmp_path) is None


def test_an_item_that_was_queued_and_turns_out_to_be_empty_is_over() -> None:
    """No lane tells such a thing; the rule is there for a playback account that forgot the item."""
    with edges_taken() as taken:
        call = begun()
        call.parts.speech.audio_began("r1", "i1")
        call.parts.speech.reply_ended("r1")
        call.parts.speech.settle(10)
    assert ("item", "queued", "played_out") in taken


def test_no_rule_is_left_without_a_conversation() -> None:
    claimed = set().union(*(one.claimed() for one in CONVERSATIONS)) | {("item", "queued", "played_out")}
    assert claimed - edges_of(*TABLES) == set()
    assert edges_of(*TABLES) - claimed == set()
