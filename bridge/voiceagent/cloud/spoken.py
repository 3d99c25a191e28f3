"""What people call the kinds of things in Azure, whichever command shows them. Pure.

`provision` and `deploy` know the kinds under names of their own, and keep them for programs (`--json`); on a screen the same
thing has the same name.
"""

from __future__ import annotations

WORDS = {
    "provider": "resource provider",
    "resource_group": "resource group",
    "resourcegroups": "resource group",
    "acs": "Communication Services",
    "communicationservices": "Communication Services",
    "voice_live": "AI Services",
    "accounts": "AI Services",
    "storage_account": "storage account",
    "container": "blob container",
    "role": "role",
    "roleassignments": "role",
    "search": "number search",
    "number": "phone number",
    "topic": "system topic",
    "event_subscription": "event subscription",
    "event grid": "event subscription",
    "settings": "settings",
    "userassignedidentities": "identity",
    "registries": "container registry",
    "vaults": "key vault",
    "secrets": "secret",
    "managedenvironments": "container environment",
    "containerapps": "container app",
}
"""By the kind of `provision`, or the last word of an ARM type."""


def spoken(kind: str) -> str:
    """`Microsoft.App/containerApps` as `container app`; a kind that has no other name is its own."""
    last = kind.rsplit("/", 1)[-1]
    return WORDS.get(last.lower(), last)


def counted(count: int) -> str:
    """`1 change`, `14 changes`."""
    return f"{count} change{'' if count == 1 else 's'}"


def nth(number: int, count: int, kind: str, name: str) -> str:
    """A change that is done, among all that a plan has: `[3/14] key vault shop-kv`."""
    return f"[{number}/{count}] {spoken(kind)} {name}"
