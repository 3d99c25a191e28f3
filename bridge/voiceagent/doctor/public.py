"""The public address, asked from outside the way Azure will ask: name, certificate, handshake, WebSocket."""

from __future__ import annotations

import asyncio
import socket
import ssl
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voiceagent.doctor.addresses import acs_address
from voiceagent.doctor.finding import Cause, Found, fine, skipped
from voiceagent.doctor.surroundings import Surroundings, reason
from voiceagent.errors import UserError
from voiceagent.loopback import on_this_machine

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings

EXPIRES_SOON_DAYS = 14
TLS_SECONDS = 10.0

NO_ADDRESS = Cause(
    "no_public_url",
    "failed",
    "{service} has no way to reach this bridge: bridge.public_url is empty",
    "let `serve` open a tunnel (`--tunnel`), or set VOICEAGENT_PUBLIC_URL to an https address that leads to the port",
    "voiceagent serve --tunnel auto",
)
NO_TUNNEL = Cause("tunnel_not_set_up", "failed", "{told}", "{remedy}")
NOT_HTTPS = Cause(
    "public_url_not_https",
    "failed",
    "bridge.public_url ({place}) is {scheme}, and telephony services use https alone",
    "give the https address of whatever stands before the port",
)
NO_HOST = Cause(
    "public_host_unknown",
    "failed",
    "there is no host {host}: the address of a tunnel that has ended?",
    "start the tunnel again and set VOICEAGENT_PUBLIC_URL to its present address, or let `serve --tunnel` keep it",
    "voiceagent serve --tunnel auto",
)
SET_BUT_DEAD = Cause(
    "set_address_dead",
    "warning",
    "bridge.public_url ({place}) leads to no bridge: {why}; calls come to {running}, where the bridge that runs is reached",
    "remove VOICEAGENT_PUBLIC_URL, or set it to an address that holds: `serve` without a tunnel and `provision apply` go by it",
    "voiceagent config show",
)
NOBODY = Cause(
    "public_unreachable",
    "failed",
    "{told}",
    "{remedy}",
    "voiceagent serve",
)
EXPIRED = Cause(
    "certificate_expired",
    "failed",
    "the certificate of {host} has expired",
    "renew it: Azure calls nobody under an expired one",
)
UNTRUSTED = Cause(
    "certificate_untrusted",
    "failed",
    "the certificate of {host} cannot be accepted: {why}",
    "use one of a public authority, with its whole chain: Event Grid and ACS refuse self-signed ones",
)
OTHER_NAME = Cause(
    "certificate_other_name", "failed", "the certificate of {host} is for another name", "use one that names {host}"
)
EXPIRES = Cause(
    "certificate_expires",
    "warning",
    "the certificate of {host} expires in {days} days",
    "renew it before: from that moment on no call comes",
)
HANDSHAKE = Cause("handshake_not_answered", "failed", "{told}", "{remedy}")
SECRET = Cause("public_secret_differs", "failed", "{told}", "{remedy}")
MEDIA = Cause("media_upgrade_lost", "failed", "{told}", "{remedy}")
FAR = Cause(
    "public_round_trip",
    "warning",
    "a request to {host} and back takes {ms} ms",
    "take a tunnel or a region nearer by: the caller waits this long, in both directions, for every word",
)
FAR_MS = 300.0
RELAYS = ".servicebus.windows.net"


def address(around: Surroundings) -> Found:
    """Whether there is an address at all."""
    settings = around.settings
    acs = acs_address(settings)
    if acs is None and not settings.twilio.account_sid:
        return skipped("not needed while the phone is emulated")
    url = around.public_url
    if not url and settings.acs.emulator_url:
        return skipped("not needed: the phone is on this machine")
    if not url:
        return _tunnel(settings, "ACS" if acs is not None else "Twilio")
    parts = urlsplit(url)
    if parts.scheme != "https" and not on_this_machine(url):
        return NOT_HTTPS.found(place=around.place("bridge.public_url"), scheme=parts.scheme)
    mine = url == settings.bridge.public_url.rstrip("/")
    return fine(f"{url} ({around.place('bridge.public_url') if mine else 'of the bridge that runs'})")


async def set_address(around: Surroundings) -> Found:
    """Whether the settings hold an address of yesterday's beside the one that the running bridge has of its tunnel."""
    given = around.settings.bridge.public_url.rstrip("/")
    if not given:
        return skipped("bridge.public_url is empty")
    if given == around.public_url:
        return skipped("bridge.public_url is the address that is looked at here")
    from voiceagent.protocol.public_address import PublicAddress
    from voiceagent.tunnels.probe import round_trip

    answer = await round_trip(PublicAddress(given))
    if not answer.ok:
        return SET_BUT_DEAD.found(place=around.place("bridge.public_url"), why=answer.sentence, running=around.public_url)
    return fine(f"a bridge answers at {given}, too ({around.place('bridge.public_url')})")


def _tunnel(settings: Settings, service: str) -> Found:
    """No address yet: whether `serve` would open a tunnel."""
    from voiceagent.tunnels.choice import choose

    try:
        choice = choose(settings, real_phone=True)
    except UserError as error:
        wanted = settings.bridge.tunnel
        named = NO_TUNNEL.found(told=error, remedy=error.remedy)
        return NO_ADDRESS.found(service=service) if wanted == "auto" else named
    if choice is None:
        return NO_ADDRESS.found(service=service)
    return skipped(f"`serve` opens a tunnel ({choice.name}), and does not run now", "look again while it runs")


async def certificate(around: Surroundings) -> Found:
    """The certificate as a stranger sees it, and until when it holds."""
    parts = urlsplit(around.public_url)
    if parts.scheme != "https":
        return skipped("http on this machine has none")
    host, port = parts.hostname or "", parts.port or 443
    try:
        found = await _peer_certificate(host, port)
    except socket.gaierror:
        return NO_HOST.found(host=host)
    except ssl.SSLCertVerificationError as error:
        why = reason(error)
        cause = EXPIRED if "expired" in why else OTHER_NAME if "another name" in why else UNTRUSTED
        return cause.found(host=host, why=why)
    except (OSError, TimeoutError) as error:
        return NOBODY.found(told=f"{host}:{port} cannot be reached: {reason(error)}", remedy="is the tunnel or the ingress up?")
    ends = parsedate_to_datetime(str(found["notAfter"])).timestamp() if found.get("notAfter") else None
    if ends is None:
        return fine("accepted")
    days = (ends - around.wall()) / 86_400
    if days < EXPIRES_SOON_DAYS:
        return EXPIRES.found(host=host, days=f"{days:.0f}")
    return fine(f"accepted, holds {days:.0f} days more")


async def _peer_certificate(host: str, port: int) -> dict[str, Any]:
    async with asyncio.timeout(TLS_SECONDS):
        _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context(), server_hostname=host)
    try:
        found: dict[str, Any] = writer.get_extra_info("peercert") or {}
        return found
    finally:
        writer.close()


async def reachable(around: Surroundings) -> Found:
    """Whether it leads to a bridge, through whatever stands between."""
    answer = await _probed(around)
    if answer.round_trip_ms is None:
        host = urlsplit(around.public_url).hostname
        if "name or service not known" in answer.sentence.lower() or "nodename" in answer.sentence.lower():
            return NO_HOST.found(host=host)
        return NOBODY.found(told=answer.sentence, remedy=answer.remedy)
    if answer.round_trip_ms > FAR_MS:
        return FAR.found(host=urlsplit(answer.url).hostname, ms=f"{answer.round_trip_ms:.0f}")
    return fine(f"a bridge answers; {answer.round_trip_ms:.0f} ms there and back")


async def handshake(around: Surroundings) -> Found:
    """Whether Event Grid's question is answered as it must be."""
    answer = await _probed(around)
    if answer.handshake == "failed":
        cause = SECRET if "secret" in answer.sentence else HANDSHAKE
        return cause.found(told=answer.sentence, remedy=answer.remedy)
    return fine(
        "answered with the code" if answer.handshake == "answered" else "guarded by the event secret, which is not set here"
    )


async def media(around: Surroundings) -> Found:
    """Whether a WebSocket comes through."""
    if (urlsplit(around.public_url).hostname or "").endswith(RELAYS):
        return skipped("a relay takes WebSockets at another address, which only the bridge that listens there knows")
    answer = await _probed(around)
    if answer.media == "failed":
        return MEDIA.found(told=answer.sentence, remedy=answer.remedy)
    return fine("the WebSocket reaches the bridge, which asks for its token")


async def _probed(around: Surroundings) -> Any:
    if "reached" not in around.notes:
        from voiceagent.tunnels.probe import probe

        secret = str.__str__(around.settings.acs.event_secret)
        around.notes["reached"] = await probe(around.public_url, secret=secret)
    return around.notes["reached"]
