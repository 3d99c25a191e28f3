"""What a stranger and a forger are told at the public surfaces of a deployment: `doctor --security URL`.

Every attempt must be turned away. One that is let in is a failure; one that breaks the server is a warning; a surface that is
not there is fine. The addresses are those of this bridge; another app's surfaces under other paths are not found by it.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
import time
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voiceagent.doctor import forgery
from voiceagent.doctor.finding import Cause, Checked, Found, fine, skipped
from voiceagent.doctor.surroundings import reason
from voiceagent.loopback import on_this_machine

if TYPE_CHECKING:
    import httpx

PATIENCE_SECONDS = 10.0
NOT_FOUND = 404
OVERSIZED = 3 * 1024 * 1024
"""Three times what the bridge reads: Event Grid's largest batch is 1 MB."""

UNREACHABLE = Cause(
    "deployment_unreachable", "failed", "{host} cannot be reached: {why}", "give the https address of the bridge"
)
LET_IN = Cause("let_in", "failed", "let in: {what} ({status})", "{remedy}")
BROKE = Cause(
    "server_broke", "warning", "the server broke over it ({status})", "look at its log: what breaks it can be sent on purpose"
)
SHOWN = Cause(
    "private_shown",
    "failed",
    "{what} can be seen from outside ({status})",
    "let the tunnel or ingress lead to the bridge's public port alone: the workbench and the emulators are for this machine",
)
OLD_TLS = Cause("tls_too_old", "failed", "{version} is accepted", "require TLS 1.2 at least where TLS ends")
PLAIN = Cause(
    "plain_http", "failed", "http without TLS is accepted", "redirect it or close it: tokens would be read on the way"
)
SWALLOWED = Cause(
    "oversized_taken",
    "failed",
    "a body of 3 MB was read to its end and taken ({status})",
    "bound what is read before it is verified",
)

SECRET_REMEDY = "set VOICEAGENT_EVENT_SECRET, and the same as delivery header x-voiceagent-secret of the subscription"  # noqa: S105
TOKEN_REMEDY = "leave bridge.verification at `required`, and set ACS_AUDIENCE"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Visit:
    """Where the attempts go."""

    base: str
    http: httpx.AsyncClient
    now: float

    @property
    def host(self) -> str:
        """The name alone, without a port."""
        return urlsplit(self.base).hostname or ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that a stranger tries; `tries` is for the reference."""

    name: str
    tries: str
    make: Callable[[Visit], Awaitable[Found]]


async def knock_everywhere(url: str, *, tell: Callable[[Checked], None] = lambda _: None) -> list[Checked]:
    """Make all attempts. When nobody is reached the first one fails and the others are skipped."""
    import httpx

    base = url.rstrip("/") if "://" in url else f"https://{url.rstrip('/')}"
    checked: list[Checked] = []
    absent: Found | None = None
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=not on_this_machine(base), follow_redirects=False) as http:
        visit = Visit(base, http, time.time())
        for number, attempt in enumerate(ATTEMPTS, start=1):
            try:
                found = absent or await attempt.make(visit)
            except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
                found = (
                    UNREACHABLE.found(host=visit.host, why=reason(error)) if number == 1 else fine(f"cut off: {reason(error)}")
                )
                absent = skipped("nobody was reached") if number == 1 else None
            one = Checked(number, attempt.name, found.status, found.detail, found.remedy, found.next_command, found.code)
            checked.append(one)
            tell(one)
    return checked


def judged(status: int, what: str, remedy: str) -> Found:
    """What an answer to somebody without proof means."""
    if 200 <= status < 300 or status == 101:
        return LET_IN.found(what=what, status=status, remedy=remedy)
    if status >= 500 and status != 503:
        return BROKE.found(status=status)
    return fine("there is no such address (404)" if status == 404 else f"turned away ({status})")


# --- the surfaces


async def alive(visit: Visit) -> Found:
    """Somebody must be there, or every refusal below would mean nothing."""
    answer = await visit.http.get(f"{visit.base}/healthz")
    return fine(f"answers {answer.status_code}")


def posting(
    path: str, body: Callable[[], bytes], headers: dict[str, str], *, what: str, remedy: str
) -> Callable[..., Awaitable[Found]]:
    """An attempt that posts; `what` was let in when it is taken."""

    async def make(visit: Visit) -> Found:
        told = {"content-type": "application/json", **headers}
        answer = await visit.http.post(f"{visit.base}{path}", content=body(), headers=told)
        return judged(answer.status_code, what, remedy)

    return make


def with_token(path: str, token: str) -> Callable[..., Awaitable[Found]]:
    """A callback with a forged token."""

    async def make(visit: Visit) -> Found:
        headers = {"content-type": "application/json", "authorization": f"Bearer {forgery.TOKENS[token](visit.now)}"}
        answer = await visit.http.post(f"{visit.base}{path}", content=forgery.callback(), headers=headers)
        return judged(answer.status_code, f"a callback with a token that is {token}", TOKEN_REMEDY)

    return make


def opening(path: str, token: str = "") -> Callable[..., Awaitable[Found]]:
    """A media socket without a token, or with a forged one."""

    async def make(visit: Visit) -> Found:
        from websockets.asyncio.client import connect
        from websockets.exceptions import InvalidStatus

        headers = {"x-ms-call-connection-id": "probe"}
        if token:
            headers["authorization"] = f"Bearer {forgery.TOKENS[token](visit.now)}"
        address = f"{visit.base.replace('http', 'ws', 1)}{path}"
        direct: dict[str, Any] = {"proxy": None} if on_this_machine(visit.base) else {}
        try:
            async with connect(address, additional_headers=headers, open_timeout=PATIENCE_SECONDS, **direct):
                return judged(101, "a media socket of a stranger", TOKEN_REMEDY)
        except InvalidStatus as refused:
            return judged(refused.response.status_code, "", "")

    return make


async def handshake(visit: Visit) -> Found:
    """Whether a stranger's question gets the code that would subscribe this bridge to events of anybody's."""
    code = secrets.token_hex(8)
    headers = {"content-type": "application/json", "aeg-event-type": "SubscriptionValidation"}
    answer = await visit.http.post(f"{visit.base}/events", content=forgery.validation(code), headers=headers)
    if code in answer.text:
        return LET_IN.found(what="anybody may subscribe this bridge to events", status=answer.status_code, remedy=SECRET_REMEDY)
    return judged(answer.status_code, "Event Grid's question from a stranger", SECRET_REMEDY)


async def oversized(visit: Visit) -> Found:
    """Whether a body without proof is read to its end: memory that anybody can fill."""
    answer = await visit.http.post(f"{visit.base}/events", content=b"[" + b" " * OVERSIZED + b"]")
    if 200 <= answer.status_code < 300:
        return SWALLOWED.found(status=answer.status_code)
    return judged(answer.status_code, "", "")


def private(path: str, what: str) -> Callable[..., Awaitable[Found]]:
    """Something that is for this machine alone."""

    async def make(visit: Visit) -> Found:
        answer = await visit.http.get(f"{visit.base}{path}")
        guarded = answer.status_code in (401, 403) and await _nowhere(visit) == NOT_FOUND
        if (answer.status_code < 400 and not answer.is_redirect) or guarded:
            return SHOWN.found(what=what, status=answer.status_code)
        return judged(answer.status_code, what, "")

    return make


async def _nowhere(visit: Visit) -> int:
    """What an address gets that nobody serves: where all are refused alike, a refusal shows nothing."""
    return (await visit.http.get(f"{visit.base}/{secrets.token_hex(8)}")).status_code


async def plain_http(visit: Visit) -> Found:
    """Whether the same can be had without TLS; a redirect or a refusal is fine."""
    if on_this_machine(visit.base):
        return skipped("this machine needs no TLS")
    address = f"http://{visit.host}/events"
    answer = await visit.http.post(address, content=forgery.incoming_call())
    return PLAIN.found() if 200 <= answer.status_code < 300 or answer.status_code in (400, 401, 413) else fine("not accepted")


async def old_tls(visit: Visit) -> Found:
    """Whether TLS before 1.2 is spoken."""
    parts = urlsplit(visit.base)
    if parts.scheme != "https":
        return skipped("no TLS here") if on_this_machine(visit.base) else PLAIN.found()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # which version is spoken is all that is asked
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():  # that these versions are old is why they are tried
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or 443, ssl=context)
    except (ssl.SSLError, OSError, TimeoutError):
        return fine("older versions than TLS 1.2 are refused")
    version = writer.get_extra_info("ssl_object").version()
    writer.close()
    return OLD_TLS.found(version=version)


CALLBACKS, MEDIA = "/callbacks/probe/probe", "/media/probe/probe"
WRONG = {"x-voiceagent-secret": "wrong"}

ATTEMPTS: tuple[Attempt, ...] = (
    Attempt("somebody is there", "GET /healthz", alive),
    Attempt(
        "events without secret",
        "POST /events, a call announced by a stranger",
        posting("/events", forgery.incoming_call, {}, what="anybody can announce calls", remedy=SECRET_REMEDY),
    ),
    Attempt(
        "events with a wrong secret",
        "the same with another secret",
        posting("/events", forgery.incoming_call, WRONG, what="a wrong secret announces calls", remedy=SECRET_REMEDY),
    ),
    Attempt("handshake of a stranger", "POST /events, Event Grid's question without the secret", handshake),
    Attempt(
        "callback without token",
        f"POST {CALLBACKS}, nothing shown",
        posting(CALLBACKS, forgery.callback, {}, what="a callback without a token", remedy=TOKEN_REMEDY),
    ),
    *(
        Attempt(f"callback {token}", f"POST {CALLBACKS}, with a token that is {token}", with_token(CALLBACKS, token))
        for token in forgery.TOKENS
    ),
    Attempt("media without token", f"WebSocket {MEDIA}, nothing shown", opening(MEDIA)),
    *(
        Attempt(f"media {token}", f"WebSocket {MEDIA}, with a token that is {token}", opening(MEDIA, token))
        for token in forgery.TOKENS
    ),
    Attempt(
        "Twilio without signature",
        "POST /twilio/voice, unsigned",
        posting(
            "/twilio/voice",
            lambda: b"CallSid=probe",
            {},
            what="an unsigned request of Twilio's",
            remedy="set TWILIO_AUTH_TOKEN",
        ),
    ),
    Attempt("oversized body", "POST /events, 3 MB", oversized),
    Attempt("workbench", "GET /", private("/", "a page")),
    Attempt("reports", "GET /api/calls", private("/api/calls", "the list of calls")),
    Attempt("live feed", "GET /api/feed", private("/api/feed", "the live feed")),
    Attempt("emulator", "GET /emulator/calls", private("/emulator/calls", "an emulator's own addresses")),
    Attempt("faults", "GET /emulator/faults", private("/emulator/faults", "an emulator's faults")),
    Attempt("files", "GET /%2e%2e/.env", private("/%2e%2e/.env", "a file of the project")),
    Attempt("captures", "GET /captures/", private("/captures/", "the captures")),
    Attempt("plain http", "POST http://HOST/events", plain_http),
    Attempt("TLS version", "a handshake with TLS 1.0 and 1.1 alone", old_tls),
)
