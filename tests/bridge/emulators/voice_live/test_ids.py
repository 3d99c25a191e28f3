from __future__ import annotations

import re

from voiceagent.emulators.voice_live.ids import Ids, stamp


def test_ids_have_the_shapes_of_the_service() -> None:
    ids = Ids(seed=1, wall=lambda: 1_784_664_973.0)
    assert re.fullmatch(r"event_[0-9A-Za-z]{22}", ids.event())
    for made, prefix in ((ids.session(), "sess"), (ids.response(), "resp"), (ids.item(), "item"), (ids.conversation(), "conv")):
        assert re.fullmatch(prefix + r"_[0-9A-Za-z]{21}", made)
    assert re.fullmatch(r"item_[0-9A-Za-z]{22}", ids.client_item())
    assert re.fullmatch(r"call_[0-9A-Za-z]{16}", ids.call())


def test_a_session_has_the_stamp_of_the_recorded_one_that_began_then() -> None:
    assert stamp(1_784_668_573.9 - 3600) == "sess_E4BArhaTppDgIp3phZDcf"[5:10]


def test_a_time_before_the_epoch_counts_as_its_zero() -> None:
    assert stamp(0) == "00000"


def test_the_same_seed_makes_the_same_ids() -> None:
    one, other = (Ids(seed=5, wall=lambda: 1.7e9) for _ in range(2))
    assert [one.event(), one.item(), one.call()] == [other.event(), other.item(), other.call()]


def test_without_a_seed_ids_differ() -> None:
    assert Ids(seed=None, wall=lambda: 1.7e9).event() != Ids(seed=None, wall=lambda: 1.7e9).event()
