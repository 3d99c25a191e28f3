"""Tokens and events that a forger would send: each right in all but one thing. Nothing here opens anything that is guarded."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

ISSUER = "https://acscallautomation.communication.azure.com"
AUDIENCE = "00000000-0000-0000-0000-000000000000"
"""No resource has it; a deployment that takes it takes everybody's."""

HOUR = 3600.0
DAY = 24 * HOUR


def unsigned(now: float) -> str:
    """`alg: none`: the oldest trick."""
    import jwt

    return jwt.encode(_claims(now), "", algorithm="none")


def shared_key(now: float) -> str:
    """HS256, for a verifier that takes the algorithm from the token."""
    import jwt

    return jwt.encode(_claims(now), "k" * 32, algorithm="HS256", headers={"kid": "1"})


def own_key(now: float) -> str:
    """RS256, by a key that nobody publishes."""
    return _signed(_claims(now))


def expired(now: float) -> str:
    """The same, a day late."""
    return _signed(_claims(now - DAY))


def other_audience(now: float) -> str:
    """For another resource."""
    return _signed({**_claims(now), "aud": "11111111-1111-1111-1111-111111111111"})


def other_issuer(now: float) -> str:
    """By somebody else."""
    return _signed({**_claims(now), "iss": "https://example.com"})


def garbled(_: float) -> str:
    """No token at all."""
    return "eyJhbGciOiJSUzI1NiJ9.garbled.garbled"


TOKENS: dict[str, Callable[[float], str]] = {
    "unsigned": unsigned,
    "signed with a shared key": shared_key,
    "signed by a key nobody publishes": own_key,
    "expired": expired,
    "for another resource": other_audience,
    "of another issuer": other_issuer,
    "garbled": garbled,
}


def incoming_call() -> bytes:
    """An announcement of a call that nobody makes: it holds no number, and a context that answers nothing."""
    data = {
        "to": {"kind": "unknown", "rawId": "probe"},
        "from": {"kind": "unknown", "rawId": "probe"},
        "serverCallId": "probe",
        "callerDisplayName": "",
        "incomingCallContext": "probe",
        "correlationId": "probe",
    }
    return _event("Microsoft.Communication.IncomingCall", data)


def validation(code: str) -> bytes:
    """Event Grid's question, asked by somebody else."""
    return _event("Microsoft.EventGrid.SubscriptionValidationEvent", {"validationCode": code})


def callback() -> bytes:
    """A report that a call was connected."""
    data = {"callConnectionId": "probe", "serverCallId": "probe", "correlationId": "probe"}
    return json.dumps(
        [
            {
                "id": "probe",
                "source": "probe",
                "type": "Microsoft.Communication.CallConnected",
                "data": data,
                "specversion": "1.0",
            }
        ]
    ).encode()


def _event(kind: str, data: dict[str, Any]) -> bytes:
    event = {"id": "probe", "topic": "/probe", "subject": "", "data": data, "eventType": kind, "dataVersion": "1.0"}
    # A time long past: whoever lets it in takes it for a call that has ended, and rings nobody.
    return json.dumps([{**event, "metadataVersion": "1", "eventTime": "2020-01-01T00:00:00Z"}]).encode()


def _claims(now: float) -> dict[str, Any]:
    return {"iss": ISSUER, "aud": AUDIENCE, "iat": int(now), "nbf": int(now), "exp": int(now + HOUR), "jti": "probe"}


def _signed(claims: dict[str, Any]) -> str:
    import jwt
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    return jwt.encode(claims, generate_private_key(65537, 2048), algorithm="RS256", headers={"kid": "probe"})
