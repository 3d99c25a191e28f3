"""The signatures of a call: HMAC of Azure Communication Services, and our own token for the addresses of a call.

Pure: the time is passed in, as Unix seconds. Nothing here checks JSON Web Tokens; that needs keys fetched from the service.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime

from voiceagent.errors import LocalProtocolError, RemoteProtocolError

SKEW_SECONDS = 300
"""How far a signed request's clock may be off. What the service allows is not documented; other Azure services use this."""

_AUTHORIZATION = re.compile(r"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=([A-Za-z0-9+/=]+)")


def sign_request(method: str, target: str, *, host: str, body: bytes, access_key: str, now: float) -> dict[str, str]:
    """The headers that sign a request. `target` is path and query exactly as sent, `access_key` the base64 key."""
    date = formatdate(now, usegmt=True)
    digest = _digest(body)
    signature = _signature(_key(access_key), method, target, date, host, digest)
    return {
        "x-ms-date": date,
        "x-ms-content-sha256": digest,
        "Authorization": f"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={signature}",
    }


def verify_request(
    method: str,
    target: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    access_key: str,
    now: float,
    skew_seconds: float = SKEW_SECONDS,
) -> None:
    """Return if the request was signed with the key; raise RemoteProtocolError with the reason if not.

    Accepts what the official SDKs really send: a host signed with or without a trailing slash, the host of `x-ms-host`, and a
    path whose colons were encoded or decoded by the HTTP client after signing.
    """
    plain = {name.lower(): value for name, value in headers.items()}
    given = _AUTHORIZATION.fullmatch(plain.get("authorization", ""))
    if given is None:
        raise RemoteProtocolError("the request carries no HMAC-SHA256 signature")
    date, digest = plain.get("x-ms-date", ""), plain.get("x-ms-content-sha256", "")
    if not hmac.compare_digest(digest.encode("utf-8", "replace"), _digest(body).encode()):
        raise RemoteProtocolError("x-ms-content-sha256 is not the hash of the body")
    if abs(_seconds(date) - now) > skew_seconds:
        raise RemoteProtocolError(f"x-ms-date is more than {skew_seconds:g} seconds off")
    key = _key(access_key)
    for host in _hosts(plain):
        for spelling in _spellings(target):
            expected = _signature(key, method, spelling, date, host, digest)
            if hmac.compare_digest(given[1].encode(), expected.encode()):
                return
    raise RemoteProtocolError("the signature does not match the request")


def _key(access_key: str) -> bytes:
    try:
        return base64.b64decode(access_key, validate=True)
    except (binascii.Error, ValueError):
        raise LocalProtocolError("the access key of the resource is not base64 text") from None


def is_access_key(text: str) -> bool:
    """Whether requests can be signed with it: the service's access keys are base64 text."""
    try:
        return bool(_key(text))
    except LocalProtocolError:
        return False


def _digest(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def _signature(key: bytes, method: str, target: str, date: str, host: str, digest: str) -> str:
    text = f"{method.upper()}\n{target}\n{date};{host};{digest}"
    return base64.b64encode(hmac.digest(key, text.encode("utf-8", "replace"), "sha256")).decode()


def _seconds(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError, TypeError, IndexError):
        raise RemoteProtocolError("x-ms-date is not a date") from None


def _hosts(headers: Mapping[str, str]) -> Iterator[str]:
    for name in ("x-ms-host", "host"):
        host = headers.get(name, "").rstrip("/")
        if host:
            yield host
            yield host + "/"


def _spellings(target: str) -> Iterator[str]:
    """The target as received, and as it may have been signed before a client normalised the colons of its last segment."""
    path, question, query = target.partition("?")
    yield target
    head, slash, last = path.rpartition("/")
    decoded = re.sub("%3[Aa]", ":", last)
    for spelled in (decoded.replace(":", "%3A"), decoded):
        if spelled != last:
            yield head + slash + spelled + question + query


# --- our own token


@dataclass(frozen=True, slots=True)
class CallToken:
    """What a valid token says: which attempt at the call it belongs to (`generation`) and until when it holds."""

    generation: int
    expires_at: int
    key_id: str


_TOKEN = re.compile(r"(\d{1,9})\.(\d{1,12})\.([0-9a-f]{8})\.([A-Za-z0-9_-]{43})")


def make_call_token(secret: bytes | str, call_id: str, generation: int, expires_at: float) -> str:
    """A token for the addresses of one call, safe inside a path. It tells nothing about the secret or the call."""
    key = _secret(secret)
    expiry, key_id = int(expires_at), key_id_of(secret)
    return f"{generation}.{expiry}.{key_id}.{_token_signature(key, call_id, generation, expiry, key_id)}"


def check_call_token(secret: bytes | str, call_id: str, token: str, now: float) -> CallToken:
    """What the token says, if it is ours, for this call and still holds; raise RemoteProtocolError with the reason if not."""
    parts = _TOKEN.fullmatch(token) if token.isascii() else None
    if parts is None:
        raise RemoteProtocolError("the call token is malformed")
    generation, expiry, key_id = int(parts[1]), int(parts[2]), parts[3]
    expected = _token_signature(_secret(secret), call_id, generation, expiry, key_id)
    # Signature first: a stranger learns nothing from the other reasons.
    if not hmac.compare_digest(expected.encode(), parts[4].encode()):
        raise RemoteProtocolError("the call token was not made for this call by this server")
    if key_id != key_id_of(secret):
        raise RemoteProtocolError("the call token was made with another key")
    if now >= expiry:
        raise RemoteProtocolError("the call token has expired")
    return CallToken(generation, expiry, key_id)


def key_id_of(secret: bytes | str) -> str:
    """Names a secret without telling it, so that two may be in use while one replaces the other."""
    return hmac.digest(_secret(secret), b"voiceagent key id", "sha256").hex()[:8]


def _secret(secret: bytes | str) -> bytes:
    key = secret.encode() if isinstance(secret, str) else secret
    if not key:
        raise LocalProtocolError("a call token needs a secret, and it is empty")
    return key


def _token_signature(key: bytes, call_id: str, generation: int, expiry: int, key_id: str) -> str:
    text = f"voiceagent call token\n{call_id}\n{generation}\n{expiry}\n{key_id}"
    return base64.urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")).decode().rstrip("=")
