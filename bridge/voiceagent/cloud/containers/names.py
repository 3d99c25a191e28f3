"""What the resources of a deployment are called, and which roles there are to give."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from voiceagent.cloud.names import names_of

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings

ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
KEY_VAULT_SECRETS_USER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
COGNITIVE_SERVICES_USER = "a97b65f3-24c7-4388-baec-2e87135dc908"
AZURE_AI_USER = "53ca6127-db72-4b80-b1b0-d745d6d5456d"

ROLE_NAMES = {
    ACR_PULL: "AcrPull",
    KEY_VAULT_SECRETS_USER: "Key Vault Secrets User",
    COGNITIVE_SERVICES_USER: "Cognitive Services User",
    AZURE_AI_USER: "Azure AI User",
}

_LONGEST_APP = 30  # Azure takes 32; a revision's name goes on with two dashes of its own


def app_name(settings: Settings) -> str:
    """The container app, and what the other names begin with."""
    return settings.deploy.app or settings.cloud.name[:_LONGEST_APP].rstrip("-")


def unique(settings: Settings) -> str:
    """Six letters that make a name ours among everybody's, the same in every run."""
    where = f"{settings.cloud.subscription_id}/{group_name(settings)}/{app_name(settings)}".lower()
    return hashlib.sha256(where.encode()).hexdigest()[:6]


def group_name(settings: Settings) -> str:
    """The resource group of everything: the one that `provision` uses."""
    return names_of(settings.cloud).group


def registry_name(settings: Settings) -> str:
    """Letters and digits alone, and nobody else's."""
    return f"{app_name(settings).replace('-', '')}{unique(settings)}"


def vault_name(settings: Settings) -> str:
    """At most 24 letters, digits and dashes, and nobody else's."""
    return f"{app_name(settings)[:17].rstrip('-')}-{unique(settings)}"
