"""Audio is passed over, everything else is what the slow reader reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.capture import records
from voiceagent.capture.read import read_capture
from voiceagent.capture.records import LaneStep, Passed
from voiceagent.replay.recorded import Recorded, is_audio, lane_step, parse


def test_all_that_is_not_passed_over_is_what_the_slow_reader_reads(capture: Path) -> None:
    slow = read_capture(capture).records
    quick = Recorded(capture)
    found = list(quick)
    read = [record for record in found if not isinstance(record, Passed)]
    assert read == [record for record in slow if record in read]
    steps = [lane_step(line) for record in found if isinstance(record, Passed) for line in record.lines]
    assert [LaneStep(at, do.decode(), reply, item, ms) for at, do, reply, item, ms in filter(None, steps)] == [
        record for record in slow if isinstance(record, LaneStep)
    ]
    assert len(read) + len(steps) == len(slow), "nothing is lost"
    assert quick.stopped is None
    assert not quick.damaged


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


@pytest.mark.parametrize("item", ["item_1", "größe", ""])
def test_a_lane_record_is_read_by_hand_to_the_same_value(item: str) -> None:
    line = records.record_line(1.25e-05, "lane", do="arrived", reply="r", item=item, ms=20.0)
    assert lane_step(line) == (1.25e-05, b"arrived", "r", item, 20.0)
    assert records.parse(line) == LaneStep(1.25e-05, "arrived", "r", item, 20.0)


@pytest.mark.parametrize("item", ['with "quotes"', "back\\slash", "long" * 100])
def test_one_of_another_form_is_not_read_by_hand(item: str) -> None:
    assert lane_step(records.record_line(1.0, "lane", do="arrived", reply="r", item=item, ms=20.0)) is None


def test_a_frame_is_cut_out_as_it_was() -> None:
    line = records.wire_line(7.0, "media", "out", b'{"Kind": "StopAudio"}')
    assert parse(line) == records.parse(line)
    odd = records.odd_wire_line(7.0, "media", "in", text="hello")
    assert parse(odd) == records.parse(odd)


def test_a_line_that_is_no_record_is_refused() -> None:
    with pytest.raises(ValueError):
        parse(b'{"t":1,"kind":"lane"')
