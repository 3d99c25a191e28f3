"""What reaches the disk."""

from __future__ import annotations

import base64
import json
from typing import Any, Literal

import pytest

from voiceagent.call.commands import AskForReply, KeyNoted, RunTool, ToolNoted
from voiceagent.call.events import KeyPressed, ToolCalled
from voiceagent.capture.records import Wire, parse
from voiceagent.capture.redact import Redactor
from voiceagent.capture.shapes import field_values
from voiceagent.discreet import MASK, Words
from voiceagent.engines.voice_live import message_of
from voiceagent.protocol.voice_live import encode_frame

PAYLOAD = base64.b64encode(bytes(range(256)) * 3 + bytes(192)).decode()
CANARY = "canary-0123456789"


def hidden(frame: str | bytes, policy: Literal["redacted", "full"] = "redacted", **options: Any) -> bytes:
    """The frame as it would be read back."""
    raw = frame.encode() if isinstance(frame, str) else frame
    record = parse(Redactor(policy, key=b"key", secrets=[CANARY], **options).wire(1.0, "media", "in", raw))
    assert isinstance(record, Wire)
    return record.frame or b""


AUDIO = [
    '{"kind":"AudioData","audioData":{"timestamp":"2026-11-22T05:00:00.123Z","participantRawID":"8:acs:a_b-1","data":"%s","silent":false}}',
    '{"kind":"AudioData","audioData":{"data":"%s","silent":false}}',
    '{"Kind":"AudioData","AudioData":{"Data":"%s"},"StopAudio":null}',
    '{"type":"input_audio_buffer.append","audio":"%s"}',
    '{"event_id":"e_1","type":"response.audio.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"%s"}',
    '{ "type": "response.audio.delta", "delta": "%s", "extra": {"a": [1, 2]} }',
]


@pytest.mark.parametrize("shape", AUDIO)
@pytest.mark.parametrize("policy", ["redacted", "full"])
def test_audio_is_kept_byte_for_byte(shape: str, policy: Literal["redacted", "full"]) -> None:
    frame = shape % PAYLOAD
    assert hidden(frame, policy) == frame.encode()


@pytest.mark.parametrize("shape", AUDIO)
def test_audio_can_be_silenced_at_its_length(shape: str) -> None:
    assert hidden(shape % PAYLOAD, audio="silence") == (shape % ("A" * len(PAYLOAD))).encode()


@pytest.mark.parametrize(
    "shape",
    [
        '{"kind":"AudioData","audioData":{"participantRawID":"4:+14255550123","data":"%s","silent":false}}',
        '{"kind":"AudioData","audioData":{"data":"%s","participantRawID":"4:+14255550123"}}',
        '{"kind":"AudioData","audioData":{"participantRawID":"4:14255550123","data":"%s"}}',
        '{"kind":"AudioData", "audioData":{"participantRawID":"+14255550123","data":"%s"}}',
    ],
)
def test_who_speaks_is_hidden_around_the_audio(shape: str) -> None:
    frame = hidden(shape % PAYLOAD)
    assert b"4255550123" not in frame
    assert json.loads(frame)["audioData"]["data"] == PAYLOAD


@pytest.mark.parametrize("tail", ["}}}", "}", "", '"}}', "\n}}"])
def test_a_damaged_audio_frame_is_still_one_line(tail: str) -> None:
    frame = f'{{"kind":"AudioData","audioData":{{"data":"{PAYLOAD}"{tail}'
    line = Redactor("redacted", key=b"k").wire(1.0, "media", "in", frame.encode())
    assert b"\n" not in line
    assert isinstance(parse(line), Wire)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (
            {"type": "response.audio_transcript.delta", "delta": "Hello 4271"},
            {"type": "response.audio_transcript.delta", "delta": "xxxxx 0000"},
        ),
        ({"type": "x.completed", "transcript": "I am Ann"}, {"type": "x.completed", "transcript": "x xx xxx"}),
        (
            {"item": {"content": [{"type": "input_text", "text": "Ann"}]}},
            {"item": {"content": [{"type": "input_text", "text": "xxx"}]}},
        ),
        ({"type": "response.audio.delta", "delta": "c2hvcnQ="}, {"type": "response.audio.delta", "delta": "c2hvcnQ="}),
        ({"arguments": '{"order_id":"4271"}'}, {"arguments": '{"order_id": "0000"}'}),
        ({"dtmfData": {"data": "5"}}, {"dtmfData": {"data": "0"}}),
        ({"tone": "five"}, {"tone": "zero"}),
        ({"callerDisplayName": "Ann Lee"}, {"callerDisplayName": "xxx xxx"}),
        (
            {"session": {"instructions": "Be brief.", "voice": "alloy"}},
            {"session": {"instructions": "Be brief.", "voice": "alloy"}},
        ),
    ],
)
def test_people_are_hidden_unless_the_policy_is_full(frame: dict[str, Any], expected: dict[str, Any]) -> None:
    assert json.loads(hidden(json.dumps(frame))) == expected
    assert json.loads(hidden(json.dumps(frame), "full")) == frame


@pytest.mark.parametrize("exact_voice", [True, False])
def test_what_a_voice_is_ordered_to_say_is_hidden_in_whatever_way_it_is_ordered(exact_voice: bool) -> None:
    command = AskForReply(exactly=Words("Mrs Miller wants to cancel order 4271 because of her divorce"))
    frame = encode_frame(message_of(command, "AskForReply-2", exact_voice=exact_voice))
    kept = hidden(frame)
    assert not any(word in kept for word in (b"Miller", b"4271", b"divorce"))
    assert b"xxx xxxxxx xxxxx xx xxxxxx xxxxx 0000" in kept
    assert json.loads(hidden(frame, "full")) == json.loads(frame)


def test_the_engines_echo_of_an_order_is_hidden_and_no_instructions_at_all_stay_so() -> None:
    created = {"type": "response.created", "response": {"id": "r", "instructions": "Say: Ann", "output": []}}
    assert json.loads(hidden(json.dumps(created)))["response"] == {"id": "r", "instructions": "xxx: xxx", "output": []}
    bare = {"type": "response.created", "response": {"id": "r", "instructions": None}}
    assert json.loads(hidden(json.dumps(bare))) == bare


@pytest.mark.parametrize("policy", ["redacted", "full"])
@pytest.mark.parametrize(
    "frame",
    [
        {"headers": {"Authorization": f"Bearer {CANARY}"}},
        {"headers": {"API-Key": "canary"}},
        {"headers": {"x-voiceagent-secret": "canary"}},
        {"data": {"incomingCallContext": "canary"}},
        {"session": {"client_secret": {"value": "canary", "expires_at": 1}}},
        {"url": "https://x.example/cb?code=canary&sig=canary"},
        {"config": "endpoint=https://x/;accesskey=canary"},
        {"text": f"my key is {CANARY}"},
        {"anything": ["deep", {"er": f"({CANARY})"}]},
        {"jwt": "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.canary"},
    ],
)
def test_secrets_reach_the_disk_under_no_policy(frame: dict[str, Any], policy: Literal["redacted", "full"]) -> None:
    kept = hidden(json.dumps(frame), policy)
    assert b"canary" not in kept
    assert b"eyJ" not in kept
    assert MASK.encode() in kept or b"xxx" in kept


def test_a_frame_with_nothing_to_hide_is_kept_byte_for_byte() -> None:
    assert hidden('{ "type" : "session.updated",  "n": 1.50 }') == b'{ "type" : "session.updated",  "n": 1.50 }'


def test_a_frame_over_several_lines_becomes_one() -> None:
    assert hidden('{\n "a": 1\n}') == b'{"a":1}'


def test_text_that_is_no_json_is_hidden_as_text() -> None:
    assert hidden(f"GET /x Authorization: Bearer {CANARY} from +14255550123").startswith(
        b"GET /x Authorization: Bearer <secret> from +0"
    )


def test_bytes_are_kept_in_full_captures_and_counted_in_others() -> None:
    assert hidden(b"\xff\x00\xfe", "full") == b"\xff\x00\xfe"
    record = parse(Redactor("redacted", key=b"k").wire(1.0, "engine", "in", b"\xff\x00\xfe"))
    assert record == Wire(1.0, "engine", "in", None, 3)


@pytest.mark.parametrize(
    ("thing", "name", "value"),
    [
        (KeyPressed("5"), "key", "0"),
        (KeyNoted(Words("5")), "key", "0"),
        (ToolCalled("r", "i", "t", "look", '{"a": "Ann"}'), "arguments", '{"a": "xxx"}'),
        (RunTool("t", "look", '{"a": "Ann"}', 5), "arguments", '{"a": "xxx"}'),
        (ToolNoted("look", Words('{"a": "Ann"}'), Words('"Ann"'), "ok", 1.0), "output", '"xxx"'),
    ],
)
def test_what_the_session_sees_is_hidden_the_same_way(thing: Any, name: str, value: str) -> None:
    assert Redactor("redacted", key=b"k").fields(field_values(thing))[name] == value


@pytest.mark.parametrize(("tool", "target"), [("request_transfer", "support"), ("send_message", "xxxxxxx"), (None, "xxxxxxx")])
def test_the_target_of_a_transfer_is_kept_and_no_other_tools(tool: str | None, target: str) -> None:
    item = {"type": "function_call", "arguments": '{"target": "support"}'} | ({"name": tool} if tool else {})
    assert json.loads(json.loads(hidden(json.dumps(item)))["arguments"]) == {"target": target}
    assert tool is None or json.loads(
        Redactor("redacted", key=b"k").fields({"name": tool, "arguments": Words('{"target": "support"}')})["arguments"]
    ) == {"target": target}


def test_what_the_callers_telephone_system_sends_along_is_hidden() -> None:
    frame = {"data": {"customContext": {"sipHeaders": {"User-To-User": "Ann 42"}, "voipHeaders": {"n": 7}}}}
    assert json.loads(hidden(json.dumps(frame))) == {
        "data": {"customContext": {"sipHeaders": {"User-To-User": "xxx 00"}, "voipHeaders": {"n": 0}}}
    }


def test_words_in_pieces_are_left_out() -> None:
    frame = {"transcript": "Ann", "logprobs": [{"token": "Ann", "bytes": [65, 110, 110], "logprob": -1}]}
    assert json.loads(hidden(json.dumps(frame))) == {"transcript": "xxx", "logprobs": []}


@pytest.mark.parametrize("policy", ["redacted", "full"])
def test_a_known_secret_is_found_inside_base64_and_bytes(policy: Literal["redacted", "full"]) -> None:
    for before in ("", "x", "xy"):
        text = base64.b64encode(f"{before}{CANARY} more".encode()).decode()
        kept = hidden(json.dumps({"header": text}), policy)
        assert base64.b64encode(CANARY.encode()).decode()[4:-4] not in kept.decode()
        assert MASK.encode() in kept
    assert hidden(b"\xff" + CANARY.encode(), policy) == b""


@pytest.mark.parametrize(
    "frame",
    [
        '{"type":"response.audio.delta","delta":"AQID"}',
        '{"kind":"AudioData","audioData":{"data":"AQID","silent":false}}',
        '{"Kind":"AudioData","AudioData":{"Data":"AQID"},"StopAudio":null}',
        '{"item":{"content":[{"type":"input_audio","audio":"AQID"}]}}',
    ],
)
def test_short_audio_is_silenced_as_well(frame: str) -> None:
    assert json.loads(hidden(frame, audio="silence")) == json.loads(frame.replace("AQID", "AAAA"))


def test_a_secret_that_is_learnt_later_is_hidden_from_then_on() -> None:
    redactor = Redactor("full", key=b"k" * 32, secrets=["first-secret"])
    assert "second-secret" in redactor.text("first-secret second-secret")
    redactor.learn(["second-secret"])
    assert redactor.text("first-secret second-secret") == f"{MASK} {MASK}"
