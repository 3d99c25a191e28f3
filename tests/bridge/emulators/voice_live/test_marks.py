from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.emulators.voice_live.marks import FACE, Marks, faces, marks_of, mouth_shapes, word_times

WHERE = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}
AZURE = {"type": "azure-standard", "name": "a"}


def test_words_share_the_time_by_their_letters() -> None:
    assert word_times("to be sure", 1000, 1800) == [("to", 1000, 200), ("be", 1200, 200), ("sure", 1400, 400)]
    assert word_times("", 0, 100) == []


def test_the_mouth_closes_after_a_word() -> None:
    assert list(mouth_shapes("mo", 0, 100)) == [(0, 21), (50, 8), (100, 0)]


def test_a_face_has_all_its_numbers_in_every_frame() -> None:
    frames = list(faces("ma", 0, 100))
    assert len(frames) == 6
    assert {len(frame) for frame in frames} == {FACE}
    assert max(frames[-1]) > 0


@pytest.mark.parametrize(
    ("session", "marks"),
    [
        ({"voice": AZURE, "output_audio_timestamp_types": ["word"]}, Marks(words=True)),
        ({"voice": AZURE, "animation": {"outputs": ["viseme_id", "blendshapes"]}}, Marks(visemes=True, faces=True)),
        ({"voice": {"type": "openai"}, "output_audio_timestamp_types": ["word"]}, Marks()),
        ({"voice": AZURE}, Marks()),
    ],
)
def test_marks_are_for_azures_voices(session: dict[str, Any], marks: Marks) -> None:
    assert marks_of(session) == marks


def test_every_kind_of_mark_ends() -> None:
    kinds = [event["type"] for event in Marks(True, True, True).done(WHERE)]
    assert kinds == [
        "response.audio_timestamp.done",
        "response.animation_viseme.done",
        "response.animation_blendshapes.done",
    ]


def test_words_of_an_answer_are_told_with_their_times(stage: Callable[..., Any]) -> None:
    one = stage(model="gpt-4o")
    one.update(output_audio_timestamp_types=["word"], animation={"outputs": ["viseme_id", "blendshapes"]})
    one.client("response.create")
    one.say("One two.", ms=700)
    one.say(" Three.", ms=600, start_ms=700)
    one.done()
    times = [event for event in one.events if event["type"] == "response.audio_timestamp.delta"]
    assert [(event["text"], event["audio_offset_ms"], event["audio_duration_ms"]) for event in times] == [
        ("One", 0, 300),
        ("two.", 300, 400),
        ("Three.", 700, 600),
    ]
    assert one.last("response.audio_timestamp.done")["item_id"] == times[0]["item_id"]
    assert one.last("response.animation_viseme.delta")["viseme_id"] == 0
    assert one.last("response.animation_blendshapes.delta")["frame_index"] == 42
