"""Whether a bridge can be reached under its public address, asked the way the telephony service will ask.

Three questions from outside: is somebody there (and how long is the way), does Event Grid's handshake come through, and does a
WebSocket handshake. The last one has no token, so a bridge refuses it, with a status that it gives to WebSockets alone: that
the refusal is the bridge's own shows that what stands between does not swallow the upgrade.
"""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from voiceagent.loopback import on_this_machine
from voiceagent.protocol.public_address import PublicAddress

if TYPE_CHECKING:
    import httpx

SECRET_HEADER = "x-voiceagent-secret"  # noqa: S105  the header's name
PATIENCE_SECONDS = 10.0
"""Event Grid waits 30 s, but a caller does not: what takes this long is as good as gone."""
ROUNDS = 3
"""Round trips that are measured, after one that opens the connection."""
MEDIA_PATH = "/media/probe/probe"
VALIDATION_CODE = "11111111-2222-3333-4444-555555555555"
"""Echoed by whoever takes Event Grid's events. Nothing comes of it: no Event Grid waits for this code."""

Handshake = Literal["answered", "guarded", "failed"]
"""`guarded`: our bridge is there and wants its event secret, which was not shown."""
Upgrade = Literal["reached", "failed"]


@dataclass(frozen=True, slots=True)
class Reached:
    """What came of it. `sentence` is "" when all is well, else what is wrong first; `remedy` what to do about it."""

    url: str
    round_trip_ms: float | None = None
    handshake: Handshake = "failed"
    media: Upgrade = "failed"
    sentence: str = ""
    remedy: str = ""

    @property
    def ok(self) -> bool:
        """Whether calls can come and have sound."""
        return not self.sentence


class _Unreached(Exception):
    """The sentence and the remedy."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.remedy = remedy


async def probe(where: str | PublicAddress, *, secret: str = "", now: Callable[[], float] = time.monotonic) -> Reached:
    """Ask all three questions. Never raises for a network that fails: that is an answer. `secret` is `acs.event_secret`."""
    address = PublicAddress(where.rstrip("/")) if isinstance(where, str) else where
    found: dict[str, Any] = {}
    try:
        async with _client(address.url) as http:
            found["round_trip_ms"] = await _round_trip(http, address, now)
            found["handshake"] = await _handshake(http, address, secret)
            found["media"] = await _media(http, address)
    except _Unreached as why:
        return Reached(address.url, **found, sentence=str(why), remedy=why.remedy)
    return Reached(address.url, **found)


async def round_trip(address: PublicAddress, *, now: Callable[[], float] = time.monotonic) -> Reached:
    """Only whether the bridge is there, and how long the way is: what the watch over a tunnel asks every few seconds."""
    try:
        async with _client(address.url) as http:
            return Reached(address.url, round_trip_ms=await _round_trip(http, address, now))
    except _Unreached as why:
        return Reached(address.url, sentence=str(why), remedy=why.remedy)


@contextlib.asynccontextmanager
async def _client(url: str) -> AsyncIterator[httpx.AsyncClient]:
    import httpx

    tls = not url.startswith("http:")  # reading the authorities takes 30 ms
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=not on_this_machine(url), verify=tls) as http:
        yield http


async def _round_trip(http: httpx.AsyncClient, address: PublicAddress, now: Callable[[], float]) -> float:
    _check_health(await _ask(http, address, "GET", "/healthz"), address)
    took = []
    for _ in range(ROUNDS):
        began = now()
        _check_health(await _ask(http, address, "GET", "/healthz"), address)
        took.append(now() - began)
    return round(median(took) * 1000, 1)


def _check_health(answer: httpx.Response, address: PublicAddress) -> None:
    with contextlib.suppress(ValueError):
        if answer.status_code == 200 and answer.json() == {"ok": True}:
            return
    kind = answer.headers.get("content-type", "")
    if answer.is_redirect:
        sentence, remedy = f"leads on to {answer.headers.get('location', 'elsewhere')}", "give the address it leads to"
    elif answer.status_code in (502, 503, 504):
        sentence = f"answers {answer.status_code}: the tunnel or ingress is there, and nothing behind it"
        remedy = "start the bridge (`voiceagent serve`), or the program that keeps the tunnel"
    elif "html" in kind:
        sentence = f"answers {answer.status_code} with a web page: a page of the tunnel's, a login, or another program"
        remedy = "allow anonymous access to the tunnel, and no page before it"
    else:
        sentence, remedy = f"answers {answer.status_code} where a bridge answers 200", "is it the address of this bridge?"
    raise _Unreached(f"{address.url}/healthz {sentence}", remedy)


async def _handshake(http: httpx.AsyncClient, address: PublicAddress, secret: str) -> Handshake:
    event = {
        "id": "probe",
        "topic": "/probe",
        "subject": "",
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": "2026-01-01T00:00:00Z",
        "dataVersion": "1",
        "metadataVersion": "1",
        "data": {"validationCode": VALIDATION_CODE},
    }
    headers = {"aeg-event-type": "SubscriptionValidation"} | ({SECRET_HEADER: secret} if secret else {})
    answer = await _ask(http, address, "POST", "/events", json=[event], headers=headers)
    with contextlib.suppress(ValueError):
        if answer.status_code == 200 and answer.json().get("validationResponse") == VALIDATION_CODE:
            return "answered"
    if answer.status_code == 401 and not secret:
        return "guarded"
    if answer.status_code == 401:
        raise _Unreached(
            f"{address.url}/events refuses the event secret that is set here (401)",
            "set the same VOICEAGENT_EVENT_SECRET where the bridge runs and here",
        )
    raise _Unreached(
        f"{address.url}/events does not answer Event Grid's handshake: status {answer.status_code}",
        "let POST requests through unchanged; nothing may ask for a login before them",
    )


async def _media(http: httpx.AsyncClient, address: PublicAddress) -> Upgrade:
    """The bridge answers 403 to a WebSocket without its token, and 404 to a plain request for the same path."""
    upgrade = await _upgrade(address.ws(MEDIA_PATH))
    if upgrade in (401, 403):
        plain = await _ask(http, address, "GET", MEDIA_PATH)
        if plain.status_code != upgrade:
            return "reached"
    raise _Unreached(
        f"a WebSocket does not come through {address.url}: its handshake ends with {upgrade or 'no answer'}",
        "switch WebSockets on in what stands between; without them callers are answered and hear nothing",
    )


async def _upgrade(url: str) -> int:
    """The status that a WebSocket handshake gets; 0 for none."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidHandshake, InvalidStatus

    options: dict[str, Any] = {"open_timeout": PATIENCE_SECONDS, "close_timeout": 1}
    if on_this_machine(url):
        options["proxy"] = None
    try:
        async with connect(url, **options):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code
    except (OSError, InvalidHandshake, EOFError, TimeoutError):
        return 0


async def _ask(http: httpx.AsyncClient, address: PublicAddress, method: str, path: str, **more: Any) -> httpx.Response:
    import httpx

    try:
        return await http.request(method, address.http(path), **more)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise _why(address.url, error) from error


def _why(url: str, error: Exception) -> _Unreached:
    """What the network said, for people."""
    import httpx

    causes, cause = [error], error.__cause__ or error.__context__
    while isinstance(cause, Exception) and len(causes) < 10:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in causes) or "CERTIFICATE_VERIFY" in str(error):
        return _Unreached(
            f"the certificate of {url} is not valid: {error}", "use one of a public authority; Azure refuses self-signed ones"
        )
    if isinstance(error, httpx.TimeoutException):
        return _Unreached(
            f"{url} did not answer within {PATIENCE_SECONDS:g} s", "is the tunnel or ingress up, and the port open?"
        )
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return _Unreached(f"{url} is no address", "give it as https://NAME")
    return _Unreached(f"{url} cannot be reached: {str(error) or type(error).__name__}", "is the tunnel up, and the name right?")
