from __future__ import annotations

from base64 import b64encode

from voiceagent.audio.tones import tone
from voiceagent.emulators.acs.guest import Guest
from voiceagent.emulators.acs.humans import Human
from voiceagent.emulators.acs.options import NetworkOptions

RATE = 16_000
WORDS = b64encode(tone((300.0,), 500, RATE))


def guest(behaviour: Human = "answer") -> Guest:
    return Guest(behaviour, rate=RATE, options=NetworkOptions(patience_ms=700, human_leaves_ms=1500), now=0)


def test_a_human_decides_when_the_agent_has_finished() -> None:
    human = guest()
    assert human.tick(1000, in_private=True) is None
    human.hears(WORDS, 1000)
    assert [human.tick(at, in_private=True) for at in (1200, 2100, 2220, 2240)] == [None, None, "decide", None]
    assert human.takes_the_call


def test_nobody_is_asked_when_the_caller_is_back() -> None:
    human = guest("refuses")
    human.hears(WORDS, 1000)
    assert human.tick(5000, in_private=False) is None
    assert not human.takes_the_call


def test_a_human_who_leaves_does_so_once() -> None:
    human = guest("leaves")
    assert [human.tick(at, in_private=False) for at in (1480, 1500, 1520)] == [None, "hang_up", None]
