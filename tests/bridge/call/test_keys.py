from __future__ import annotations

from voiceagent.call.keys import MOST_KEYS, PAUSE_MS, Keys


def typed(keys: str) -> Keys:
    typing = Keys()
    for number, key in enumerate(keys):
        typing.pressed(key, number * 100)
    return typing


def test_a_pause_completes_an_entry() -> None:
    keys = typed("123")
    assert keys.typing
    assert keys.deadline() == 200 + PAUSE_MS
    assert keys.settle(199 + PAUSE_MS) is None
    assert keys.settle(200 + PAUSE_MS) == "The caller pressed 1 2 3 on the keypad."
    assert (keys.typing, keys.deadline(), keys.settle(99_999)) == (False, None, None)


def test_a_hash_completes_an_entry_at_once() -> None:
    assert typed("42#").settle(200) == "The caller pressed 4 2 on the keypad."


def test_a_hash_alone_is_an_entry() -> None:
    assert typed("#").settle(0) == "The caller pressed # on the keypad."


def test_a_stuck_key_is_cut() -> None:
    keys = typed("1" * MOST_KEYS)
    assert keys.settle((MOST_KEYS - 1) * 100) is not None
