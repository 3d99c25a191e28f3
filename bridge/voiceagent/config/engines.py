"""The settings of engines beside plain Voice Live: agents, models of one's own, Azure OpenAI."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voiceagent.config.section import Section, env, secret

EngineKind = Literal["auto", "embedded", "pipeline", "voice-live", "openai", "azure-openai", "foundry-agent"]
Profile = Literal["", "byom-azure-openai-realtime", "byom-azure-openai-chat-completion"]


class EngineAgentSection(Section):
    """An agent of Foundry in place of a model: it brings its own instructions."""

    name: str = Field(
        "",
        description="the agent's name: with kind voice-live agent mode; with foundry-agent the voice agent itself",
        json_schema_extra=env("AZURE_AI_AGENT_NAME"),
    )
    project: str = Field(
        "",
        description="the agent's Foundry project, in agent mode",
        json_schema_extra=env("AZURE_VOICELIVE_PROJECT_NAME", "AZURE_AI_PROJECT_NAME"),
    )
    version: str = Field("", description="a version of the agent; empty: its newest")
    conversation_id: str = Field("", description="a conversation of the agent to go on with; empty: a new one")
    identity_client_id: str = Field("", description="client id of the managed identity that the agent is reached with")
    resource: str = Field("", description="name of another Foundry resource, when the agent lives there")
    id: str = Field(
        "", description="id of a classic agent, in place of its name", json_schema_extra=env("AZURE_VOICELIVE_AGENT_ID")
    )
    access_token: str = Field("", description="token a classic agent is reached with", json_schema_extra=secret())


class AzureOpenaiSection(Section):
    """An Azure OpenAI resource; `engine.model` is the name of your deployment there."""

    endpoint: str = Field(
        "", description="https://NAME.openai.azure.com; empty: engine.endpoint", json_schema_extra=env("AZURE_OPENAI_ENDPOINT")
    )
    api_key: str = Field(
        "",
        description="its key; empty: engine.api_key, or Entra through DefaultAzureCredential",
        json_schema_extra=secret("AZURE_OPENAI_API_KEY"),
    )
