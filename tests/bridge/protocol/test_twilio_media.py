"""Twilio's stream messages: what each side sends, the other understands; what breaks the protocol is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.errors import LocalProtocolError, RemoteProtocolError
from voiceagent.protocol import twilio_media as wire
from voiceagent.protocol.twilio_media import Clear, Connected, Dtmf, Mark, Media, Started, Stopped, TwilioSide, UnknownMessage

STARTED = Started("MZ1", "CA1", "AC1", parameters={"name": "value"})


def test_what_twilio_sends_is_understood() -> None:
    side = TwilioSide(STARTED)
    sent = [side.connected(), side.start(), side.media(b"AAAA"), side.dtmf("#"), side.mark("7"), side.stop()]
    assert [wire.decode(frame) for frame in sent] == [
        Connected("Call", "1.0.0"),
        STARTED,
        Media(b"AAAA", "inbound"),
        Dtmf("#"),
        Mark("7"),
        Stopped("CA1"),
    ]


def test_what_we_send_is_understood() -> None:
    sent = [wire.encode_media("MZ1", b"AAAA"), wire.encode_mark("MZ1", "1"), wire.encode_clear("MZ1")]
    assert [wire.decode(frame) for frame in sent] == [Media(b"AAAA"), Mark("1"), Clear()]
    assert {json.loads(frame)["streamSid"] for frame in sent} == {"MZ1"}


def test_messages_and_chunks_are_numbered_as_text() -> None:
    side = TwilioSide(STARTED)
    side.start()
    first, second = (json.loads(side.media(b"AAAA")) for _ in range(2))
    assert (first["sequenceNumber"], first["media"]["chunk"], first["media"]["timestamp"]) == ("2", "1", "20")
    assert (second["sequenceNumber"], second["media"]["chunk"], second["media"]["timestamp"]) == ("3", "2", "40")


def test_the_documented_start_is_understood() -> None:
    message: dict[str, Any] = {
        "event": "start",
        "sequenceNumber": "1",
        "start": {
            "accountSid": "AC1",
            "streamSid": "MZ1",
            "callSid": "CA1",
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        },
        "streamSid": "MZ1",
    }
    assert wire.decode(json.dumps(message)) == Started("MZ1", "CA1", "AC1")


def test_unknown_messages_are_kept() -> None:
    assert wire.decode('{"event":"news","x":1}') == UnknownMessage("news", {"event": "news", "x": 1})


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        ("{", "a Twilio message is not JSON: JSONDecodeError"),
        ("[]", "a Twilio message is a list, not a JSON object"),
        ("{}", "a Twilio message has an `event` that is null, expected text"),
        ('{"event":"media"}', "a Twilio message needs `media`, which is null"),
        ('{"event":"media","media":{"payload":7}}', "media: `payload` is a number, expected text"),
        ('{"event":"media","media":{"payload":"%"}}', "media: `payload` is not base64 text"),
        ('{"event":"dtmf","dtmf":{"digit":"E"}}', "dtmf: `digit` names no key of a telephone"),
        ('{"event":"mark","mark":{}}', "mark: `name` is null, expected text"),
        (
            '{"event":"start","start":{"mediaFormat":{"sampleRate":"8000"}}}',
            "start: `mediaFormat` or `customParameters` is not what it is documented to be",
        ),
    ],
)
def test_what_breaks_the_protocol_is_told(frame: str, sentence: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        wire.decode(frame)
    assert str(caught.value) == sentence


def test_only_keys_of_a_telephone_are_pressed() -> None:
    with pytest.raises(LocalProtocolError, match="is not a key"):
        TwilioSide(STARTED).dtmf("x")
