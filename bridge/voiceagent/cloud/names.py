"""What our resources are called, and the ids of Azure that are the same everywhere. Pure.

Names that the whole world shares end in six digits of the subscription and the group, so that two tries do not meet.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

from voiceagent.config.cloud import CloudSection

TAG = "voiceagent"
"""The tag on everything we made; its value is `cloud.name`."""

TOPIC_TYPE = "Microsoft.Communication.CommunicationServices"
INCOMING_CALL = "Microsoft.Communication.IncomingCall"
RECORDING_READY = "Microsoft.Communication.RecordingFileStatusUpdated"

ROLES = {
    "Cognitive Services User": "a97b65f3-24c7-4388-baec-2e87135dc908",
    "Azure AI User": "53ca6127-db72-4b80-b1b0-d745d6d5456d",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
}
RECORDINGS, DEAD_LETTERS = "recordings", "undelivered"
"""The containers of the storage account."""

_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
"""RFC 4122's for addresses: a role assignment is named after what it says, so that making it twice makes it once."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names for one project in one subscription."""

    subscription_id: str
    group: str
    acs: str
    voice_live: str
    storage: str
    topic: str
    incoming: str
    recordings: str

    @property
    def group_id(self) -> str:
        """ARM id of the resource group."""
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"

    @property
    def acs_id(self) -> str:
        """ARM id of the Communication Services resource."""
        return f"{self.group_id}/providers/Microsoft.Communication/communicationServices/{self.acs}"

    @property
    def voice_live_id(self) -> str:
        """ARM id of the account that Voice Live belongs to."""
        return f"{self.group_id}/providers/Microsoft.CognitiveServices/accounts/{self.voice_live}"

    @property
    def storage_id(self) -> str:
        """ARM id of the storage account."""
        return f"{self.group_id}/providers/Microsoft.Storage/storageAccounts/{self.storage}"


def names_of(cloud: CloudSection) -> Names:
    """The names of everything that is made for a project, always the same ones for the same settings.

    What is unique in all of Azure ends in six hex digits of subscription and group.
    """
    name = cloud.name
    group = cloud.resource_group or f"{name}-rg"
    own = hashlib.sha256(f"{cloud.subscription_id}/{group}".lower().encode()).hexdigest()[:6]
    return Names(
        subscription_id=cloud.subscription_id,
        group=group,
        acs=f"{name}-acs-{own}",
        voice_live=f"{name}-ai-{own}",
        storage=f"{name.replace('-', '')[:16]}{own}",
        topic=f"{name}-calls",
        incoming=f"{name}-incoming-call",
        recordings=f"{name}-recordings",
    )


def role_id(subscription_id: str, role: str) -> str:
    """The ARM id of a role definition."""
    return f"/subscriptions/{subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{ROLES[role]}"


def assignment_name(*, scope: str, principal: str, role: str) -> str:
    """The name of the assignment of a role to somebody."""
    return str(uuid.uuid5(_NAMESPACE, f"{scope}|{principal}|{ROLES[role]}".lower()))


def parts_of(resource_id: str) -> tuple[str, str, str]:
    """Subscription, group and name of an ARM id; ValueError when it is none."""
    words = resource_id.strip("/").split("/")
    if len(words) != 8 or words[0].lower() != "subscriptions" or words[2].lower() != "resourcegroups":
        raise ValueError(resource_id)
    return words[1], words[3], words[7]
