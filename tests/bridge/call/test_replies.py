from __future__ import annotations

from voiceagent.call.commands import AskForReply, CancelReply, Command
from voiceagent.call.replies import ASKED_MS, BLOCKED_MS, STUCK_MS, Replies
from voiceagent.discreet import Words

TURN = AskForReply()
HELLO = AskForReply(exactly=Words("Hello."))
BYE = AskForReply(exactly=Words("Bye."))


def ask(replies: Replies, now: float = 0.0) -> list[Command]:
    return replies.ask(now, words_only=False)


def test_a_wish_is_asked_once() -> None:
    replies = Replies()
    replies.want(TURN)
    assert not replies.quiet
    assert ask(replies) == [TURN]
    assert (replies.state, ask(replies)) == ("asked", [])


def test_nothing_is_asked_while_a_reply_is_active() -> None:
    replies = Replies()
    replies.started("r", 0)
    replies.want(TURN)
    assert ask(replies) == []
    replies.ended("r")
    assert ask(replies) == [TURN]


def test_several_wishes_for_a_turn_are_one() -> None:
    replies = Replies()
    replies.started("r", 0)
    replies.want(TURN)
    replies.want(TURN)
    replies.ended("r")
    assert ask(replies) == [TURN]
    replies.started("r2", 0)
    replies.ended("r2")
    assert ask(replies) == []


def test_any_later_reply_fulfils_a_wish_for_a_turn_but_not_one_for_words() -> None:
    replies = Replies()
    replies.want(TURN)
    replies.want(HELLO)
    replies.started("r", 0)
    replies.ended("r")
    assert ask(replies) == [HELLO]
    replies.started("r2", 0)
    replies.ended("r2")
    assert replies.quiet


def test_words_come_before_turns_and_later_words_replace_earlier_ones() -> None:
    replies = Replies()
    replies.want(TURN)
    replies.want(HELLO)
    replies.want(BYE)
    assert ask(replies) == [BYE]


def test_when_only_words_matter_the_wish_for_a_turn_is_dropped() -> None:
    replies = Replies()
    replies.want(TURN)
    assert replies.ask(0, words_only=True) == []
    assert replies.quiet


def test_the_end_of_another_reply_changes_nothing() -> None:
    replies = Replies()
    replies.started("r", 0)
    replies.ended("older")
    assert replies.active_id == "r"


def test_refused_before_we_saw_the_reply_means_asking_again_after_it() -> None:
    replies = Replies()
    replies.want(HELLO)
    ask(replies)
    assert replies.refused(10) == []
    assert replies.state == "blocked"
    replies.ended("unseen")
    assert ask(replies, 20) == [HELLO]


def test_refused_after_the_reply_began_means_the_same() -> None:
    replies = Replies()
    replies.want(TURN)
    ask(replies)
    replies.started("theirs", 5)
    assert replies.refused(10) == []
    assert ask(replies, 10) == []
    replies.ended("theirs")
    assert ask(replies, 20) == [TURN]


def test_refused_and_then_the_other_reply_begins() -> None:
    replies = Replies()
    replies.want(TURN)
    ask(replies)
    replies.refused(10)
    replies.started("theirs", 20)
    replies.ended("theirs")
    assert ask(replies, 30) == [TURN]


def test_a_second_refusal_is_final_and_told() -> None:
    replies = Replies()
    replies.want(HELLO)
    ask(replies)
    replies.refused(10)
    replies.ended("unseen")
    ask(replies, 20)
    assert [type(note).__name__ for note in replies.refused(30)] == ["Warned"]
    assert replies.quiet
    assert replies.deadline(0) is None


def test_a_new_wish_may_be_refused_anew() -> None:
    replies = Replies()
    for _ in range(2):
        replies.want(TURN)
        ask(replies)
        replies.refused(10)
        replies.ended("unseen")
        assert ask(replies, 20) == [TURN]
        replies.started("r", 30)
        replies.ended("r")


def test_a_refusal_of_nothing_is_ignored() -> None:
    assert Replies().refused(0) == []


def test_a_reply_that_never_begins_is_given_up() -> None:
    replies = Replies()
    replies.want(HELLO)
    ask(replies)
    assert replies.deadline(0) == ASKED_MS
    assert replies.expire(ASKED_MS - 1, 0) == []
    assert [note.code for note in replies.expire(ASKED_MS, 0)] == ["reply_overdue"]  # type: ignore[attr-defined]
    assert replies.quiet


def test_an_unseen_reply_without_end_is_not_waited_for() -> None:
    replies = Replies()
    replies.want(HELLO)
    ask(replies)
    replies.refused(10)
    assert replies.expire(10 + BLOCKED_MS, 0) == []
    assert ask(replies, 10 + BLOCKED_MS) == [HELLO]


def test_a_stuck_reply_is_cancelled_but_not_while_it_is_heard() -> None:
    replies = Replies()
    replies.started("r", 0)
    replies.went_on("r", 1000)
    replies.went_on("other", 9000)
    assert replies.deadline(heard_until=0) == 1000 + STUCK_MS
    assert replies.expire(1000 + STUCK_MS, heard_until=30_000) == []
    warned, cancel = replies.expire(30_000, heard_until=30_000)
    assert (warned.code, cancel) == ("reply_stuck", CancelReply("r"))  # type: ignore[attr-defined]
    assert replies.quiet


def test_wishes_can_be_forgotten() -> None:
    replies = Replies()
    replies.want(TURN)
    replies.want(BYE)
    replies.forget_wishes()
    assert replies.quiet
