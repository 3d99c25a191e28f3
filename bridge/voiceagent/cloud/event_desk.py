"""Event subscriptions by hand: ours pointed to a bridge that proved reachable."""

from __future__ import annotations

from voiceagent.cloud.handshake import proved
from voiceagent.cloud.make import Site
from voiceagent.cloud.names import names_of
from voiceagent.cloud.pointing import open_pointing, why_none
from voiceagent.cloud.subscriptions import incoming
from voiceagent.errors import UserError


async def point(site: Site) -> str:
    """Have calls announced to the bridge at the site's address; returns where they were before, or "".

    UserError when there is nothing to point, RemoteError when the bridge cannot be reached or does not consent.
    """
    azure = site.azure
    settings = azure.settings
    secret, number = str.__str__(settings.acs.event_secret), str.__str__(settings.acs.phone_number)
    await proved(incoming(settings, names_of(settings.cloud), url=site.url, secret=secret, number=number), site.probe)
    pointing = await open_pointing(settings)
    if pointing is None:
        raise UserError(why_none(settings), remedy="`voiceagent provision apply` makes what is missing")
    try:
        before = pointing.url
        await pointing.point(site.url)
        return before
    finally:
        await pointing.close()
