"""Whether this machine's clock agrees with the services': their Date headers tell.

Signed requests and tokens hold minutes only, so a clock that is off shows as keys and tokens that nobody accepts: this stands
before all of them.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from voiceagent.doctor.addresses import endpoints
from voiceagent.doctor.finding import Cause, Found, fine, skipped
from voiceagent.doctor.surroundings import Surroundings

TOLERATED_SECONDS = 60.0  # our own leeway for the tokens of the media socket
REFUSED_SECONDS = 300.0  # the documented life of a callback's token; ACS's window for signed requests is not documented

CLOCK_OFF = Cause(
    "clock_off",
    "failed",
    "the clock of this machine is {off} {way} {host}'s: signed requests and tokens are refused",
    "set the clock, and let it be kept: `timedatectl set-ntp true`, or the date settings of the system",
)
CLOCK_DRIFTS = Cause(
    "clock_drifts",
    "warning",
    "the clock of this machine is {off} {way} {host}'s",
    "let it be kept by NTP: from five minutes on, signed requests and tokens are refused",
)


async def clock(around: Surroundings) -> Found:
    """The services' clocks, of whichever answers; the one that differs least is believed."""
    urls = endpoints(around.settings)
    if not urls:
        return skipped("no service is in the settings whose clock could be asked")
    offsets = []
    for url, answer in zip(urls, await asyncio.gather(*map(around.reach, urls)), strict=True):
        if answer.date is not None:
            offsets.append((around.wall() - answer.date - answer.round_trip_ms / 2000, urlsplit(url).hostname or url))
    if not offsets:
        return skipped("no service told its time")
    off, host = min(offsets, key=lambda one: abs(one[0]))
    facts = {"off": _told(abs(off)), "way": "ahead of" if off > 0 else "behind", "host": host}
    if abs(off) >= REFUSED_SECONDS:
        return CLOCK_OFF.found(**facts)
    if abs(off) > TOLERATED_SECONDS:
        return CLOCK_DRIFTS.found(**facts)
    return fine(f"agrees with {host}'s to {max(1.0, abs(off)):.0f} s")


def _told(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} s"
