"""Azure's refusals as sentences: what was asked, what it said, and what its code is known to mean."""

from __future__ import annotations

from typing import Any

from voiceagent.errors import RemoteError

SERVICE = "Azure"

_BY_CODE = {
    "AuthorizationFailed": "the account that is signed in needs the role Contributor here, and for role assignments also "
    "Role Based Access Control Administrator",
    "LinkedAuthorizationFailed": "the account that is signed in needs the role Contributor on the linked resource too",
    "SubscriptionNotFound": "AZURE_SUBSCRIPTION_ID names no subscription of the account that is signed in",
    "InvalidSubscriptionId": "AZURE_SUBSCRIPTION_ID must be the id of a subscription; `az account show --query id` tells it",
    "MissingSubscriptionRegistration": "run `voiceagent provision apply` again: it registers the resource provider first",
    "NameNotAvailable": "somebody else has this name; choose another `cloud.name`",
    "NameReserved": "somebody else has this name; choose another `cloud.name`",
    "CustomDomainInUse": "somebody else has this name; choose another `cloud.name`",
    "StorageAccountAlreadyTaken": "somebody else has this name; choose another `cloud.name`",
    "FlagMustBeSetForRestore": "a deleted resource of this name is still kept; purge it in the portal or change `cloud.name`",
    "InvalidResourceGroupLocation": "the group is in another region: set `cloud.location` to it",
    "LocationNotAvailableForResourceType": "choose another `cloud.location`",
    "InsufficientQuota": "ask Azure for more quota, or choose another `cloud.location`",
}
_BY_STATUS = {
    401: "sign in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
    403: "the account that is signed in may not do this here",
    429: "wait a minute and run it again; it goes on where it stopped",
}


def refusal(error: Any, what: str) -> RemoteError:
    """The RemoteError of an HttpResponseError. `what` completes "refused to …"."""
    status: int | None = error.status_code
    code = str(getattr(error.error, "code", "") or "")
    message = str(getattr(error.error, "message", "") or "") or first_line(error)
    headers = getattr(error.response, "headers", None) or {}
    return RemoteError(
        f"refused to {what}: {message}",
        service=SERVICE,
        status=status,
        code=code,
        request_id=headers.get("x-ms-request-id", "") or headers.get("x-ms-client-request-id", ""),
        remedy=_BY_CODE.get(code) or _BY_STATUS.get(status or 0, ""),
    )


def unreachable(error: Exception, what: str) -> RemoteError:
    """The RemoteError when no answer came, or nobody is signed in."""
    name = type(error).__name__
    if name in ("CredentialUnavailableError", "ClientAuthenticationError"):
        return RemoteError(
            f"nobody is signed in to {what}: {first_line(error)}",
            service="Microsoft Entra",
            remedy="sign in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
        )
    return RemoteError(
        f"could not be reached to {what}: {first_line(error)}",
        service=SERVICE,
        remedy="check the network and `cloud.arm_endpoint`",
    )


def first_line(error: Exception) -> str:
    """An exception of the SDK without its pages of context."""
    return (str(error).splitlines() or [type(error).__name__])[0]
