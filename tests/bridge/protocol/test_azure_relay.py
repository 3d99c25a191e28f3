"""The relay's language: connection strings, tokens, and the messages of the control channel as its guide shows them."""

from __future__ import annotations

import json

import pytest

from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.azure_relay import (
    Accept,
    RelayPlace,
    Request,
    check_token,
    make_token,
    read_connection_string,
    read_message,
    refusing_url,
    renew_message,
    response_message,
)

PLACE = RelayPlace("contoso.servicebus.windows.net", "hyco", "RootManageSharedAccessKey", "c2VjcmV0")
TEXT = (
    "Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=c2VjcmV0;"
    "EntityPath=hyco"
)


def test_a_connection_string() -> None:
    assert read_connection_string(TEXT) == PLACE
    assert read_connection_string(f'"{TEXT.rsplit(";", 1)[0]}"', "hyco") == PLACE
    assert "c2VjcmV0" not in repr(PLACE)


@pytest.mark.parametrize("name", ["Endpoint", "SharedAccessKeyName", "SharedAccessKey", "EntityPath"])
def test_what_a_connection_string_lacks(name: str) -> None:
    text = ";".join(part for part in TEXT.split(";") if not part.startswith(f"{name}="))
    with pytest.raises(ValueError, match=f"^{name}$"):
        read_connection_string(text)


def test_where_it_is_reached() -> None:
    assert PLACE.url == "https://contoso.servicebus.windows.net/hyco"
    assert PLACE.sockets == "wss://contoso.servicebus.windows.net/$hc/hyco{path}?sb-hc-action=connect"
    assert PLACE.listen_url("a b") == ("wss://contoso.servicebus.windows.net/$hc/hyco?sb-hc-action=listen&sb-hc-token=a+b")
    near = read_connection_string(f"{TEXT};UseDevelopmentEmulator=true")
    assert (near.url[:7], near.sockets[:5]) == ("http://", "ws://")


def test_a_token_is_good_for_its_place_until_it_expires() -> None:
    token = make_token(PLACE, 2000)
    assert token.startswith("SharedAccessSignature sr=http%3A%2F%2Fcontoso.servicebus.windows.net%2Fhyco&sig=")
    assert token.endswith("&se=2000&skn=RootManageSharedAccessKey")
    check_token(token, PLACE, 1999)
    with pytest.raises(RemoteProtocolError, match="has expired"):
        check_token(token, PLACE, 2000)
    with pytest.raises(RemoteProtocolError, match="has expired"):
        check_token(make_token(PLACE, int("9" * 30)), PLACE, 0)
    with pytest.raises(RemoteProtocolError, match="the token is for"):
        check_token(token, RelayPlace(PLACE.host, "other", PLACE.key_name, PLACE.key), 0)
    for other in ("", token.replace("se=2000", "se=9999"), make_token(RelayPlace(PLACE.host, "hyco", "x", "y"), 2000)):
        with pytest.raises(RemoteProtocolError, match="not signed"):
            check_token(other, PLACE, 0)


def test_somebody_wants_a_socket() -> None:
    address = "wss://dc-node.servicebus.windows.net:443/$hc/hyco/media/1/t?x=1&sb-hc-action=accept&sb-hc-id=4cb5"
    message = read_message(
        json.dumps({"accept": {"address": address, "id": "4cb5", "connectHeaders": {"Authorization": "Bearer t"}}})
    )
    assert message == Accept(address, "4cb5", {"Authorization": "Bearer t"})
    assert isinstance(message, Accept)
    assert message.target("hyco") == "/media/1/t?x=1"
    assert Accept("wss://n/$hc/hyco?sb-hc-action=accept", "", {}).target("hyco") == "/"


def test_a_request() -> None:
    facts = {
        "address": "wss://dc-node/$hc/hyco?sb-hc-action=request",
        "id": "42",
        "requestTarget": "/hyco/events?x=1&sb-hc-token=t",
        "method": "POST",
        "requestHeaders": {"Content-Type": "application/json"},
        "body": True,
    }
    message = read_message(json.dumps({"request": facts}))
    assert isinstance(message, Request)
    assert (message.method, message.body, message.headers) == ("POST", True, {"Content-Type": "application/json"})
    assert message.target("hyco") == "/events?x=1"
    large = read_message(json.dumps({"request": {"address": "wss://dc-node/x", "id": "42"}}))
    assert large == Request("wss://dc-node/x", "42")


def test_what_is_not_known_is_no_message_and_what_is_broken_is_told() -> None:
    assert read_message('{"news": {}}') is None
    for broken in ("", "[]", '{"accept": {"id": 1}}', '{"accept": 1}', "nonsense"):
        with pytest.raises(RemoteProtocolError, match="malformed"):
            read_message(broken)


def test_what_a_listener_says() -> None:
    told = json.loads(response_message("42", 200, {"Content-Type": "text/plain", "Transfer-Encoding": "chunked"}, body=True))
    assert told == {
        "response": {"requestId": "42", "statusCode": "200", "responseHeaders": {"Content-Type": "text/plain"}, "body": True}
    }
    assert json.loads(renew_message("t")) == {"renewToken": {"token": "t"}}
    assert refusing_url("wss://n/$hc/h?x=1", 403, "not you") == (
        "wss://n/$hc/h?x=1&sb-hc-statusCode=403&sb-hc-statusDescription=not+you"
    )
