"""The settings of what stands in Azure around the bridge: where, under which names, which number, which events."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voiceagent.config.section import Section, env

NumberType = Literal["geographic", "tollFree", "mobile"]
Capability = Literal["none", "inbound", "outbound", "inbound+outbound"]
Part = Literal["number", "events", "voice_live", "speech", "recordings"]

EVENT_GRID_APP = "4962773b-9cdb-44cf-a8bf-237846a00ab7"
"""Microsoft.EventGrid in every tenant, as Azure's instructions for protected webhooks have it.

Unverified: that the token of a delivery names it as the app it was made for.
"""

EVERYTHING: tuple[Part, ...] = ("number", "events", "voice_live", "speech", "recordings")


class NumberSection(Section):
    """The phone number that is wanted, as Azure's offers are worded."""

    country: str = Field("US", pattern=r"^[A-Z]{2}$", description="country of the number, two letters (ISO 3166)")
    type: NumberType = Field("geographic", description="kind of number")
    calling: Capability = Field("inbound+outbound", description="calls it must be able to take; outbound: and to place")
    sms: Capability = Field("none", description="text messages it must be able to take or send")
    area_code: str = Field("", pattern=r"^[0-9]{0,6}$", description="its area code, such as 206; empty: any")
    no_resale: bool = Field(False, description="you agree not to resell the number, which some countries demand of buyers")


class EventGridSection(Section):
    """How calls are announced to the bridge."""

    at: Literal["topic", "resource"] = Field(
        "topic", description="topic: subscriptions of a system topic of ours; resource: of the ACS resource itself"
    )
    attempts: int = Field(2, ge=1, le=30, description="how often an event is delivered; a phone rings 30 s")
    life_minutes: int = Field(1, ge=1, le=1440, description="how long an event is worth delivering")
    dead_letters: bool = Field(True, description="keep what could not be delivered in the storage account")
    entra_tenant_id: str = Field("", description="tenant of the app below; both empty: a secret alone")
    entra_app_id: str = Field(
        "", description="app for which Event Grid's tokens must be made: the bridge then wants one with each delivery"
    )
    entra_sender_app_id: str = Field(
        EVENT_GRID_APP,
        min_length=1,
        description="app whose tokens these are (`appid`, `azp`): Event Grid, or the identity with which it delivers",
    )
    entra_authority: str = Field(
        "https://login.microsoftonline.com",
        description="who signs these tokens, or an emulator's address",
        json_schema_extra=env("AZURE_AUTHORITY_HOST"),
    )


class CloudSection(Section):
    """What `voiceagent provision` and `voiceagent deploy` make, and where."""

    subscription_id: str = Field(
        "", description="Azure subscription that holds everything", json_schema_extra=env("AZURE_SUBSCRIPTION_ID")
    )
    resource_group: str = Field(
        "", description="its resource group; empty: one of the name below", json_schema_extra=env("AZURE_RESOURCE_GROUP")
    )
    location: str = Field(
        "swedencentral",
        pattern=r"^[a-z0-9]+$",
        description="region of the group, the Voice Live resource and the storage account",
        json_schema_extra=env("AZURE_LOCATION"),
    )
    data_location: str = Field("United States", description="where the Communication Services resource keeps its data")
    name: str = Field(
        "voiceagent", pattern=r"^[a-z][a-z0-9-]{1,17}[a-z0-9]$", description="what the names of all resources begin with"
    )
    acs_resource_id: str = Field(
        "",
        pattern=r"(?i)^(/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Communication/communicationServices/[^/]+)?$",
        description="ARM id of a Communication Services resource to use; empty: the one of acs.connection_string, or a new one",
        json_schema_extra=env("AZURE_COMMUNICATION_SERVICE_RESOURCE_ID"),
    )
    make: list[Part] = Field(
        default_factory=lambda: list(EVERYTHING),
        description="what is provisioned: number, events, voice_live, speech (ACS may use Voice Live's voices), recordings",
    )
    number: NumberSection = NumberSection()
    event_grid: EventGridSection = EventGridSection()
    arm_endpoint: str = Field(
        "https://management.azure.com",
        description="the Resource Manager, or an emulator's",
        json_schema_extra=env("VOICEAGENT_ARM_ENDPOINT"),
    )
