"""The refusals of the Resource Manager and of Event Grid's management, with the codes that clients look at."""

from __future__ import annotations

from voiceagent.emulators.acs.errors import Refusal


def unauthenticated() -> Refusal:
    return Refusal(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")


def no_version() -> Refusal:
    return Refusal(
        400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests."
    )


def not_found(what: str) -> Refusal:
    return Refusal(404, "ResourceNotFound", f"The Resource '{what}' was not found.")


def no_such_group(name: str) -> Refusal:
    return Refusal(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


# unverified: arm-invalid
def invalid(sentence: str) -> Refusal:
    return Refusal(400, "InvalidRequest", sentence)


def conflict(sentence: str) -> Refusal:
    return Refusal(409, "Conflict", sentence)


def not_allowed(method: str, path: str) -> Refusal:
    return Refusal(405, "MethodNotAllowed", f"The emulator has no {method} for '{path}'.")


def not_registered(namespace: str) -> Refusal:
    return Refusal(
        409, "MissingSubscriptionRegistration", f"The subscription is not registered to use namespace '{namespace}'."
    )


def no_such_type(kind: str) -> Refusal:
    return Refusal(404, "InvalidResourceType", f"The emulator knows no resource type '{kind}'.")


def no_parent(resource_id: str) -> Refusal:
    return Refusal(404, "ParentResourceNotFound", f"Can not perform requested operation on nested resource of '{resource_id}'.")


def still_kept(resource_id: str) -> Refusal:
    return Refusal(
        409,
        "FlagMustBeSetForRestore",
        f"An existing resource with ID '{resource_id}' has been soft-deleted. To restore the resource, you must specify "
        "'restore' to be 'true' in the property. If you don't want to restore existing resource, please purge it first.",
    )


def not_validated(endpoint: str, why: str) -> dict[str, str]:
    """The error of an operation whose webhook did not consent; the code has a blank in Azure too."""
    return {"code": "Url validation", "message": f"Webhook validation handshake failed for {endpoint}. {why}"}
