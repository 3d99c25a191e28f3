from __future__ import annotations

import dataclasses

import pytest

from voiceagent.emulators.voice_live import source


@pytest.mark.parametrize("name", ["Entry", "Transcript", "Scene", "AnswerRequest", "Words", "Sound", "Call", "Listening"])
def test_what_crosses_the_seam_cannot_be_changed(name: str) -> None:
    kind = getattr(source, name)
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
