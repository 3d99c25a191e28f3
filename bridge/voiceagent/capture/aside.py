"""Where the audio of a capture lies: in a line before those that it belongs to, so that who does not listen need not unpack it.

{"kind":"audio","frames":[{…},{…}]}                                       no record: the frames of the block that follows
{"t":12.345,"kind":"wire","edge":"media","dir":"in","at":26,"size":1342}  one of them, by its place in that line

Most of a capture is audio, and most readers want to know what was decided. A frame is set aside by how it begins; one that
begins otherwise stays in its record's line, which every reader takes as well.
"""

from __future__ import annotations

import re

from voiceagent.capture.records import FRAME_KEY, lines

HEAD = rb'\{"t":(-?\d+(?:\.\d+)?(?:e-?\d+)?),"kind":"'
"""How a record begins; its time is the first group."""

_WIRE = HEAD + rb'wire","edge":"\w+","dir":"\w+",'
# How a frame of audio begins, in every casing and order seen.
_FRAME = (
    rb'"frame":\{'
    rb'(?:"[kK]ind": ?"AudioData"'
    rb'|"type": ?"input_audio_buffer\.append"'
    rb'|(?:"(?:event_id|response_id|item_id)": ?"[^"]*", ?)*"type": ?"response\.(?:output_)?audio\.delta"'
    rb'|"delta": ?"[A-Za-z0-9+/=]{200})'
)
is_audio = re.compile(_WIRE + rb'(?:"at":|' + _FRAME + rb")").match
"""Whether the line of a frame is one of audio, wherever that frame is."""

_inline = re.compile(_WIRE + _FRAME).match
_elsewhere = re.compile(rb"(" + _WIRE + rb')"at":(\d+),"size":(\d+)\}').fullmatch
_OPENING = b'{"kind":"audio","frames":['
_CLOSING = b"]}"
_SHORTEST = 200  # below that, its place takes as much room as the frame


class Aside:
    """Takes the audio out of lines, until `line` gives all of it."""

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self._size = len(_OPENING)

    def taken(self, line: bytes) -> bytes:
        """The line without its audio; the line itself when it has none."""
        if len(line) < _SHORTEST or _inline(line) is None:
            return line
        start = line.index(FRAME_KEY)
        frame = line[start + len(FRAME_KEY) : -1]
        self._frames.append(frame)
        at, self._size = self._size, self._size + len(frame) + 1
        return b'%b"at":%d,"size":%d}' % (line[:start], at, len(frame))

    def line(self) -> bytes:
        """What was taken since the last time, as a line without its end; b"" when it was nothing."""
        if not self._frames:
            return b""
        content = _OPENING + b",".join(self._frames) + _CLOSING
        self._frames, self._size = [], len(_OPENING)
        return content


def joined(content: bytes, audio: bytes) -> tuple[bytes, bytes]:
    """A block's lines with their audio in them again, and the audio that following lines may ask for.

    `audio` is what lies aside so far, b"" when nothing does. A frame that is not there leaves its line as it is, whose record
    then knows only its size.
    """
    found = []
    for line in lines(content):
        if line.startswith(_OPENING):
            audio = line
        elif (elsewhere := _elsewhere(line)) is not None:
            found.append(_with_frame(line, elsewhere, audio))
        else:
            found.append(line)
    return b"\n".join(found), audio


def _with_frame(line: bytes, elsewhere: re.Match[bytes], audio: bytes) -> bytes:
    at, size = int(elsewhere[3]), int(elsewhere[4])
    frame = audio[at : at + size]
    if at < len(_OPENING) or len(frame) != size or frame[:1] + frame[-1:] != b"{}":
        return line
    return elsewhere[1] + FRAME_KEY + frame + b"}"
