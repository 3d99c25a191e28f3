from __future__ import annotations

import base64
import contextlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voiceagent.errors import LocalProtocolError, RemoteProtocolError
from voiceagent.protocol.acs_media import (
    AUDIO_PREFIX,
    AUDIO_SUFFIX,
    STOP_AUDIO,
    AudioData,
    AudioMetadata,
    DtmfData,
    StopAudio,
    UnknownFrame,
    audio_payload,
    decode,
    encode_audio,
    encode_caller_audio,
    encode_dtmf,
    encode_metadata,
)

PAYLOAD = base64.b64encode(bytes(range(120)) * 8)
DATA = PAYLOAD.decode()
SCHEMA = json.loads((Path(__file__).parents[2] / "data" / "acs" / "media-ws-frames.authored.schema.json").read_text())

# --- what arrives


def test_the_first_frame_tells_the_format() -> None:
    frame = (
        '{"kind":"AudioMetadata","audioMetadata":{"subscriptionId":"89e8cb59","encoding":"PCM","sampleRate":24000,"channels":1,'
        '"length":960}}'
    )
    assert decode(frame) == AudioMetadata("89e8cb59", "PCM", 24000, 1, 960)


def test_audio_of_the_caller() -> None:
    frame = json.dumps(
        {
            "kind": "AudioData",
            "audioData": {"timestamp": "2024-11-15T19:16:12.925Z", "participantRawID": "8:acs:x", "data": DATA, "silent": True},
        }
    )
    assert decode(frame) == AudioData(PAYLOAD, "2024-11-15T19:16:12.925Z", "8:acs:x", silent=True)


@pytest.mark.parametrize("data", ['""', "null"])
def test_a_silent_frame_may_carry_nothing(data: str) -> None:
    frame = f'{{"kind":"AudioData","audioData":{{"data":{data},"silent":true}}}}'
    assert decode(frame) == AudioData(b"", silent=True)
    assert audio_payload(frame.encode()) is None


def test_a_frame_that_does_not_say_whether_it_is_silent_is_not() -> None:
    frame = decode(f'{{"kind":"AudioData","audioData":{{"data":"{DATA}"}}}}')
    assert isinstance(frame, AudioData)
    assert not frame.silent


@pytest.mark.parametrize(
    ("spelled", "key"), [("3", "3"), ("pound", "#"), ("*", "*"), ("Asterisk", "*"), ("a", "A"), ("nine", "9")]
)
def test_a_key_is_understood_in_both_vocabularies(spelled: str, key: str) -> None:
    assert decode(json.dumps({"kind": "DtmfData", "dtmfData": {"data": spelled}})) == DtmfData(key)


PRODUCERS = {
    "documentation": {"Kind": "AudioData", "AudioData": {"Data": DATA}, "StopAudio": None},
    ".NET": {
        "Kind": "AudioData",
        "AudioData": {"Data": DATA, "Timestamp": "0001-01-01T00:00:00+00:00", "Participant": None, "IsSilent": False},
        "StopAudio": None,
    },
    "call-center-ai": {"kind": "AudioData", "audioData": {"data": DATA}},
    "art-voice-agent-accelerator": {"kind": "AudioData", "AudioData": {"data": DATA}, "StopAudio": None},
    "JavaScript SDK": {"kind": "audioData", "audioData": {"data": DATA, "isSilent": False}, "stopAudio": {}},
}


@pytest.mark.parametrize("producer", PRODUCERS)
def test_audio_of_every_known_application_is_understood(producer: str) -> None:
    frame = decode(json.dumps(PRODUCERS[producer]))
    assert isinstance(frame, AudioData)
    assert frame.payload == PAYLOAD


@pytest.mark.parametrize(
    "frame",
    [
        {"Kind": "StopAudio", "AudioData": None, "StopAudio": {}},
        {"kind": "StopAudio", "stopAudio": {}},
        {"kind": "stopAudio", "stopAudio": {}},
    ],
)
def test_stop_of_every_known_application_is_understood(frame: dict[str, Any]) -> None:
    assert decode(json.dumps(frame)) == StopAudio()


def test_an_unknown_kind_is_kept_whole() -> None:
    frame = {"kind": "MarkData", "markData": {"id": "m1", "status": "Completed"}}
    assert decode(json.dumps(frame)) == UnknownFrame("MarkData", frame)


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        ("[]", "a media frame is a list, not a JSON object"),
        ("{}", "a media frame has a `kind` that is null, expected text"),
        ('{"kind":5}', "a media frame has a `kind` that is a number, expected text"),
        ('{"kind":"AudioData"}', "a media frame of this kind needs `audioData`, which is null"),
        ('{"kind":"AudioData","audioData":{"data":5}}', "AudioData: `data` is a number, expected base64 text"),
        ('{"kind":"AudioData","audioData":{"data":"häh"}}', "AudioData: `data` is text, expected base64 text"),
        ('{"kind":"AudioData","audioData":{"data":"","silent":"no"}}', "AudioData: `silent` is text, expected true or false"),
        ('{"kind":"AudioData","audioData":{"data":"","timestamp":5}}', "AudioData: `timestamp` is a number, expected text"),
        ('{"kind":"DtmfData","dtmfData":{"data":"ten"}}', "DtmfData: `data` names no key of a telephone"),
        ('{"kind":"DtmfData","dtmfData":{"data":null}}', "DtmfData: `data` names no key of a telephone"),
        ('{"kind":"AudioMetadata","audioMetadata":{}}', "AudioMetadata lacks `subscriptionid`"),
    ],
)
def test_a_broken_frame_is_named(frame: str, sentence: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        decode(frame)
    assert str(caught.value) == sentence


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
NAMES = ["kind", "Kind", "audioData", "AudioData", "data", "Data", "dtmfData", "audioMetadata", "stopAudio", "sampleRate"]
KIND_VALUES = st.sampled_from(["AudioData", "audiodata", "DtmfData", "AudioMetadata", "StopAudio"])


@given(st.binary() | st.text() | JSON.map(json.dumps))
def test_garbage_is_the_peers_fault_and_nothing_worse(frame: bytes | str) -> None:
    with contextlib.suppress(RemoteProtocolError):
        decode(frame)
    if isinstance(frame, bytes):
        assert audio_payload(frame) is None


@given(
    st.dictionaries(
        st.sampled_from(NAMES), KIND_VALUES | JSON | st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4), max_size=5
    )
)
def test_almost_frames_are_read_or_refused(frame: dict[str, Any]) -> None:
    with contextlib.suppress(RemoteProtocolError):
        decode(json.dumps(frame))


# --- the short path


@st.composite
def plain_frames(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A frame as ACS might send it, and the payload in it."""
    payload = base64.b64encode(draw(st.binary(min_size=1, max_size=1000)))
    members = {"data": payload.decode()}
    if draw(st.booleans()):
        members["timestamp"] = draw(st.sampled_from(["2024-11-15T19:16:12.925Z", ""]))
    if draw(st.booleans()):
        members["participantRawID"] = draw(st.sampled_from([None, "8:acs:x_y", "4:+15551230001"]))
    if draw(st.booleans()):
        members["silent"] = draw(st.booleans())
    order = draw(st.permutations(list(members)))
    body = {name: members[name] for name in order}
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    return json.dumps({"kind": "AudioData", "audioData": body}, separators=separators).encode(), payload


@given(plain_frames())
def test_the_payload_of_a_plain_frame_is_cut_out_without_parsing(made: tuple[bytes, bytes]) -> None:
    frame, payload = made
    assert audio_payload(frame) == payload
    found = decode(frame)
    assert isinstance(found, AudioData)
    assert found.payload == payload


@given(st.binary(min_size=1, max_size=1000).map(base64.b64encode))
def test_our_own_frames_are_cut_too(payload: bytes) -> None:
    assert audio_payload(encode_audio(payload)) == payload
    assert decode(encode_audio(payload)) == AudioData(payload)


NASTY = st.sampled_from(
    [b'"', b"\\", b"{", b"}", b",", b"data", b'"data":"', b"silent", b"\x00", b"\n", b"\xc3\xa4", b"=", b" ", b'"}}', b"null"]
)


@given(plain_frames(), st.lists(st.tuples(st.integers(0, 1400), st.integers(0, 3), NASTY), min_size=1, max_size=3))
@example((b'{"kind":"AudioData","audioData":{"data":"AAAA","DATA":"BBBB"}}', b"AAAA"), [(2000, 0, b"")])
@example((b'{"kind":"AudioData","audioData":{"data":"AAAA","silent":"x"}}', b"AAAA"), [(2000, 0, b"")])
@example((b'{"kind":"AudioData","audioData":{"data":"AAAA"},"audiodata":{"data":"BBBB"}}', b"AAAA"), [(2000, 0, b"")])
def test_the_short_path_is_never_wrong(made: tuple[bytes, bytes], damage: list[tuple[int, int, bytes]]) -> None:
    frame = made[0]
    for at, gone, put in damage:
        frame = frame[:at] + put + frame[at + gone :]
    payload = audio_payload(frame)
    if payload is not None:
        found = decode(frame)
        assert isinstance(found, AudioData)
        assert found.payload == payload


@pytest.mark.parametrize(
    "frame",
    [
        STOP_AUDIO,
        AUDIO_PREFIX + b'","StopAudio":{}}',
        AUDIO_PREFIX + b"AAAA" + b'"},"StopAudio":{}}',
        AUDIO_PREFIX + AUDIO_SUFFIX,
        AUDIO_PREFIX + b'AA"A' + AUDIO_SUFFIX,
        b'{"kind":"AudioData","audioData":{"data":"AAAA","silent":false}} ',
        b'{"kind":"AudioData","audioData":{"data":"AA\\u0041A","silent":false}}',
        b'{"kind":"AudioData","audioData":{"data":"AAAA',
        b'{"kind":"DtmfData","dtmfData":{"data":"5"}}',
        b"",
    ],
)
def test_whatever_is_not_plain_is_left_to_the_full_reading(frame: bytes) -> None:
    assert audio_payload(frame) is None


# --- what we and the service send


def test_the_documented_form_is_sent() -> None:
    assert encode_audio(b"AAAA") == b'{"Kind":"AudioData","AudioData":{"Data":"AAAA"},"StopAudio":null}'
    assert STOP_AUDIO == b'{"Kind":"StopAudio","AudioData":null,"StopAudio":{}}'
    assert decode(STOP_AUDIO) == StopAudio()


FRAMES = [
    encode_audio(PAYLOAD),
    STOP_AUDIO,
    encode_metadata(AudioMetadata("s", "PCM", 16000, 1, 640)),
    encode_caller_audio(AudioData(PAYLOAD)),
    encode_caller_audio(AudioData(PAYLOAD, "2024-11-15T19:16:12.925Z", '8:acs:"x"', silent=True)),
    encode_dtmf(DtmfData("#")),
    encode_dtmf(DtmfData("7", "2024-11-15T19:16:12.925Z", "4:+1555")),
]


@pytest.mark.parametrize("frame", FRAMES)
def test_what_is_sent_fits_the_schema(frame: bytes) -> None:
    jsonschema.validate(json.loads(frame), SCHEMA)


@pytest.mark.parametrize(
    ("value", "frame"),
    [
        (AudioMetadata("s", "PCM", 16000, 1, 640), FRAMES[2]),
        (AudioData(PAYLOAD), FRAMES[3]),
        (AudioData(PAYLOAD, "2024-11-15T19:16:12.925Z", '8:acs:"x"', silent=True), FRAMES[4]),
        (DtmfData("#"), FRAMES[5]),
        (DtmfData("7", "2024-11-15T19:16:12.925Z", "4:+1555"), FRAMES[6]),
    ],
)
def test_what_the_service_sends_is_read_as_it_was_meant(value: object, frame: bytes) -> None:
    assert decode(frame) == value


def test_a_key_that_no_telephone_has_is_not_sent() -> None:
    with pytest.raises(LocalProtocolError):
        encode_dtmf(DtmfData("x"))


def test_who_spoke_does_not_show_itself() -> None:
    assert "555" not in repr(AudioData(b"", None, "4:+15551230001"))
