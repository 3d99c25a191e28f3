"""What the state asks of its shell are values."""

from __future__ import annotations

from typing import get_args

from voiceagent.emulators.acs import effects


def test_effects_are_values_that_compare() -> None:
    assert effects.OpenMedia("wss://x", 24_000, "s") == effects.OpenMedia("wss://x", 24_000, "s")
    assert effects.Notice("CallConnected", "https://x") == effects.Notice("CallConnected", "https://x", None, None, {})


def test_success_is_what_a_result_says_by_default() -> None:
    assert (effects.Result().code, effects.Result().sub_code) == (200, 0)


def test_the_shell_carries_out_every_kind() -> None:
    import inspect

    from voiceagent.emulators.acs.circuit import Circuit

    carried_out = inspect.getsource(Circuit._do)
    assert [kind.__name__ for kind in get_args(effects.Effect) if f"effects.{kind.__name__}()" not in carried_out] == []
