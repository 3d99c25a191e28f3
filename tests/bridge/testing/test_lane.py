from __future__ import annotations

from voiceagent.call.commands import (
    DropAudioOf,
    LeaveCall,
    MuteAgent,
    PausePlayback,
    ResumePlayback,
    StopPlayback,
    UnmuteAgent,
)
from voiceagent.call.events import Event, PlaybackBegan, PlaybackDrained, ReplyAudioBegan
from voiceagent.call.playback import Playback
from voiceagent.testing.lane import SilentLane


def play(lane: SilentLane, until: float) -> list[tuple[float, Event]]:
    """Every tick up to a time."""
    heard: list[tuple[float, Event]] = []
    now = 0.0
    while (then := lane.next_tick(now)) is not None and then <= until:
        now = then
        heard += [(now, event) for event in lane.tick(now)]
    return heard


def test_audio_is_handed_over_on_the_tick_and_paced() -> None:
    playback = Playback()
    lane = SilentLane(playback)
    assert lane.arrive("r", "i", 500) == [ReplyAudioBegan("r", "i")]
    assert lane.arrive("r", "i", 100) == []
    assert play(lane, 20) == [(20, PlaybackBegan("i"))]
    assert playback.ahead_ms(20) == 200
    assert play(lane, 1000) == [(420, PlaybackDrained())]


def test_items_follow_each_other_without_a_drain() -> None:
    lane = SilentLane(Playback())
    lane.arrive("r", "a", 30)
    lane.arrive("r", "b", 30)
    assert [event for _, event in play(lane, 100)] == [PlaybackBegan("a"), PlaybackBegan("b"), PlaybackDrained()]


def test_stopping_empties_the_lane() -> None:
    lane = SilentLane(Playback())
    lane.arrive("r", "a", 500)
    lane.obey(StopPlayback())
    lane.obey(LeaveCall())
    assert lane.next_tick(0) is None


def test_a_dropped_reply_and_a_muted_agent_are_not_played() -> None:
    lane = SilentLane(Playback())
    lane.obey(DropAudioOf("r"))
    assert lane.arrive("r", "a", 500) == []
    lane.obey(MuteAgent())
    assert lane.arrive("r2", "b", 500) == []
    lane.obey(UnmuteAgent())
    assert lane.arrive("r2", "b", 500) == [ReplyAudioBegan("r2", "b")]


def test_what_was_paused_goes_on_where_it_was_not_heard() -> None:
    playback = Playback()
    lane = SilentLane(playback)
    lane.arrive("r", "a", 500)
    play(lane, 100)
    lane.obey(PausePlayback(), 120)
    assert (lane.next_tick(120), lane.tick(140), playback.waiting_ms) == (None, [], 400)
    lane.obey(ResumePlayback(), 1000)
    assert lane.next_tick(1000) == 1020
    lane.tick(1020)
    assert playback.heard_ms("a", 1120) == 200
