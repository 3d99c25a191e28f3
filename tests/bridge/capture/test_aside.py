"""Audio in a place of its own, and back."""

from __future__ import annotations

import json

import pytest

from voiceagent.capture import records
from voiceagent.capture.aside import Aside, Rejoined, is_audio

LOUD = b'{"kind":"AudioData","audioData":{"data":"%b"}}' % (b"A" * 300)
APPENDED = b'{"type":"input_audio_buffer.append","audio":"%b"}' % (b"B" * 300)
HEARD = records.wire_line(1.5, "media", "in", LOUD)
SENT = records.wire_line(2.0, "engine", "out", APPENDED)
HUGE = b'"at":%b,"size":20}' % (b"9" * 5000)
NOTE = records.record_line(3.0, "note", type="Warned", fields={"at": 26, "size": 3})
SHORT = records.wire_line(4.0, "media", "in", b'{"kind":"AudioData","audioData":{"data":"AAAA"}}')


def joined(content: bytes, audio: bytes) -> bytes:
    rejoined = Rejoined()
    assert rejoined.joined(audio) in (b"", audio)
    return rejoined.joined(content)


def test_lines_lose_their_audio_and_get_it_back_byte_for_byte() -> None:
    aside = Aside()
    taken = [aside.taken(line) for line in (HEARD, NOTE, SENT, SHORT)]
    audio = aside.line()
    assert [len(line) for line in taken] < [100, 100, 100, 200]
    assert taken[1:4:2] == [NOTE, SHORT], "what is no audio, and what would not get shorter, stays as it is"
    assert json.loads(taken[0]) == {"t": 1.5, "kind": "wire", "edge": "media", "dir": "in", "at": 26, "size": len(LOUD)}
    assert json.loads(audio) == {"kind": "audio", "frames": [json.loads(LOUD), json.loads(APPENDED)]}
    assert joined(b"\n".join(taken), audio) == b"\n".join([HEARD, NOTE, SENT, SHORT])
    assert Rejoined().joined(b"\n".join([audio, *taken])) == b"\n".join([HEARD, NOTE, SENT, SHORT])


def test_every_block_begins_anew() -> None:
    aside = Aside()
    first, (one, two) = aside.taken(HEARD), (aside.line(), aside.line())
    assert (aside.taken(HEARD), two) == (first, b"")
    assert aside.line() == one


def test_a_line_is_known_as_audio_wherever_its_frame_is() -> None:
    for line in (HEARD, SENT, Aside().taken(HEARD)):
        assert is_audio(line)
    assert not is_audio(NOTE)


@pytest.mark.parametrize("audio", [b"", b'{"kind":"audio","frames":[]}', b'{"kind":"audio","frames":[' + b"x" * 400])
def test_without_its_frame_a_record_still_knows_its_size(audio: bytes) -> None:
    line = Aside().taken(HEARD)
    content = joined(line, audio)
    assert content == line
    assert records.parse(content) == records.Wire(1.5, "media", "in", None, len(LOUD))


@pytest.mark.parametrize(
    "place", [b'"at":0,"size":26}', b'"at":27,"size":20}', b'"at":26,"size":99999}', b'"at":26,"size":0}', HUGE]
)
def test_a_place_where_no_frame_lies_gives_none(place: bytes) -> None:
    aside = Aside()
    aside.taken(HEARD)
    line = b'{"t":1.500,"kind":"wire","edge":"media","dir":"in",' + place
    assert joined(line, aside.line()) == line


def test_a_frame_is_taken_once_so_that_a_hostile_file_cannot_unpack_it_a_thousand_times() -> None:
    aside = Aside()
    line = aside.taken(HEARD)
    assert joined(b"\n".join([line] * 1000), aside.line()) == b"\n".join([HEARD, *[line] * 999])


def test_audio_that_was_forgotten_is_in_no_line() -> None:
    aside = Aside()
    line = aside.taken(HEARD)
    rejoined = Rejoined()
    rejoined.joined(aside.line())
    rejoined.forget()
    assert rejoined.joined(line) == line


def test_a_frame_with_space_behind_it_stays_in_its_line_and_so_comes_back() -> None:
    line = records.wire_line(1.5, "media", "in", LOUD + b" ")
    assert Aside().taken(line) == line
