from __future__ import annotations

import dataclasses
import typing

from voiceagent.emulators.voice_live import steps


def test_every_step_is_a_value() -> None:
    kinds = typing.get_args(steps.Step)
    assert len(kinds) == 9
    assert all(dataclasses.is_dataclass(kind) and kind.__dataclass_params__.frozen for kind in kinds)
