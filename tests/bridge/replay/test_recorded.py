"""Audio is passed over, everything else is what the slow reader reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.capture import records
from voiceagent.capture.read import read_capture
from voiceagent.capture.records import LaneStep, Passed, Wire
from voiceagent.replay.recorded import Recorded, is_audio, parse, times_after


def test_all_but_the_audio_is_what_the_slow_reader_reads(capture: Path) -> None:
    slow = [record for record in read_capture(capture).records if not (isinstance(record, Wire) and _sounds(record))]
    quick = Recorded(capture)
    assert [record for record in quick if not isinstance(record, Passed)] == slow
    assert quick.stopped is None
    assert not quick.damaged


def _sounds(wire: Wire) -> bool:
    return len(wire.frame or b"") > 900 and b"session" not in (wire.frame or b"")


@pytest.mark.parametrize(
    ("frame", "audio"),
    [
        (b'{"kind":"AudioData","audioData":{"data":"AAAA"}}', True),
        (b'{"kind": "AudioData", "audioData": {"data": "AAAA"}}', True),
        (b'{"Kind":"AudioData","AudioData":{"Data":"AAAA"},"StopAudio":null}', True),
        (b'{"Kind":"StopAudio","AudioData":null,"StopAudio":{}}', False),
        (b'{"kind":"AudioMetadata","audioMetadata":{}}', False),
        (b'{"type":"input_audio_buffer.append","audio":"AAAA"}', True),
        (b'{"type":"input_audio_buffer.committed"}', False),
        (b'{"event_id": "e", "type": "response.audio.delta", "delta": "AAAA"}', True),
        (b'{"type":"response.output_audio.delta","delta":"AAAA"}', True),
        (b'{"event_id":"e","type":"response.audio_transcript.delta","delta":"response.audio.delta"}', False),
        (b'{"delta":"' + b"A" * 400 + b'","type":"response.audio.delta"}', True),
    ],
)
def test_a_line_of_audio_is_known_by_how_it_begins(frame: bytes, audio: bool) -> None:
    assert bool(is_audio(records.wire_line(1.5, "engine", "in", frame))) == audio


def test_a_lane_record_is_read_by_hand_to_the_same_value() -> None:
    for item in ("item_1", 'with "quotes"', "back\\slash", "größe", ""):
        line = records.record_line(1.25e-05, "lane", do="arrived", reply="r", item=item, ms=20.0)
        assert parse(line) == records.parse(line) == LaneStep(1.25e-05, "arrived", "r", item, 20.0)


def test_a_frame_is_cut_out_as_it_was() -> None:
    line = records.wire_line(7.0, "media", "out", b'{"Kind": "StopAudio"}')
    assert parse(line) == records.parse(line)
    odd = records.odd_wire_line(7.0, "media", "in", text="hello")
    assert parse(odd) == records.parse(odd)


def test_what_was_passed_over_still_tells_its_times() -> None:
    lines = [records.wire_line(at, "media", "in", b"{}") for at in (10.0, 30.0, 50.0)]
    assert times_after(20.0, Passed(lines)) == [30.0, 50.0]
    assert times_after(50.0, Passed(lines)) == []


def test_a_line_that_is_no_record_is_refused() -> None:
    with pytest.raises(ValueError):
        parse(b'{"t":1,"kind":"lane"')
