"""The resource: its connection string, and its refusals as sentences with remedies."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError

from voiceagent.control.acs_account import acs_client, asked, hooks, parse_connection_string
from voiceagent.discreet import Secret
from voiceagent.errors import RemoteError, UserError


@pytest.mark.parametrize(
    "text",
    [
        "endpoint=http://127.0.0.1:8080/;accesskey=a2V5PQ==",
        ' "Endpoint=http://127.0.0.1:8080;AccessKey=a2V5PQ==" ',
        Secret("endpoint=http://127.0.0.1:8080;accesskey=a2V5PQ=="),
    ],
)
def test_a_connection_string_keeps_its_scheme_and_its_key(text: str) -> None:
    address = parse_connection_string(text)
    assert address.endpoint == "http://127.0.0.1:8080"
    assert address.access_key.shown == "a2V5PQ=="
    assert "a2V5" not in repr(address)


@pytest.mark.parametrize("text", ["", "nonsense", "endpoint=https://x", "accesskey=y", "endpoint=x;accesskey=y"])
def test_anything_else_is_told_with_its_remedy(text: str) -> None:
    with pytest.raises(UserError, match="endpoint=https") as error:
        parse_connection_string(text)
    assert "Keys" in error.value.remedy


def test_a_key_that_was_cut_short_is_told_before_it_signs_anything() -> None:
    with pytest.raises(UserError, match="base64") as error:
        parse_connection_string("endpoint=https://x.communication.azure.com;accesskey=notbase64")
    assert "Keys" in error.value.remedy
    assert "notbase64" not in str(error.value)


async def test_a_client_is_closed_with_its_block() -> None:
    async with acs_client(parse_connection_string("endpoint=http://127.0.0.1:9;accesskey=a2V5PQ==")) as client:
        assert client.get_call_connection("x") is not None


async def failing(error: Exception) -> None:
    raise error


def http_error(status: int, code: str, message: str) -> HttpResponseError:
    error = HttpResponseError(message)
    error.status_code = status
    error.error = SimpleNamespace(code=code, message=message)  # type: ignore[assignment]  # as azure-core builds it
    error.response = SimpleNamespace(headers={"x-ms-request-id": "req-1"})  # type: ignore[assignment]  # as azure-core builds it
    return error


@pytest.mark.parametrize(
    ("status", "part"), [(401, "ACS_CONNECTION_STRING"), (403, "another resource"), (429, "max_calls"), (500, "")]
)
async def test_a_refusal_has_status_code_and_remedy(status: int, part: str) -> None:
    with pytest.raises(RemoteError, match=f"refused to answer the call: {status} 8523 invalid") as refused:
        await asked(failing(http_error(status, "8523", "invalid")), "answer the call")
    assert (refused.value.status, refused.value.code, refused.value.request_id) == (status, "8523", "req-1")
    assert part in refused.value.remedy


async def test_an_unreachable_service_is_told() -> None:
    with pytest.raises(RemoteError, match="could not be reached to hang up: connection refused"):
        await asked(failing(ServiceRequestError("connection refused\nmore")), "hang up")


async def test_an_answer_comes_through() -> None:
    async def fine() -> int:
        return 5

    assert await asked(fine(), "count") == 5


def test_requests_are_shown_without_their_headers() -> None:
    shown: list[tuple[str, Any]] = []
    made = hooks(lambda direction, frame: shown.append((direction, json.loads(frame))))
    request = SimpleNamespace(method="POST", url="http://x/calling", body='{"a":1}', headers={"Authorization": "HMAC secret"})
    made["raw_request_hook"](SimpleNamespace(http_request=request))
    made["raw_response_hook"](SimpleNamespace(http_response=SimpleNamespace(status_code=204, text=lambda: "")))
    assert shown == [
        ("out", {"method": "POST", "url": "http://x/calling", "body": {"a": 1}}),
        ("in", {"status": 204, "body": None}),
    ]
    assert hooks(None) == {}
