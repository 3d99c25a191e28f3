"""Who asks: whose token Entra gives to this machine, read without ever showing it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voiceagent.doctor.addresses import engine_url
from voiceagent.doctor.finding import Cause, Found, fine, skipped
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.errors import UserError
from voiceagent.loopback import on_this_machine

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings

SOON_SECONDS = 300.0

NOT_SIGNED_IN = Cause(
    "not_signed_in",
    "failed",
    "nobody is signed in to Azure here: {told}",
    "`az login`, give this host a managed identity, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
    "az login",
)
SECRET_EXPIRED = Cause(
    "client_secret_expired",
    "failed",
    "the secret of the app registration {app} has expired (AADSTS7000222)",
    "make a new one (Entra admin center, App registrations, Certificates & secrets) and set AZURE_CLIENT_SECRET to it",
)
SECRET_WRONG = Cause(
    "client_secret_wrong",
    "failed",
    "Entra does not accept the secret of the app registration {app} (AADSTS7000215)",
    "set AZURE_CLIENT_SECRET to the secret's value, not to its id",
)
TENANT_WRONG = Cause(
    "tenant_wrong",
    "failed",
    "Entra knows no tenant {tenant}, or not the app in it",
    "check AZURE_TENANT_ID and AZURE_CLIENT_ID; `az account show --query tenantId` tells the tenant",
)
TOKEN_STALE = Cause(
    "token_expires", "warning", "the Entra token of {who} holds {seconds} s more", "`az login` again before it ends", "az login"
)


async def identity(around: Surroundings) -> Found:
    """Whose token Entra gives us, read without showing it."""
    settings = around.settings
    if not _asks_entra(settings):
        return skipped("nothing here asks Entra: keys are used")
    if on_this_machine(settings.cloud.arm_endpoint) and around.credential is None:
        around.notes["who"] = "the emulators' visitor"
        return fine("the emulators ask nobody who they are")
    from voiceagent.cloud.azure import ARM_SCOPE

    azure = await around.azure()
    try:
        token = await azure.credential.get_token(ARM_SCOPE)
    except Exception as error:  # azure-identity raises many kinds; all mean: not signed in here
        return _not_signed_in(str(error), around)
    claims = claims_of(token.token)
    around.notes["who"] = who = _who(claims, around)
    left = token.expires_on - around.wall()
    if left < SOON_SECONDS:
        return TOKEN_STALE.found(who=who, seconds=f"{left:.0f}")
    return fine(
        f"{who}, tenant {around.discreet(str(claims.get('tid', '')), end=4) or 'unknown'}, token for {left / 60:.0f} minutes"
    )


def _asks_entra(settings: Settings) -> bool:
    from voiceagent.engines.catalog import scope_of

    by_entra = bool(settings.acs.endpoint and not settings.acs.connection_string)
    return bool(settings.cloud.subscription_id) or by_entra or (bool(engine_url(settings)) and scope_of(settings) is not None)


def _not_signed_in(told: str, around: Surroundings) -> Found:
    environment = {} if isinstance(around.loaded, UserError) else around.loaded.environment
    app = around.discreet(environment.get("AZURE_CLIENT_ID", ""), end=4) or "that is signed in"
    tenant = around.discreet(environment.get("AZURE_TENANT_ID", ""), end=4) or "of that name"
    for codes, cause in (
        (("AADSTS7000222",), SECRET_EXPIRED),
        (("AADSTS7000215",), SECRET_WRONG),
        (("AADSTS90002", "AADSTS900023", "AADSTS700016"), TENANT_WRONG),
    ):
        if any(code in told for code in codes):
            return cause.found(app=app, tenant=tenant)
    return NOT_SIGNED_IN.found(told=(told.splitlines() or ["no credential was found"])[0])


def claims_of(token: str) -> Mapping[str, Any]:
    """What a token says of its bearer; nothing when it is not a JSON Web Token."""
    try:
        body = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}


def _who(claims: Mapping[str, Any], around: Surroundings) -> str:
    """A person by the end of their name, an app by the end of its id."""
    person = claims.get("upn") or claims.get("unique_name") or claims.get("preferred_username")
    if person and claims.get("idtyp") != "app":
        name, _, domain = str(person).partition("@")
        return f"{around.discreet(name)}@{domain}" if domain else around.discreet(name)
    app = claims.get("appid") or claims.get("azp") or claims.get("oid")
    kind = "the managed identity" if claims.get("xms_mirid") else "the app"
    return f"{kind} {around.discreet(str(app), end=4)}" if app else "somebody whose token tells no name"
