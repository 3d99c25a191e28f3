"""What stands around the audio of a frame that was good: further frames of the same shape need not be parsed.

Audio is 50 frames a second in each call; an emulator that parses all of them a second time is late for its callers.
"""

from __future__ import annotations

from typing import AnyStr, Generic

IN_FULL = 50
"""One frame in so many is looked at in full, whatever its shape."""


class Shape(Generic[AnyStr]):
    """`learn` from a good frame; `size` is then the bytes of audio in a frame of the same shape, None when it is another."""

    def __init__(self) -> None:
        self._prefix: AnyStr | None = None
        self._suffix: AnyStr | None = None
        self._left = 0

    def learn(self, frame: AnyStr, audio: AnyStr) -> None:
        """This frame, with this audio in it, is good."""
        at = frame.find(audio)
        self._prefix, self._suffix = frame[:at], frame[at + len(audio) :]
        self._left = IN_FULL

    def size(self, frame: AnyStr) -> int | None:
        """Bytes of the audio; None: look at the frame in full."""
        prefix, suffix = self._prefix, self._suffix
        if prefix is None or suffix is None or self._left <= 0:
            return None
        if not (frame.startswith(prefix) and frame.endswith(suffix)):
            return None
        self._left -= 1
        letters = len(frame) - len(prefix) - len(suffix)
        end = len(frame) - len(suffix)
        if letters <= 0 or letters % 4:
            return None
        return letters // 4 * 3 - _padding(frame[end - 2 : end])


def decoded_size(audio: str | bytes) -> int:
    """Bytes that base64 text holds."""
    return len(audio) // 4 * 3 - _padding(audio[-2:])


def _padding(end: str | bytes) -> int:
    return end.count("=") if isinstance(end, str) else end.count(b"=")
