from __future__ import annotations

import base64
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import LocalProtocolError, RemoteProtocolError
from voiceagent.protocol.auth import CallToken, check_call_token, key_id_of, make_call_token, sign_request, verify_request

KEY = base64.b64encode(b"an access key of a resource").decode()
NOW = 1_795_324_470.0  # Sun, 22 Nov 2026 05:14:30 GMT
HOST = "127.0.0.1:8080"
TARGET = "/calling/callConnections/c/participants/4%3A%2B15551230001?api-version=2026-03-12"


def signed(target: str = TARGET, *, host: str = HOST, body: bytes = b"", **more: str) -> dict[str, str]:
    return {**sign_request("GET", target, host=host, body=body, access_key=KEY, now=NOW), "Host": HOST, **more}


def verify(
    headers: dict[str, str], target: str = TARGET, *, body: bytes = b"", now: float = NOW, key: str = KEY, method: str = "GET"
) -> None:
    verify_request(method, target, headers=headers, body=body, access_key=key, now=now)


# --- requests


def test_the_headers_are_those_of_the_service() -> None:
    headers = sign_request("POST", "/a?b=c", host=HOST, body=b"", access_key=KEY, now=NOW)
    assert headers["x-ms-date"] == "Sun, 22 Nov 2026 05:14:30 GMT"
    assert headers["x-ms-content-sha256"] == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert headers["Authorization"].startswith("HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=")


class Sent(Exception):
    """Thrown instead of sending, with what would have been sent."""


@pytest.mark.parametrize("endpoint", [f"http://{HOST}", f"http://{HOST}/"])
def test_the_official_client_is_believed(endpoint: str) -> None:
    from azure.communication.callautomation import CallAutomationClient, PhoneNumberIdentifier
    from azure.core.credentials import AzureKeyCredential
    from azure.core.pipeline.transport import RequestsTransport

    class Recorder(RequestsTransport):
        def send(self, request: Any, **_: Any) -> Any:
            raise Sent(request)

    client = CallAutomationClient(endpoint, AzureKeyCredential(KEY), transport=Recorder())
    with pytest.raises(Sent) as caught:
        client.get_call_connection("c").get_participant(PhoneNumberIdentifier("+15551230001"))
    request = caught.value.args[0]
    now = parsedate_to_datetime(request.headers["x-ms-date"]).timestamp()
    target = request.url.removeprefix(f"http://{HOST}").replace("//", "/")
    for arrived in (target, target.replace("%3A", ":")):
        verify({**request.headers, "host": HOST}, arrived, now=now)


def test_a_signed_request_is_accepted() -> None:
    verify(signed())
    verify(signed(body=b"{}"), body=b"{}")


def test_a_host_signed_with_a_trailing_slash_is_accepted() -> None:
    verify(signed(host=HOST + "/"))


def test_the_host_of_a_recording_download_is_that_of_the_resource() -> None:
    verify(signed(host="res.communication.azure.com", **{"x-ms-host": "res.communication.azure.com"}))


@pytest.mark.parametrize("arrived", [TARGET.replace("%3A", ":"), TARGET.replace("%3A", "%3a")])
def test_a_colon_that_changed_its_spelling_on_the_way_is_accepted(arrived: str) -> None:
    verify(signed(), arrived)


def test_a_colon_may_change_the_other_way_too() -> None:
    plain = TARGET.replace("%3A", ":")
    verify(signed(plain), TARGET)


def test_the_operation_after_a_call_keeps_its_colon() -> None:
    verify(signed("/calling/callConnections/c:play?api-version=x"), "/calling/callConnections/c:play?api-version=x")


@pytest.mark.parametrize(
    ("headers", "target", "body", "now", "key", "sentence"),
    [
        ({"host": HOST}, TARGET, b"", NOW, KEY, "the request carries no HMAC-SHA256 signature"),
        (signed(Authorization="Bearer x"), TARGET, b"", NOW, KEY, "the request carries no HMAC-SHA256 signature"),
        (signed(), TARGET, b"other", NOW, KEY, "x-ms-content-sha256 is not the hash of the body"),
        (signed(), TARGET, b"", NOW + 301, KEY, "x-ms-date is more than 300 seconds off"),
        (signed(), TARGET, b"", NOW - 301, KEY, "x-ms-date is more than 300 seconds off"),
        (signed() | {"x-ms-date": "soon"}, TARGET, b"", NOW, KEY, "x-ms-date is not a date"),
        (signed(), TARGET + "1", b"", NOW, KEY, "the signature does not match the request"),
        (signed() | {"Host": "other"}, TARGET, b"", NOW, KEY, "the signature does not match the request"),
        (signed(), TARGET, b"", NOW, base64.b64encode(b"other").decode(), "the signature does not match the request"),
    ],
)
def test_anything_else_is_refused_with_the_reason(
    headers: dict[str, str], target: str, body: bytes, now: float, key: str, sentence: str
) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        verify(headers, target, body=body, now=now, key=key)
    assert str(caught.value) == sentence


def test_a_key_that_is_not_base64_is_our_own_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        sign_request("GET", "/", host=HOST, body=b"", access_key="not base64!", now=NOW)


@given(st.text(), st.text(), st.text(), st.text(), st.binary())
def test_garbage_is_the_peers_fault_and_nothing_worse(
    authorization: str, date: str, digest: str, target: str, body: bytes
) -> None:
    headers = {"authorization": authorization, "x-ms-date": date, "x-ms-content-sha256": digest, "host": HOST}
    with pytest.raises(RemoteProtocolError):
        verify(headers, target, body=body)
    with pytest.raises(RemoteProtocolError):
        verify(signed(target="/") | {"x-ms-date": date}, target, body=body)


# --- our own token


def test_a_token_says_what_was_put_in() -> None:
    token = make_call_token("secret", "call", 3, 1000.9)
    assert check_call_token("secret", "call", token, 999.0) == CallToken(3, 1000, key_id_of("secret"))
    assert check_call_token(b"secret", "call", token, 999.0).generation == 3


def test_a_token_may_stand_in_a_path() -> None:
    token = make_call_token("secret", "call", 3, 1000)
    assert token.isascii()
    assert not set(token) & set("/?#%:@ ")
    assert "secret" not in token
    assert "call" not in token


@pytest.mark.parametrize(
    ("secret", "call_id", "token", "now", "sentence"),
    [
        ("secret", "call", make_call_token("secret", "call", 3, 1000), 1000.0, "the call token has expired"),
        (
            "secret",
            "other",
            make_call_token("secret", "call", 3, 1000),
            0.0,
            "the call token was not made for this call by this server",
        ),
        (
            "other",
            "call",
            make_call_token("secret", "call", 3, 1000),
            0.0,
            "the call token was not made for this call by this server",
        ),
        (
            "secret",
            "call",
            "4" + make_call_token("secret", "call", 3, 1000),
            0.0,
            "the call token was not made for this call by this server",
        ),
        ("secret", "call", "", 0.0, "the call token is malformed"),
        ("secret", "call", "٣.1.00000000." + "a" * 43, 0.0, "the call token is malformed"),
    ],
)
def test_any_other_token_is_refused_with_the_reason(secret: str, call_id: str, token: str, now: float, sentence: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        check_call_token(secret, call_id, token, now)
    assert str(caught.value) == sentence


@given(st.integers(0, 60), st.characters(min_codepoint=33, max_codepoint=126))
def test_no_changed_token_is_accepted(at: int, put: str) -> None:
    token = make_call_token("secret", "call", 3, 1000)
    changed = token[:at] + put + token[at + 1 :]
    if changed != token:
        with pytest.raises(RemoteProtocolError):
            check_call_token("secret", "call", changed, 0.0)


def test_a_secret_is_needed() -> None:
    with pytest.raises(LocalProtocolError):
        make_call_token("", "call", 1, 1)


def test_two_secrets_have_two_names() -> None:
    assert key_id_of("a") != key_id_of("b")
    assert len(key_id_of("a")) == 8
