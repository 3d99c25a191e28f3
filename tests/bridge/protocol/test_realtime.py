"""The whole vocabulary at once: every event class there is, against the published list and schema; and the short path."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol import openai_ga, voice_live
from voiceagent.protocol.realtime import (
    APPEND_PREFIX,
    APPEND_SUFFIX,
    CLIENT_EVENTS,
    SERVER_EVENTS,
    InputAudioBufferAppend,
    RealtimeEvent,
    ResponseAudioDelta,
    audio_delta,
)

DATA = Path(__file__).parents[2] / "data" / "voice-live"
PUBLISHED = json.loads((DATA / "events.json").read_text())
SCHEMA = json.loads((DATA / "voicelive-1.3.1.schema.json").read_text())
DEFINED = {
    one["properties"]["type"]["enum"][0]: name
    for name, one in SCHEMA["$defs"].items()
    if name.startswith(("ClientEvent", "ServerEvent")) and len(one["properties"].get("type", {}).get("enum", ())) == 1
}

# --- the vocabulary is complete


def test_every_published_event_has_a_class() -> None:
    assert {one["type"] for one in PUBLISHED["client"]} <= set(CLIENT_EVENTS)
    assert {one["type"] for one in PUBLISHED["server"]} <= set(SERVER_EVENTS)
    assert set(PUBLISHED["client_event_types"]) <= set(CLIENT_EVENTS)
    assert set(PUBLISHED["server_event_types"]) <= set(SERVER_EVENTS)


def test_events_that_are_only_documented_previewed_or_observed_have_a_class_too() -> None:
    assert set(PUBLISHED["documented_but_not_in_python_sdk"]["server"]) <= set(SERVER_EVENTS)
    assert set(PUBLISHED["observed_on_the_wire_but_not_in_python_sdk"]["server"]) <= set(SERVER_EVENTS)
    assert set(PUBLISHED["preview_webrtc_only"]["client"]) <= set(CLIENT_EVENTS)
    assert set(PUBLISHED["preview_webrtc_only"]["server"]) <= set(SERVER_EVENTS)


@pytest.mark.parametrize("side", ["client", "server"])
def test_every_published_member_is_declared_and_required_where_the_service_promises_it(side: str) -> None:
    lenient = {("response.function_call_arguments.done", "name")}  # older services leave it out
    for one in PUBLISHED[side]:
        cls = (CLIENT_EVENTS if side == "client" else SERVER_EVENTS)[one["type"]]
        declared = {field.name: field for field in dataclasses.fields(cls)}
        for member in one["fields"]:
            assert member["name"] in declared, (one["type"], member["name"])
            needed = declared[member["name"]].default is dataclasses.MISSING
            assert needed == member["required"] or (one["type"], member["name"]) in lenient, (one["type"], member["name"])


def test_a_class_is_named_after_its_type() -> None:
    for kind, cls in {**CLIENT_EVENTS, **SERVER_EVENTS}.items():
        expected = "".join(part.capitalize() for part in kind.replace(".", "_").split("_"))
        assert cls.__name__ in (expected, f"{expected}Event"), kind


# --- every class there and back

SAMPLES: dict[str, Any] = {
    "str": "text",
    "int": 7,
    "float": 0.5,
    "Base64": "AAAA",
    "Any": [[0.25, 0.5]],
    "list[Any]": [],
    "Object": {"type": "text", "text": "x"},
    "Session": {"id": "s", "model": "m", "expires_at": 5, "instructions": "be kind"},
    "Response": {"modalities": ["audio"]},
    "Item": {"id": "i", "type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]},
    "Details": {"type": "invalid_request_error", "code": "c", "message": "m"},
}


def filled(cls: type[RealtimeEvent], *, all_members: bool) -> RealtimeEvent:
    members = {
        one.name: "word" if one.name == "timestamp_type" else SAMPLES[str(one.type).removesuffix(" | None")]
        for one in dataclasses.fields(cls)
        if one.name != "extra" and (all_members or one.default is dataclasses.MISSING)
    }
    return cls(**members)


each_client = pytest.mark.parametrize("cls", CLIENT_EVENTS.values(), ids=lambda cls: cls.TYPE)
each_server = pytest.mark.parametrize("cls", SERVER_EVENTS.values(), ids=lambda cls: cls.TYPE)


@pytest.mark.parametrize("dialect", [voice_live, openai_ga], ids=["voice_live", "openai_ga"])
@each_client
def test_every_client_event_is_read_as_it_was_written(cls: type[RealtimeEvent], dialect: Any) -> None:
    for all_members in (False, True):
        event = filled(cls, all_members=all_members)
        again = dialect.decode_client(dialect.encode_frame(event))
        if dialect is openai_ga and cls.TYPE == "session.update":  # GA adds the kind of session
            again = dataclasses.replace(again, session={k: v for k, v in again.session.items() if k != "type"})
        assert again == event


@pytest.mark.parametrize("dialect", [voice_live, openai_ga], ids=["voice_live", "openai_ga"])
@each_server
def test_every_server_event_is_read_as_it_was_written(cls: type[RealtimeEvent], dialect: Any) -> None:
    for all_members in (False, True):
        event = filled(cls, all_members=all_members)
        assert dialect.decode_server(dialect.encode_frame(event)) == event


@each_client
def test_every_client_event_fits_the_schema(cls: type[RealtimeEvent]) -> None:
    _validate(cls)


@each_server
def test_every_server_event_fits_the_schema(cls: type[RealtimeEvent]) -> None:
    _validate(cls)


def _validate(cls: type[RealtimeEvent]) -> None:
    if cls.TYPE in DEFINED:
        wanted = {"$ref": f"#/$defs/{DEFINED[cls.TYPE]}", "$defs": SCHEMA["$defs"]}
        jsonschema.Draft202012Validator(wanted).validate(voice_live.encode(filled(cls, all_members=True)))


def test_the_schema_covers_what_the_official_client_knows() -> None:
    assert len(set(DEFINED) & {**CLIENT_EVENTS, **SERVER_EVENTS}.keys()) == len(PUBLISHED["client"]) + len(PUBLISHED["server"])


# --- what a peer may send


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = sorted(
    {one.name for cls in {**CLIENT_EVENTS, **SERVER_EVENTS}.values() for one in dataclasses.fields(cls)} - {"extra"}
)


@given(
    st.sampled_from([*CLIENT_EVENTS, *SERVER_EVENTS, "response.output_audio.delta", "conversation.item.added"]),
    st.dictionaries(st.sampled_from(MEMBERS) | st.text(max_size=5), JSON, max_size=6),
)
def test_almost_events_are_read_and_kept_or_refused(kind: str, members: dict[str, Any]) -> None:
    frame = json.dumps({**members, "type": kind})
    for decode in (voice_live.decode_server, voice_live.decode_client, openai_ga.decode_server, openai_ga.decode_client):
        try:
            event = decode(frame)
        except RemoteProtocolError:
            continue
        if decode in (voice_live.decode_server, voice_live.decode_client):
            assert json.dumps(voice_live.encode(event), sort_keys=True) == json.dumps(json.loads(frame), sort_keys=True)


@given(st.binary() | st.text() | JSON.map(json.dumps))
def test_garbage_is_the_peers_fault_and_nothing_worse(frame: bytes | str) -> None:
    for decode in (voice_live.decode_server, voice_live.decode_client, openai_ga.decode_server, openai_ga.decode_client):
        with contextlib.suppress(RemoteProtocolError):
            decode(frame)
    if isinstance(frame, bytes):
        assert audio_delta(frame) is None


# --- the short path for audio

IDS = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"\\'), max_size=12)
PAYLOADS = st.binary(max_size=600).map(base64.b64encode)
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": ")])


@st.composite
def audio_deltas(draw: st.DrawFn) -> bytes:
    members = {
        "event_id": draw(IDS),
        "type": draw(st.sampled_from(["response.audio.delta", "response.output_audio.delta"])),
        "response_id": draw(IDS),
        "item_id": draw(IDS),
        "output_index": draw(st.integers(0, 10)),
        "content_index": draw(st.integers(0, 10)),
    }
    order = draw(st.permutations(list(members)))
    found = {name: members[name] for name in order} | {"delta": draw(PAYLOADS).decode()}
    return json.dumps(found, separators=draw(SEPARATORS)).encode()


@given(audio_deltas())
def test_audio_is_cut_out_of_a_plain_message_whatever_the_order_of_its_members(frame: bytes) -> None:
    event = openai_ga.decode_server(frame)
    assert isinstance(event, ResponseAudioDelta)
    assert audio_delta(frame) == (event.response_id, event.item_id, event.delta.encode())


NASTY = st.sampled_from(
    [
        b'"',
        b"\\",
        b"{",
        b"}",
        b",",
        b":",
        b"delta",
        b'"delta":"',
        b"\x00",
        b"\n",
        b"\xc3\xa4",
        b"=",
        b" ",
        b"null",
        b"01",
        b"-",
        b'"item_id":"x",',
    ]
)
DAMAGE = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 3), NASTY), min_size=1, max_size=3)


def damaged(frame: bytes, damage: list[tuple[int, int, bytes]]) -> bytes:
    for at, gone, put in damage:
        frame = frame[:at] + put + frame[at + gone :]
    return frame


@given(audio_deltas(), DAMAGE)
def test_the_short_path_for_speech_is_never_wrong(frame: bytes, damage: list[tuple[int, int, bytes]]) -> None:
    frame = damaged(frame, damage)
    found = audio_delta(frame)
    if found is not None:
        event = openai_ga.decode_server(frame)
        assert isinstance(event, ResponseAudioDelta)
        assert found == (event.response_id, event.item_id, event.delta.encode())


DELTA = '{"type":"response.audio.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"AAAA"}'


@pytest.mark.parametrize(
    "frame",
    [
        DELTA.replace("response.audio.delta", "response.audio_transcript.delta"),
        DELTA.replace("response.audio.delta", "other.audio.delta"),
        DELTA.replace('"AAAA"', '"AA\\u0041A"'),
        DELTA.replace('"AAAA"', '"AAA"'),
        DELTA.replace('"AAAA"', "null"),
        DELTA.replace('"r"', '"\\u0072"'),
        DELTA.replace('"r"', "null"),
        DELTA.replace('"output_index":0,', ""),
        DELTA.replace('"output_index":0', '"output_index":00'),
        DELTA[:-1],
        DELTA[:-2],
        DELTA + "}",
        DELTA.replace('"}', '","new":1}'),
        "",
    ],
)
def test_whatever_is_not_a_plain_audio_delta_is_left_to_the_full_reading(frame: str) -> None:
    assert audio_delta(DELTA.encode()) == ("r", "i", b"AAAA")
    assert audio_delta(frame.encode()) is None


@given(audio_deltas(), IDS, DAMAGE | st.just([]))
def test_an_id_that_comes_last_does_no_harm(frame: bytes, event_id: str, damage: list[tuple[int, int, bytes]]) -> None:
    frame = frame[:-1] + b',"event_id":"%b"}' % event_id.encode()
    found = audio_delta(damaged(frame, damage))
    assert found is not None or damage
    if found is not None:
        event = openai_ga.decode_server(damaged(frame, damage))
        assert isinstance(event, ResponseAudioDelta)
        assert found == (event.response_id, event.item_id, event.delta.encode())


def test_caller_audio_is_sent_without_parsing() -> None:
    frame = APPEND_PREFIX + b"AAAA" + APPEND_SUFFIX
    assert voice_live.decode_client(frame) == InputAudioBufferAppend("AAAA")
    assert voice_live.encode_frame(InputAudioBufferAppend("AAAA")) == frame
