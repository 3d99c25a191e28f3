"""What goes with the sound of an answer: when each word is heard, which shape the mouth has, how a face moves. Pure.

Only Azure's own text to speech tells these. The moments are worked out from the length of words: nobody listens to the sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.emulators.voice_live.answers import Event, event
from voiceagent.emulators.voice_live.voices import speaks_for_azure

VISEMES: Mapping[str, int] = {
    **dict.fromkeys("a", 2),
    **dict.fromkeys("e", 4),
    **dict.fromkeys("iy", 6),
    **dict.fromkeys("uw", 7),
    **dict.fromkeys("o", 8),
    **dict.fromkeys("h", 12),
    **dict.fromkeys("r", 13),
    **dict.fromkeys("l", 14),
    **dict.fromkeys("szxc", 15),
    **dict.fromkeys("j", 16),
    **dict.fromkeys("fv", 18),
    **dict.fromkeys("dtn", 19),
    **dict.fromkeys("kgq", 20),
    **dict.fromkeys("pbm", 21),
}
"""Azure's numbers of mouth shapes, by a letter that often sounds like them. unverified: vl-word-times"""
FRAMES_PER_SECOND = 60
FACE = 55
"""Numbers that describe a face in one frame."""
_JAW = 17
_OPEN = {2: 0.6, 4: 0.4, 6: 0.25, 7: 0.2, 8: 0.5}
"""How far the jaw is open in the mouth shapes of vowels."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Which of them a response has."""

    words: bool = False
    visemes: bool = False
    faces: bool = False

    def of(self, text: str, start_ms: float, end_ms: float, where: Mapping[str, Any]) -> list[Event]:
        """The marks of some words that are heard between two moments of the item's audio; `where` is their content part."""
        events: list[Event] = []
        for word, begins, lasts in word_times(text, start_ms, end_ms):
            if self.words:
                events.append(_word(word, begins, lasts, where))
            if self.visemes:
                events += [
                    event("response.animation_viseme.delta", **where, audio_offset_ms=int(at), viseme_id=shape)
                    for at, shape in mouth_shapes(word, begins, lasts)
                ]
        if self.faces and end_ms > start_ms:
            first = int(start_ms * FRAMES_PER_SECOND / 1000)
            frames = list(faces(text, start_ms, end_ms))
            events.append(event("response.animation_blendshapes.delta", **where, frames=frames, frame_index=first))
        return events

    def done(self, where: Mapping[str, Any]) -> list[Event]:
        """All marks of a part were told."""
        without_part = {name: value for name, value in where.items() if name != "content_index"}
        return [
            *([event("response.audio_timestamp.done", **where)] if self.words else ()),
            *([event("response.animation_viseme.done", **where)] if self.visemes else ()),
            *([event("response.animation_blendshapes.done", **without_part)] if self.faces else ()),
        ]


def marks_of(session: Mapping[str, Any]) -> Marks:
    """The marks that a session's settings ask for and its voice can give."""
    if not speaks_for_azure(session["voice"]):
        return Marks()
    outputs = (session.get("animation") or {}).get("outputs") or ()
    words = "word" in (session.get("output_audio_timestamp_types") or ())
    return Marks(words, "viseme_id" in outputs, "blendshapes" in outputs)


def word_times(text: str, start_ms: float, end_ms: float) -> list[tuple[str, float, float]]:
    """Each word with where it begins and how long it lasts: a letter takes as long as any other."""
    words = text.split()
    letters = sum(map(len, words))
    times, at = [], start_ms
    for word in words:
        lasts = (end_ms - start_ms) * len(word) / letters
        times.append((word, at, lasts))
        at += lasts
    return times


def mouth_shapes(word: str, begins: float, lasts: float) -> Iterator[tuple[float, int]]:
    """The shapes of the mouth over a word, and a closed mouth after it."""
    for place, letter in enumerate(word.casefold()):
        yield begins + lasts * place / len(word), VISEMES.get(letter, 0)
    yield begins + lasts, 0


def faces(text: str, start_ms: float, end_ms: float) -> Iterator[list[float]]:
    """A face for each frame between two moments: a jaw that moves with the vowels."""
    letters = "".join(text.split()).casefold() or " "
    frames = max(1, int((end_ms - start_ms) * FRAMES_PER_SECOND / 1000))
    for number in range(frames):
        shape = VISEMES.get(letters[number * len(letters) // frames], 0)
        face = [0.0] * FACE
        face[_JAW] = _OPEN.get(shape, 0.0)
        yield face


def _word(word: str, begins: float, lasts: float, where: Mapping[str, Any]) -> Event:
    return event(
        "response.audio_timestamp.delta",
        **where,
        audio_offset_ms=int(begins),
        audio_duration_ms=int(lasts),
        text=word,
        timestamp_type="word",
    )
