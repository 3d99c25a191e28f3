"""Audio is passed over, everything else is what the slow reader reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.capture import records
from voiceagent.capture.aside import is_audio
from voiceagent.capture.read import read_capture
from voiceagent.capture.records import Damage, LaneStep, Passed
from voiceagent.replay.recorded import Recorded, one_by_one, parse, scan


def test_all_that_is_not_passed_over_is_what_the_slow_reader_reads(capture: Path) -> None:
    slow = read_capture(capture).records
    quick = Recorded(capture)
    found = list(quick)
    read = [record for record in found if not isinstance(record, Passed)]
    assert read == [record for record in slow if record in read]
    passed = [record for record in found if isinstance(record, Passed)]
    steps = [step for record in passed for step in record.steps]
    assert [LaneStep(at, do.decode(), reply, item, ms) for at, do, reply, item, ms in steps] == [
        record for record in slow if isinstance(record, LaneStep)
    ]
    assert len(read) + sum(record.count for record in passed) == len(slow), "nothing is lost"
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


AUDIO = records.wire_line(2.5, "media", "in", b'{"kind":"AudioData","audioData":{"data":"AAAA"}}')
NOTE = records.record_line(4.0, "note", type="Warned", fields={})


@pytest.mark.parametrize("item", ["item_1", "größe", ""])
def test_a_lane_record_is_read_by_hand_to_the_same_value(item: str) -> None:
    line = records.record_line(1.25e-05, "lane", do="arrived", reply="r", item=item, ms=20.0)
    assert list(scan(line)) == [Passed(1.25e-05, 1, [(1.25e-05, b"arrived", "r", item, 20.0)], line, 0, len(line))]
    assert records.parse(line) == LaneStep(1.25e-05, "arrived", "r", item, 20.0)


@pytest.mark.parametrize("item", ['with "quotes"', "back\\slash", "long" * 100])
def test_one_of_another_form_is_not_read_by_hand(item: str) -> None:
    line = records.record_line(1.0, "lane", do="arrived", reply="r", item=item, ms=20.0)
    assert list(scan(line)) == [records.parse(line)]


@pytest.mark.parametrize("ends", [b"", b"\n"])
def test_what_is_passed_over_can_still_be_looked_at_one_by_one(ends: bytes) -> None:
    step = records.record_line(3.0, "lane", do="dropped", reply="", item="i", ms=40)
    found = list(scan(b"\n".join([AUDIO, step, AUDIO, NOTE, AUDIO]) + ends))
    assert [type(record).__name__ for record in found] == ["Passed", "NoteRecord", "Passed"]
    first, last = found[0], found[2]
    assert isinstance(first, Passed)
    assert (first.at_ms, first.count) == (2.5, 3)
    assert list(one_by_one(first)) == [(2.5, None), (3.0, (3.0, b"dropped", "", "i", 40.0)), (2.5, None)]
    assert isinstance(last, Passed)
    assert (last.count, last.steps) == (1, [])


def test_a_name_that_is_no_text_breaks_nothing() -> None:
    (passed,) = scan(b'{"t":1.0,"kind":"lane","do":"arrived","reply":"\xff","item":"i","ms":20}')
    assert isinstance(passed, Passed)
    assert passed.steps == [(1.0, b"arrived", "\ufffd", "i", 20.0)]


@pytest.mark.parametrize("line", [b"", b"nonsense", b'{"t":1.2.3,"kind":"lane","do":"x","reply":"","item":"","ms":1}'])
def test_a_line_that_is_no_record_stands_as_damage_between_the_others(line: bytes) -> None:
    kinds = [type(record) for record in scan(b"\n".join([AUDIO, line, AUDIO]) + b"\n")]
    assert kinds == [Passed, Damage, Passed]


def test_a_frame_is_cut_out_as_it_was() -> None:
    line = records.wire_line(7.0, "media", "out", b'{"Kind": "StopAudio"}')
    assert parse(line) == records.parse(line)
    odd = records.odd_wire_line(7.0, "media", "in", text="hello")
    assert parse(odd) == records.parse(odd)


def test_a_line_that_is_no_record_is_refused() -> None:
    with pytest.raises(ValueError):
        parse(b'{"t":1,"kind":"lane"')


@pytest.mark.parametrize("at", [b"1" * 60, b"1." + b"1" * 60, b"1" * 15 + b"." + b"1" * 20 + b"e-100"])
def test_a_time_of_any_length_breaks_nothing(at: bytes) -> None:
    (record,) = scan(b'{"t":%b,"kind":"wire","edge":"media","dir":"in","at":26,"size":3}\n' % at)
    assert record.at_ms == float(at)
