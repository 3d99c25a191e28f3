from __future__ import annotations

import json

import pytest

from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.realtime import ConversationItemDone, SessionUpdate, UnknownClientEvent, UnknownServerEvent
from voiceagent.protocol.voice_live import decode_client, decode_server, encode, encode_frame


def test_canonical_names_are_its_own() -> None:
    event = decode_server(b'{"type":"conversation.item.done","previous_item_id":null,"item":{"id":"i"}}')
    assert event == ConversationItemDone({"id": "i"}, extra={"previous_item_id": None})
    assert encode(event) == {"type": "conversation.item.done", "item": {"id": "i"}, "previous_item_id": None}


def test_names_of_the_other_dialect_are_unknown_here_and_kept() -> None:
    event = decode_server('{"type":"response.output_audio.delta","delta":"AAAA"}')
    assert isinstance(event, UnknownServerEvent)
    assert encode(event) == {"type": "response.output_audio.delta", "delta": "AAAA"}


def test_each_side_has_its_own_types() -> None:
    assert isinstance(decode_client('{"type":"session.created","session":{}}'), UnknownClientEvent)
    assert isinstance(decode_server('{"type":"session.update","session":{}}'), UnknownServerEvent)


def test_a_message_is_compact_json() -> None:
    assert (
        encode_frame(SessionUpdate({"instructions": "größer"}))
        == b'{"type":"session.update","session":{"instructions":"gr\\u00f6\\u00dfer"}}'
    )
    assert json.loads(encode_frame(SessionUpdate({"a": 1}))) == {"type": "session.update", "session": {"a": 1}}


def test_whose_message_is_broken_is_told() -> None:
    with pytest.raises(RemoteProtocolError, match="an engine's message is not JSON"):
        decode_server("{")
    with pytest.raises(RemoteProtocolError, match="a client's message is a list"):
        decode_client("[]")
