"""A secret out of Key Vault."""

from __future__ import annotations

import httpx
import pytest

from voiceagent.capture.vault import read_secret
from voiceagent.errors import RemoteError, UserError

URL = "https://my-vault.vault.azure.net/secrets/capture-key"


def test_the_secret_is_asked_for_with_a_token() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"value": "the key", "id": URL})

    assert read_secret(URL, token=lambda: "t", transport=httpx.MockTransport(answer)) == "the key"
    assert str(asked[0].url) == f"{URL}?api-version=7.4"
    assert asked[0].headers["Authorization"] == "Bearer t"


@pytest.mark.parametrize(
    ("response", "status", "code"),
    [
        (httpx.Response(403, json={"error": {"code": "Forbidden"}}, headers={"x-ms-request-id": "r1"}), 403, "Forbidden"),
        (httpx.Response(404, text="no"), 404, ""),
        (httpx.Response(200, json={"value": 1}), 200, ""),
        (httpx.Response(200, json=[]), 200, ""),
    ],
)
def test_a_refusal_says_what_to_do(response: httpx.Response, status: int, code: str) -> None:
    with pytest.raises(RemoteError, match="was not given") as caught:
        read_secret(URL, token=lambda: "t", transport=httpx.MockTransport(lambda _: response))
    assert (caught.value.status, caught.value.code) == (status, code)
    assert "Key Vault Secrets User" in caught.value.remedy


def test_a_vault_that_is_not_there_is_told() -> None:
    def nothing(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    with pytest.raises(RemoteError, match="could not be reached: ConnectError"):
        read_secret(URL, token=lambda: "t", transport=httpx.MockTransport(nothing))


@pytest.mark.parametrize(
    "url",
    [
        "http://my-vault.vault.azure.net/secrets/a",
        "https://my-vault.vault.azure.net.evil.example/secrets/a",
        "https://evil.example/?https://my-vault.vault.azure.net/secrets/a",
        "https://my-vault.vault.azure.net/keys/a",
        "",
    ],
)
def test_the_token_goes_to_vaults_only(url: str) -> None:
    with pytest.raises(UserError, match="no address of a Key Vault secret"):
        read_secret(url, token=lambda: "t")
