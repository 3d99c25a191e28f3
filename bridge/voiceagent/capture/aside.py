"""Where the audio of a capture lies: in a line before those that it belongs to, so that who does not listen need not unpack it.

{"kind":"audio","frames":[{…},{…}]}                                       no record: the frames of the block that follows
{"t":12.345,"kind":"wire","edge":"media","dir":"in","at":26,"size":1342}  one of them, by its place in that line

Most of a capture is audio, and most readers want to know what was decided. A frame is set aside by how it begins; one that
begins otherwise stays in its record's line, which every reader takes as well.
"""

from __future__ import annotations

import re

from voiceagent.capture.records import FRAME_KEY, lines, pieces

NUMBER = rb"\d{1,15}(?:\.\d{1,20})?(?:e-\d{1,3})?"
"""A time as it is written; longer ones are nobody's, and would be infinite."""

HEAD = rb'\{"t":(-?' + NUMBER + rb'),"kind":"'
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
_elsewhere = re.compile(rb"(" + _WIRE + rb')"at":(\d{1,10}),"size":(\d{1,10})\}').fullmatch
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
        if len(line) < _SHORTEST or _inline(line) is None or not line.endswith(b"}}"):  # space behind it would not come back
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


def is_only_audio(content: bytes) -> bool:
    """Whether what lies aside is what `Aside` puts there: one line, of audio."""
    return content.startswith(_OPENING) and content.endswith(_CLOSING + b"\n") and content.count(b"\n") == 1


class Rejoined:
    """Puts the audio into its lines again, block after block.

    Each frame is taken once, in the order in which `Aside` gave them their places: so no file, however it was made, becomes
    larger than what is packed in it. A frame that is not there leaves its line as it is, whose record then knows only its size.
    """

    def __init__(self) -> None:
        self._audio = b""
        self._taken = 0

    def forget(self) -> None:
        """What lies aside so far belongs to none of the lines that follow."""
        self._audio = b""

    def joined(self, content: bytes) -> bytes:
        """A block's lines with their audio in them; its own line of audio is kept for those that follow."""
        return b"\n".join(joined for piece in pieces(content) if (joined := self._joined(piece)))

    def _joined(self, content: bytes) -> bytes:
        found = []
        for line in lines(content):
            if line.startswith(_OPENING):
                self._audio, self._taken = line, len(_OPENING)
            elif (elsewhere := _elsewhere(line)) is not None:
                found.append(self._with_frame(line, elsewhere))
            else:
                found.append(line)
        return b"\n".join(found)

    def _with_frame(self, line: bytes, elsewhere: re.Match[bytes]) -> bytes:
        at, size = int(elsewhere[3]), int(elsewhere[4])
        frame = self._audio[at : at + size]
        if at < self._taken or len(frame) != size or frame[:1] + frame[-1:] != b"{}":
            return line
        self._taken = at + size
        return elsewhere[1] + FRAME_KEY + frame + b"}"
