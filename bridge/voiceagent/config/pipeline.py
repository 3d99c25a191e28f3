"""The settings of a pipeline: an engine made of an ear, a thinker and a voice of one's own choice."""

from __future__ import annotations

from pydantic import Field

from voiceagent.config.section import Section, env, secret

_PLUG_IN = "or a plug-in: module:attribute, file.py:attribute of the project, or the name of an installed one"


class OpenaiPartsSection(Section):
    """Parts behind an OpenAI-compatible server: `/audio/transcriptions` and `/audio/speech` below its address."""

    base_url: str = Field(
        "", description="address of ear and voice up to /v1; empty: the thinker's, thinker.base_url (OPENAI_BASE_URL)"
    )
    api_key: str = Field(
        "", description="their key; empty: the thinker's, thinker.api_key (OPENAI_API_KEY)", json_schema_extra=secret()
    )
    hear_model: str = Field("gpt-4o-mini-transcribe", description="model that transcribes")
    speak_model: str = Field("gpt-4o-mini-tts", description="model that speaks")
    voice: str = Field("alloy", description="its voice")


class AzureSpeechSection(Section):
    """Parts of an Azure Speech resource, over its REST interface."""

    region: str = Field(
        "", description="region of the resource, such as westeurope", json_schema_extra=env("AZURE_SPEECH_REGION")
    )
    key: str = Field("", description="its key", json_schema_extra=secret("AZURE_SPEECH_KEY"))
    endpoint: str = Field("", description="address in place of the region's, for private networks and stand-ins")


class PipelineSection(Section):
    hear: str = Field("embedded", description=f"what hears: embedded, openai, azure-speech, {_PLUG_IN}")
    think: str = Field("", description=f"what thinks: rules or chat (empty: thinker.kind), {_PLUG_IN}")
    speak: str = Field("embedded", description=f"what speaks: embedded, openai, azure-speech, {_PLUG_IN}")
    timeout_seconds: float = Field(10, gt=0, le=60, description="how long hearing or the first sound of a sentence may take")
    openai: OpenaiPartsSection = OpenaiPartsSection()
    azure_speech: AzureSpeechSection = AzureSpeechSection()
