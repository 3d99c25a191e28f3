"""Tokens that a receiver can verify with the two documents alone."""

from __future__ import annotations

import time

import jwt
import pytest

from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.tokens import Signer

NOW = 1_790_000_000.0


@pytest.fixture(scope="module")
def signer() -> Signer:
    signer = Signer(resource_id="resource", ids=Ids(1), wall=lambda: NOW)
    signer.issuer = "http://127.0.0.1:1"
    return signer


def claims(signer: Signer, token: str) -> dict[str, object]:
    keys = jwt.PyJWKSet.from_dict(signer.jwks())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    found: dict[str, object] = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience="resource",
        issuer="http://127.0.0.1:1",
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    return found


def test_a_callback_token_lives_five_minutes_and_a_media_token_a_day(signer: Signer) -> None:
    assert claims(signer, signer.callback_token())["exp"] == NOW + 300
    assert claims(signer, signer.media_token())["exp"] == NOW + 86_400


def test_the_configuration_leads_to_the_keys(signer: Signer) -> None:
    assert signer.configuration() == {
        "issuer": "http://127.0.0.1:1",
        "jwks_uri": "http://127.0.0.1:1/calling/keys",
        "id_token_signing_alg_values_supported": ["RS256"],
    }
    (key,) = signer.jwks()["keys"]
    assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
    assert "d" not in key


def test_those_of_one_process_share_a_key_under_ids_of_their_own(signer: Signer) -> None:
    other = Signer(resource_id="resource", ids=Ids(2), wall=lambda: NOW)
    (mine,), (theirs,) = signer.jwks()["keys"], other.jwks()["keys"]
    assert mine["kid"] != theirs["kid"]
    assert mine["n"] == theirs["n"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("expired", jwt.ExpiredSignatureError),
        ("early", jwt.ImmatureSignatureError),
        ("issuer", jwt.InvalidIssuerError),
        ("audience", jwt.InvalidAudienceError),
        ("key", jwt.InvalidSignatureError),
        ("unsigned", jwt.InvalidTokenError),
        ("garbled", jwt.InvalidSignatureError),
    ],
)
def test_a_forged_token_is_wrong_in_the_way_that_was_asked_for(kind: str, error: type[Exception]) -> None:
    signer = Signer(resource_id="resource", ids=Ids(1), wall=time.time)
    signer.issuer = "http://127.0.0.1:1"
    key = jwt.PyJWKSet.from_dict(signer.jwks()).keys[0]
    with pytest.raises(error):
        jwt.decode(signer.forged(kind), key, algorithms=["RS256"], audience="resource", issuer=signer.issuer)
    assert signer.forged("none") == ""
