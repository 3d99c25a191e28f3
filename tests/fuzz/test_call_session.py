"""Calls in which anything happens at any time: whatever the world says, some things must never go out."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.policies import BargeInPolicy
from voiceagent.call.turns import SPEAKING_MS
from voiceagent.discreet import Words
from voiceagent.testing.factories import engine_setup, opening, session_settings
from voiceagent.testing.rehearsal import Rehearsal

NUMBERS = st.integers(1, 12)
GAPS = st.sampled_from([0, 0, 10, 100, 350, 1000, 4000])
REPLIES = NUMBERS.map(lambda number: f"r{number}")
ITEMS = NUMBERS.map(lambda number: f"i{number}")
TURNS = NUMBERS.map(lambda number: f"u{number}")
CALLS = NUMBERS.map(lambda number: f"t{number}")
TARGETS = st.sampled_from(["sales", "sales", "nurse", "boss"])
WORDS = st.sampled_from(["", "yes", "one two three"]).map(Words)
MILLIS = st.integers(0, 10_000)
ARGUMENTS = st.sampled_from(["{}", "nonsense", '{"target":"sales","reason":"x"}', '{"target":"nurse"}', '{"target":"boss"}'])
TOOLS = st.sampled_from(["lookup_order", "lookup_order", "request_transfer", "request_transfer", "end_call"])
CODES = st.sampled_from(["conversation_already_has_active_response", "response_cancel_not_active", "odd"])
OPERATIONS = st.sampled_from(["answer", "transfer_caller", "hang_up", "leave_call", "start_recording"])
OUTCOMES: st.SearchStrategy[e.TransferOutcome] = st.sampled_from(["connected", "busy", "no_answer", "declined", "failed"])
TOOL_OUTCOMES: st.SearchStrategy[e.ToolOutcome] = st.sampled_from(["ok", "error", "timeout", "cancelled"])
STATUS: st.SearchStrategy[e.ReplyStatus] = st.sampled_from(["completed", "completed", "cancelled", "incomplete", "failed"])

SINGLE = st.one_of(
    st.builds(e.CallerSpeechStarted, TURNS, MILLIS),
    st.builds(e.CallerSpeechStopped, TURNS, MILLIS),
    st.builds(e.CallerTurnCommitted, TURNS),
    st.builds(e.CallerTranscribed, TURNS, WORDS),
    st.builds(e.CallerWordsArrived, TURNS, WORDS),
    st.builds(e.ReplyWordTimed, REPLIES, ITEMS, MILLIS, st.just(200)),
    st.builds(e.SpareReady, st.just("s2"), st.just(""), st.sampled_from([None, 4_000.0])),
    st.builds(e.ReplyStarted, REPLIES),
    st.builds(e.ReplyItemAdded, REPLIES, ITEMS, st.sampled_from(["speech", "interim", "tool_call", "other"])),
    st.builds(e.ReplyAudioEnded, REPLIES, ITEMS),
    st.builds(e.ReplyWordsArrived, REPLIES, ITEMS, WORDS),
    st.builds(e.ReplyWordsEnded, REPLIES, ITEMS, WORDS),
    st.builds(e.ToolCalled, REPLIES, ITEMS, CALLS, TOOLS, ARGUMENTS),
    st.builds(e.ReplyEnded, REPLIES, STATUS),
    st.builds(e.ToolReturned, CALLS, TOOL_OUTCOMES, st.just("{}"), st.just(5.0)),
    st.builds(e.KeyPressed, st.sampled_from(["1", "#"])),
    st.builds(e.CallerWrote, WORDS),
    st.builds(e.EngineRefused, CODES, st.just("no")),
    st.builds(e.TransferRinging, TARGETS),
    st.builds(e.TransferEnded, TARGETS, OUTCOMES),
    st.builds(e.ParticipantsChanged, st.integers(0, 3)),
    st.tuples(REPLIES, ITEMS, st.integers(1, 3000)),  # audio
)
SELDOM = st.one_of(
    st.builds(e.CallAnswered),
    st.builds(e.CallConnected),
    st.builds(e.MediaOpened, st.just(24_000)),
    st.builds(e.CallerAudioBegan),
    st.builds(e.CallerAudioLost, st.floats(0, 60_000)),
    st.builds(e.MediaClosed, st.just("1006")),
    st.builds(e.CallerLeft, st.just("gone")),
    st.builds(e.EngineReady, st.just("s")),
    st.builds(e.EngineReady, st.just("s"), st.just(""), st.none(), st.just(4_000.0)),
    st.builds(e.SpareFailed, st.just("429")),
    st.builds(e.CallerAudioReplayed, st.floats(0, 60_000)),
    st.builds(e.CallerTranscriptionFailed, TURNS, st.just("x"), st.just("y")),
    st.builds(e.ItemTruncated, ITEMS, MILLIS),
    st.builds(e.EngineRefused, st.just("session_expired"), st.just("no")),
    st.builds(e.EngineLost, st.just("1006")),
    st.builds(e.EngineNoted, st.just("x")),
    st.builds(e.PlaybackBegan, ITEMS),
    st.builds(e.PlaybackDrained),
    st.builds(e.RecordingChanged, st.just("rec"), st.booleans()),
    st.builds(e.ControlFailed, OPERATIONS, st.just(400), st.just("x"), st.just("y")),
    st.builds(e.EndRequested, st.just("shutdown"), st.booleans()),
    st.builds(e.TimePassed),
)


def speech(number: int, ms: int, cut: int) -> list[Any]:
    """What a reply of one item looks like; `cut` leaves its end away."""
    reply, item = f"r{number}", f"i{number}"
    events = [
        e.ReplyStarted(reply),
        e.ReplyItemAdded(reply, item, "speech"),
        e.ReplyWordsArrived(reply, item, Words("one two three")),
        (reply, item, ms),
        e.ReplyAudioEnded(reply, item),
        e.ReplyWordsEnded(reply, item, Words("one two three four")),
        e.ReplyEnded(reply, "completed"),
    ]
    return events[: len(events) - cut]


def call_of(number: int, name: str, arguments: str, cut: int) -> list[Any]:
    """A reply that calls a tool."""
    reply = f"r{number}"
    events = [e.ReplyStarted(reply), e.ToolCalled(reply, f"x{number}", f"t{number}", name, arguments)]
    return [*events, e.ReplyEnded(reply, "completed")][: 3 - cut]


def transfer_of(number: int, target: str, outcome: e.TransferOutcome, cut: int) -> list[Any]:
    """A transfer from the model's wish to its end."""
    events = call_of(number, "request_transfer", f'{{"target":"{target}"}}', 0)
    return [*events, e.TransferRinging(target), e.TransferEnded(target, outcome)][: 5 - cut]


def turn_of(number: int, cut: int) -> list[Any]:
    """A caller's turn."""
    item = f"u{number}"
    events = [e.CallerSpeechStarted(item, 100), e.CallerSpeechStopped(item, 900), e.CallerTurnCommitted(item)]
    return [*events, e.CallerTranscribed(item, Words("yes"))][: 4 - cut]


CUT = st.sampled_from([0, 0, 0, 1, 2])
STRETCH = st.one_of(
    st.builds(speech, NUMBERS, st.integers(1, 6000), CUT),
    st.builds(speech, NUMBERS, st.integers(1, 6000), CUT),
    st.builds(call_of, NUMBERS, TOOLS, ARGUMENTS, CUT),
    st.builds(turn_of, NUMBERS, CUT),
    st.builds(transfer_of, NUMBERS, TARGETS, OUTCOMES, CUT),
    st.lists(SINGLE, min_size=1, max_size=4),
    st.lists(SINGLE, min_size=1, max_size=4),
)
STRETCHES = st.tuples(
    st.lists(st.tuples(GAPS, GAPS, STRETCH), min_size=4, max_size=20),
    st.one_of(st.none(), st.none(), st.tuples(st.integers(0, 20), SELDOM)),
)


def in_time(drawn: tuple[list[tuple[int, int, list[Any]]], tuple[int, e.Event] | None]) -> list[tuple[int, Any]]:
    """(gap, happening) one after the other, with something seldom put in between."""
    stretches, seldom = drawn
    happenings = [
        (pause if first else gap, happening)
        for pause, gap, stretch in stretches
        for first, happening in zip([True] + [False] * len(stretch), stretch, strict=False)
    ]
    if seldom is not None:
        happenings.insert(min(seldom[0], len(happenings)), (0, seldom[1]))
    return happenings


HAPPENINGS = STRETCHES.map(in_time)
VARIANTS = st.fixed_dictionaries(
    {
        "greeting": st.sampled_from(["", "Hello."]),
        "goodbye": st.sampled_from(["", "Bye."]),
        "silence_after_ms": st.sampled_from([None, 1000, 8000]),
        "max_call_ms": st.sampled_from([3_300_000, 3_300_000, 8_000]),
        "barge_in": st.booleans(),
        "interruptions": st.builds(
            BargeInPolicy,
            when=st.sampled_from(["speech", "speech", "duration", "words", "never"]),
            resume_after_ms=st.sampled_from([0, 0, 1500]),
            during_greeting=st.booleans(),
        ),
        "disclosure": st.sampled_from(["", "", "This call is recorded."]),
        "warning": st.sampled_from(["", "Nearly over."]),
        "warn_before_ms": st.just(5_000),
        "renew_ms": st.sampled_from([None, 6_000]),
        "reconnect_ms": st.sampled_from([0, 8_000]),
        "own_voice": st.booleans(),
        "record": st.booleans(),
        "setup": st.fixed_dictionaries(
            {"create_response": st.booleans(), "interrupt_response": st.booleans(), "auto_truncate": st.booleans()}
        ).map(lambda detection: engine_setup(turn_detection=detection)),
    }
)


class Witness:
    """Watches a rehearsal from outside and says what must not have happened."""

    def __init__(self, call: Rehearsal) -> None:
        self.call = call
        self.active: str | None = None
        self.speaking_since: float | None = None
        self.seen: list[c.Command] = []
        self._handle = call.session.handle
        call.session.handle = self.handle  # type: ignore[method-assign]

    def handle(self, event: e.Event, now: float) -> list[c.Command]:
        audible = self.call.playback.audible(now)
        self._before(event, now)
        out = self._handle(event, now)
        for command in out:
            self._check(command, audible, now)
            self.seen.append(command)
        return out

    def _before(self, event: e.Event, now: float) -> None:
        match event:
            case e.ReplyStarted(reply_id):
                self.active = reply_id
            case e.ReplyEnded(reply_id) if reply_id == self.active:
                self.active = None
            case e.EngineLost() | e.EngineRefused("session_expired"):
                self.active = self.speaking_since = None
            case e.CallerSpeechStarted():
                self.speaking_since = now
            case e.CallerSpeechStopped():
                self.speaking_since = None

    def _check(self, command: c.Command, audible: bool, now: float) -> None:
        assert not self._saw(c.CloseCall), "a command after CloseCall"
        if self._saw(c.HangUp) or self._saw(c.LeaveCall):
            assert isinstance(command, c.Note | c.CloseCall), f"{command} after hanging up"
        match command:
            case c.AskForReply():
                assert self.active is None, "asked for a reply while one was active"
                assert self.speaking_since is None or now - self.speaking_since >= SPEAKING_MS, "asked over the caller"
            case c.CancelReply(reply_id):
                assert reply_id == self.active
                if self.seen and isinstance(self.seen[-1], c.Warned):
                    self.active = None  # given up as stuck
            case c.StopPlayback():
                assert audible, "stopped a playback that was none"
            case c.TruncateItem(item_id, audio_end_ms):
                assert 0 <= audio_end_ms <= self.call.playback.arrived_ms(item_id)
                assert self.call.playback.arrived_ms(item_id) > 0
            case c.AgentTurnNoted():
                assert command.start_ms <= command.end_ms <= now
                assert command.heard_ms <= self.call.playback.arrived_ms(command.item_id)
                assert not any(isinstance(note, c.AgentTurnNoted) and note.item_id == command.item_id for note in self.seen)
            case c.CallerTurnNoted():
                assert command.start_ms <= command.end_ms <= now
            case c.GiveToolResult(tool_call_id) | c.RunTool(tool_call_id):
                told = max((at for at, one in enumerate(self.seen) if isinstance(one, c.SwitchEngine)), default=0)
                again = [one for one in self.seen[told:] if type(one) is type(command)]
                assert all(one.tool_call_id != tool_call_id for one in again)  # type: ignore[attr-defined]

    def _saw(self, kind: type[c.Command]) -> bool:
        return any(isinstance(command, kind) for command in self.seen)


def play(variant: dict[str, Any], happenings: list[tuple[int, Any]], *, opened: bool) -> Witness:
    call = Rehearsal(session_settings(**variant))
    witness = Witness(call)
    call.start()
    call.play(opening() if opened else [])
    at_ms = 0.0
    for gap, happening in happenings:
        at_ms += gap
        if isinstance(happening, tuple):
            call.audio(at_ms, *happening)
        else:
            call.happens(at_ms, happening)
    return witness


@settings(max_examples=300, deadline=None)
@given(VARIANTS, HAPPENINGS, st.booleans())
def test_whatever_happens_some_things_never_go_out(variant: dict[str, Any], happenings: list[Any], opened: bool) -> None:
    play(variant, happenings, opened=opened)


@settings(max_examples=60, deadline=None)
@given(VARIANTS, HAPPENINGS, st.booleans())
def test_every_call_ends(variant: dict[str, Any], happenings: list[Any], opened: bool) -> None:
    witness = play(variant | {"silence_after_ms": None, "max_call_ms": 600_000}, happenings, opened=opened)
    witness.call.pass_until(witness.call.now + 1_000_000)
    assert isinstance(witness.call.log[-1][1], c.CloseCall)
    assert witness.call.session.deadline() is None


@settings(max_examples=60, deadline=None)
@given(VARIANTS, HAPPENINGS)
def test_the_same_happenings_bring_the_same_commands(variant: dict[str, Any], happenings: list[Any]) -> None:
    first, second = (play(variant, happenings, opened=True) for _ in range(2))
    assert first.call.log == second.call.log
