from __future__ import annotations

import pytest

from voiceagent.call.keys import MOST_KEYS, Keys
from voiceagent.call.policies import KeyAction, KeyPolicy

PAUSE_MS = KeyPolicy().pause_ms


def typed(keys: str, policy: KeyPolicy | None = None) -> Keys:
    """These keys, all at 0."""
    pad = Keys(policy)
    for key in keys:
        pad.pressed(key, 0, choice=key if policy and key in policy.menu else "")
    return pad


@pytest.mark.parametrize(("keys", "text"), [("4271#", "4271"), ("#", "#"), ("*#", "*"), ("##", "#")])
def test_the_hash_key_ends_an_entry_and_is_not_part_of_it(keys: str, text: str) -> None:
    said = typed(keys).settle(0)
    assert said is not None
    assert said.keys.shown == text


def test_a_pause_ends_an_entry() -> None:
    keys = typed("12")
    assert keys.typing
    assert keys.deadline() == PAUSE_MS
    assert keys.settle(PAUSE_MS - 1) is None
    said = keys.settle(PAUSE_MS)
    assert said is not None
    assert said.keys.shown == "12"
    assert (keys.typing, keys.deadline(), keys.settle(PAUSE_MS)) == (False, None, None)


def test_each_key_begins_the_pause_anew() -> None:
    keys = typed("1")
    keys.pressed("2", 1500)
    assert keys.deadline() == 1500 + PAUSE_MS


def test_a_stuck_key_ends_at_the_bound() -> None:
    assert typed("0" * (MOST_KEYS - 1)).settle(0) is None
    assert typed("0" * MOST_KEYS).settle(0) is not None


def test_a_number_of_keys_ends_an_entry() -> None:
    said = typed("4271", KeyPolicy(most=4, end_key="")).settle(0)
    assert said is not None
    assert said.keys.shown == "4271"


def test_without_an_end_key_the_hash_is_a_key_like_others() -> None:
    assert typed("42#", KeyPolicy(end_key="")).deadline() == PAUSE_MS


def test_a_key_of_the_menu_waits_only_to_see_whether_it_stands_alone() -> None:
    policy = KeyPolicy(menu={"0": KeyAction(say="Yes?")}, menu_pause_ms=300)
    assert typed("0", policy).deadline() == 300
    assert typed("01", policy).deadline() == PAUSE_MS
    assert typed("1", policy).deadline() == PAUSE_MS


def test_what_was_typed_does_not_show_itself() -> None:
    assert "4271" not in repr(typed("4271#").settle(0))


def test_a_choice_is_one_only_when_it_stands_alone() -> None:
    policy = KeyPolicy(menu={"0": KeyAction()})
    alone, longer = typed("0#", policy).settle(0), typed("00#", policy).settle(0)
    assert alone is not None
    assert longer is not None
    assert (alone.choice, longer.choice) == ("0", "")
