"""The roles, seen from the parts that play them."""

from __future__ import annotations

from voiceagent.speech.port import Detector, Ear, Heard, Voice, never
from voiceagent.testing.speech import LoudnessDetector, Phrasebook, ToneEar, ToneVoice


def test_the_fakes_play_the_roles() -> None:
    roles: tuple[Detector, Ear, Voice] = (LoudnessDetector(), ToneEar(Phrasebook()), ToneVoice())
    assert [role.__class__.__name__ for role in roles] == ["LoudnessDetector", "ToneEar", "ToneVoice"]


def test_work_that_is_always_wanted_is_never_cancelled() -> None:
    assert not never()


def test_what_was_heard_is_certain_unless_said_otherwise() -> None:
    assert Heard("hello").confidence == 0.0
