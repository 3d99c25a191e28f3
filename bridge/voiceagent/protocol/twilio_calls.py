"""What Twilio signs and what it is told to do: the signature of its requests, and TwiML documents.

Every request of Twilio, also the handshake of a media stream, carries `X-Twilio-Signature`: HMAC-SHA1 with the account's auth
token over the address exactly as Twilio called it, followed by the form's members, sorted by name, each name and value with
nothing between. Public facts: twilio.com/docs/usage/security, twilio.com/docs/usage/webhooks/webhooks-security, and for
streams twilio.com/docs/global-infrastructure/firewall-configurations/media-streams-configuration.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape, quoteattr

from voiceagent.errors import RemoteProtocolError

SIGNATURE_HEADER = "x-twilio-signature"
Form = tuple[tuple[str, str], ...]
"""The members of a request in the order they came."""


def read_form(body: bytes) -> Form:
    """The members of a form. Raises RemoteProtocolError when it is none."""
    try:
        return tuple(parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=200))
    except ValueError:
        raise RemoteProtocolError("the body of a request of Twilio is not a form") from None


def member(form: Form, name: str) -> str:
    """The first member of that name, or ""."""
    return next((value for found, value in form if found == name), "")


def signature(auth_token: str, url: str, form: Iterable[tuple[str, str]] = ()) -> str:
    """What `X-Twilio-Signature` must be."""
    # A name that comes twice is signed once for each different value: how Twilio's own libraries do it.
    text = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def check_signature(given: str, *, auth_token: str, urls: Iterable[str], form: Form = ()) -> None:
    """Return if one of the addresses was signed with the token; raise RemoteProtocolError if none was."""
    for url in urls:
        if hmac.compare_digest(signature(auth_token, url, form).encode(), given.encode("utf-8", "replace")):
            return
    raise RemoteProtocolError("X-Twilio-Signature is missing" if not given else "X-Twilio-Signature does not match the request")


def stream_addresses(url: str) -> tuple[str, ...]:
    """How the address of a media stream may have been spelled when it was signed.

    wss is documented; libraries and proxies were seen to need https, and a slash at the end.
    """
    other = url.replace("ws", "http", 1)
    return (url, other, f"{url}/", f"{other}/")


# --- TwiML


def connect_stream(url: str, *, then: str) -> str:
    """Connect the call to a two-way media stream; when that ends, ask `then` what to do next."""
    return _response(f"<Connect action={quoteattr(then)}><Stream url={quoteattr(url)}/></Connect>")


def dial_number(number: str, *, caller_id: str, ring_seconds: int, then: str, progress: str) -> str:
    """Ring a number and connect the caller to it. `progress` hears how it goes; `then` is asked when it is over."""
    identity = f" callerId={quoteattr(caller_id)}" if caller_id else ""
    told = f'statusCallback={quoteattr(progress)} statusCallbackEvent="ringing answered completed"'
    noun = f"<Number {told}>{escape(number)}</Number>"
    # With answerOnBridge the caller hears the other phone ring, and a phone that is not answered costs no answered call.
    dial = f'<Dial action={quoteattr(then)} timeout="{ring_seconds}" answerOnBridge="true"{identity}>{noun}</Dial>'
    return _response(dial)


def redirect_number(number: str, *, ring_seconds: int) -> str:
    """Ring a number in place of ours: it sees who calls, and the call is answered when it answers; else it ends."""
    return _response(f'<Dial timeout="{ring_seconds}" answerOnBridge="true"><Number>{escape(number)}</Number></Dial>')


def reject(reason: str = "busy") -> str:
    """Turn the caller away before the call is answered: busy, or rejected (number not in service)."""
    return _response(f"<Reject reason={quoteattr(reason)}/>")


def hang_up() -> str:
    """End the call."""
    return _response("<Hangup/>")


def _response(verbs: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'
