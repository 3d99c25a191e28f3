"""Where models are offered."""

from __future__ import annotations

from voiceagent.doctor.regions import VOICE_LIVE, offered_in, plain, regions_of


def test_the_longer_name_decides() -> None:
    assert offered_in("gpt-realtime", "Canada East") is True
    assert offered_in("gpt-realtime-mini", "canadaeast") is False
    assert offered_in("gpt-realtime", "westeurope") is False


def test_what_is_not_known_is_not_judged() -> None:
    assert offered_in("gpt-5.2", "westeurope") is None
    assert regions_of("gpt-5.2") == []


def test_every_model_is_where_voice_live_is() -> None:
    assert {*regions_of("gpt-realtime"), *regions_of("phi4-mm-realtime")} <= VOICE_LIVE
    assert plain("Sweden Central") in VOICE_LIVE
    assert len(VOICE_LIVE) == 28
