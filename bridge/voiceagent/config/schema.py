"""The settings of an agent project: every name, type, default and its one-line help, in one place.

`voiceagent.toml` has these sections as tables. Secrets are never read from the file, only from the environment or `.env`
(fields marked `secret`). `config.load` merges flag > environment > project file > user file and remembers each origin.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from voiceagent.config.cloud import CloudSection
from voiceagent.config.conversation import (
    BargeInSection,
    InterimResponseSection,
    TranscriptionSection,
    TurnDetectionSection,
    VoiceSection,
)
from voiceagent.config.deploy import DeploySection, SharedSection
from voiceagent.config.engines import AzureOpenaiSection, EngineAgentSection, EngineKind, Profile
from voiceagent.config.handover import TransferSection
from voiceagent.config.keypad import AgentEntry, KeysSection
from voiceagent.config.pipeline import PipelineSection
from voiceagent.config.reception import AnswerSection, OutboundSection
from voiceagent.config.section import Section
from voiceagent.config.section import env as _env
from voiceagent.config.section import secret as _secret
from voiceagent.config.telemetry import TelemetrySection
from voiceagent.config.telephony import TwilioSection
from voiceagent.config.tools import ToolsSection
from voiceagent.config.tunnel import TunnelSection


class AgentSection(Section):
    name: str = Field("agent", description="the agent's name in reports and logs")
    prompt: str = Field("prompt.md", description="file with the instructions, relative to the project")
    tools: str = Field("tools.py", description="file with the @tool functions, relative to the project")
    offers: list[str] = Field(default_factory=list, description="names of the tools it is offered; empty: all of the project")
    numbers: list[str] = Field(
        default_factory=list, description="numbers whose calls are this agent's, where several are served; empty: all others"
    )
    greeting: str = Field("", description="what the agent says first; empty: the caller speaks first")
    greeting_by: Literal["text", "model"] = Field(
        "text", description="text: the greeting as it is written, see engines.md; model: let the model greet, guided by it"
    )
    language: str = Field("en-US", description="BCP 47 language of the conversation")
    voice: str = Field(
        "en-US-Ava:DragonHDLatestNeural",
        description="voice name: an Azure voice, or an OpenAI one such as alloy",
        json_schema_extra=_env("AZURE_VOICELIVE_VOICE", "VOICELIVE_VOICE"),
    )
    disclosure: str = Field(
        "", description="said before the greeting, as it is written, see engines.md; nobody can interrupt it"
    )
    goodbye: str = Field(
        "Thank you for calling. Goodbye.", description="said before the agent ends the call for silence or length"
    )


class EngineSection(Section):
    kind: EngineKind = Field(
        "auto",
        description="what answers; auto: voice-live when an endpoint is set, else the embedded engine",
        json_schema_extra=_env("VOICEAGENT_ENGINE"),
    )
    endpoint: str = Field(
        "",
        description="Voice Live endpoint, https://NAME.services.ai.azure.com, or the engine's own; with openai empty: OpenAI's",
        json_schema_extra=_env("AZURE_VOICELIVE_ENDPOINT", "AZURE_VOICE_LIVE_ENDPOINT"),
    )
    api_key: str = Field(
        "",
        description="the engine's key; empty: OPENAI_API_KEY with openai, else Entra through DefaultAzureCredential",
        json_schema_extra=_secret(
            "AZURE_VOICELIVE_API_KEY", "AZURE_VOICE_LIVE_API_KEY", "AZURE_VOICELIVE_KEY", "AZURE_VOICE_LIVE_KEY"
        ),
    )
    model: str = Field(
        "gpt-realtime",
        description="model name",
        json_schema_extra=_env("AZURE_VOICELIVE_MODEL", "AZURE_VOICE_LIVE_MODEL", "VOICE_LIVE_MODEL", "VOICELIVE_MODEL"),
    )
    api_version: str = Field(
        "2026-07-15",
        description="Voice Live api-version: a dated one, or v1",
        json_schema_extra=_env("AZURE_VOICE_LIVE_API_VERSION", "VOICELIVE_API_VERSION"),
    )
    connect_timeout_seconds: float = Field(
        10, gt=0, le=19, description="how long opening the engine may take; a call without one is given up after 20 s"
    )
    renew_after_minutes: float = Field(
        50,
        gt=0,
        le=1440,
        description="a longer call gets a new engine session then, or 5 minutes before the engine would end its own",
    )
    reconnect_seconds: float = Field(
        15, ge=0, le=60, description="how long a lost engine is tried to be reached again before the call ends; 0: not at all"
    )
    temperature: float | None = Field(None, ge=0, le=2, description="variation of what is said")
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = Field(
        None, description="how long a reasoning model thinks"
    )
    max_output_tokens: Annotated[int, Field(ge=1, le=4096)] | Literal["inf"] | None = Field(
        None, description="longest reply in tokens, 1 to 4096, or inf"
    )
    parallel_tool_calls: bool | None = Field(None, description="whether the model may call several tools at once")
    noise_reduction: Literal["none", "azure_deep_noise_suppression", "near_field", "far_field"] = Field(
        "none", description="what cleans the caller's audio; near_field and far_field: of gpt-realtime"
    )
    echo_cancellation: Literal["none", "server"] = Field(
        "none", description="server: the engine takes the agent's own voice out of the caller's audio"
    )
    word_timestamps: bool = Field(
        False,
        description="the engine tells when each word is spoken, so that its memory of a reply cut just after one ends with it",
    )
    voice: VoiceSection = VoiceSection()
    turn_detection: TurnDetectionSection = TurnDetectionSection()
    transcription: TranscriptionSection = TranscriptionSection()
    interim_response: InterimResponseSection = InterimResponseSection()
    audio: Literal["pcm", "g711_ulaw"] = Field(
        "pcm", description="sound between bridge and engine; g711_ulaw: 8 kHz, for engines that speak nothing else"
    )
    profile: Profile = Field("", description="a model of your own behind Voice Live; engine.model is then its deployment")
    agent: EngineAgentSection = EngineAgentSection()
    azure_openai: AzureOpenaiSection = AzureOpenaiSection()
    options: dict[str, Any] = Field(default_factory=dict, description="further session options, sent as they are")


class ThinkerSlot(Section):
    kind: Literal["digits", "text", "choice", "yes_no"] = Field("digits", description="what the caller's words must be")
    min_digits: int = Field(1, ge=1, description="fewest digits of kind digits")
    max_digits: int = Field(20, ge=1, description="most digits of kind digits")
    choices: list[str] = Field(default_factory=list, description="what may be said, of kind choice")
    ask: str = Field("Could you tell me that, please?", description="the question when it is not known yet")


class ThinkerReply(Section):
    when: dict[str, Any] = Field(description="fields of the tool's result and the values they must have")
    reply: str = Field(description="what to say then")


class ThinkerRule(Section):
    """One thing the embedded agent understands. First matching rule wins.

    `match`: words or phrases, any of which (as whole words, case-insensitive; `re:` begins a regular expression) selects it.
    `slots`: what must be known before the tool runs; missing ones are asked for with `ask` and the caller's next turn fills it.
    `reply`: template over the tool's result and the slots, `{field}`; `{field:spell}` reads it digit by digit.
    """

    name: str = Field(description="its name in the log")
    match: list[str] = Field(
        default_factory=list, description="words or phrases, any of which selects it; re: a regular expression"
    )
    tool: str = Field("", description="the tool to run; empty: only reply")
    arguments: dict[str, Any] = Field(default_factory=dict, description="fixed arguments; {utterance} is what was said")
    slots: dict[str, ThinkerSlot] = Field(default_factory=dict, description="what must be known before the tool runs")
    reply: str = Field("", description="what to say, with {field} of the result and the slots; {field:spell} digit by digit")
    reply_if: list[ThinkerReply] = Field(default_factory=list, description="first whose `when` fits the tool's result")


class ThinkerSection(Section):
    kind: Literal["rules", "chat"] = Field("rules", description="what thinks when the engine is embedded")
    base_url: str = Field(
        "", description="OpenAI-compatible chat endpoint, when kind is chat", json_schema_extra=_env("OPENAI_BASE_URL")
    )
    model: str = Field("", description="chat model", json_schema_extra=_env("OPENAI_MODEL"))
    api_key: str = Field(
        "",
        description="chat key; with engine.kind openai the engine's too, unless engine.api_key is set",
        json_schema_extra=_secret("OPENAI_API_KEY"),
    )
    fallback: str = Field("Sorry, I did not get that.", description="said when no rule matches")
    apology: str = Field(
        "Sorry, I cannot think straight just now. Please try again in a moment.",
        description="said when the chat endpoint fails; empty: nothing",
    )
    rules: list[ThinkerRule] = Field(default_factory=list, description="what the rules thinker understands, see below")


class BridgeSection(Section):
    host: str = Field("127.0.0.1", description="address the public edge listens on")
    port: int = Field(8080, ge=0, le=65535, description="its port; 0: any free one", json_schema_extra=_env("PORT"))
    public_url: str = Field(
        "",
        description="https address under which Azure reaches this bridge",
        json_schema_extra=_env("VOICEAGENT_PUBLIC_URL", "ACS_DEV_TUNNEL", "BASE_URL", "CALLBACK_URI_HOST"),
    )
    public_host: str = Field(
        "",
        description="the same without https://, when public_url is empty; Container Apps sets it",
        json_schema_extra=_env("CONTAINER_APP_HOSTNAME"),
    )
    tunnel: str = Field(
        "auto",
        description="none, relay, ngrok, ssh:USER@HOST[:PORT], devtunnel, localhost.run or pinggy, see tunnel.md; "
        "auto: with a real phone and no public_url the first that is set up in [tunnel]",
        json_schema_extra=_env("VOICEAGENT_TUNNEL"),
    )
    audio_format: Literal["pcm24k", "pcm16k"] = Field("pcm24k", description="PCM format of the call's media stream")
    verification: Literal["required", "unverified"] = Field(
        "required",
        description="unverified skips ACS's tokens; for experiments on this machine only, warned at every start",
    )
    drain_seconds: float = Field(
        0,
        ge=0,
        le=3600,
        description="how long calls may go on once it is asked to end, before they finish their sentence; others take new ones",
    )
    playback_ahead_ms: int = Field(200, ge=40, le=2000, description="how far audio may run ahead of the caller's ear")
    lost_after_seconds: float = Field(
        2, ge=1, le=60, description="a media socket over which nothing has come for so long is gone, though it may look open"
    )
    media_path: Literal["short", "stock"] = Field(
        "short",
        description="short: the fast path for media frames; stock: the library's",
        json_schema_extra=_env("VOICEAGENT_MEDIA_PATH"),
    )
    token_secret: str = Field(
        "",
        description="key of the per-call tokens; empty: made at start",
        json_schema_extra=_secret("VOICEAGENT_TOKEN_SECRET"),
    )


class AcsSection(Section):
    connection_string: str = Field(
        "",
        description="endpoint=https://…;accesskey=… of the Communication Services resource",
        json_schema_extra=_secret("ACS_CONNECTION_STRING", "COMMUNICATION_SERVICES_CONNECTION_STRING"),
    )
    endpoint: str = Field(
        "", description="endpoint, when Entra is used in place of a key", json_schema_extra=_env("ACS_ENDPOINT")
    )
    resource_id: str = Field(
        "",
        description="immutable resource id: the audience of the tokens ACS sends",
        json_schema_extra=_env("ACS_AUDIENCE", "ACS_RESOURCE_ID"),
    )
    issuer: str = Field(
        "https://acscallautomation.communication.azure.com",
        description="issuer of the tokens ACS sends",
        json_schema_extra=_env("VOICEAGENT_ACS_ISSUER"),
    )
    jwks_url: str = Field(
        "https://acscallautomation.communication.azure.com/calling/keys",
        description="keys of the tokens ACS sends",
        json_schema_extra=_env("VOICEAGENT_ACS_JWKS_URL"),
    )
    phone_number: str = Field(
        "",
        description="our number, E.164: caller id of transfers and of calls of ours",
        json_schema_extra=_env("ACS_SOURCE_PHONE_NUMBER", "ACS_PHONE_NUMBER", "ACS_RESOURCE_PHONE_NUMBER"),
    )
    event_secret: str = Field(
        "",
        description="secret that Event Grid deliveries carry in the header x-voiceagent-secret",
        json_schema_extra=_secret("VOICEAGENT_EVENT_SECRET"),
    )
    emulator_url: str = Field(
        "",
        description="address of an ACS emulator; set by `voiceagent emulate`",
        json_schema_extra=_env("VOICEAGENT_EMULATOR_URL"),
    )


class RecordingSection(Section):
    enabled: bool = Field(False, description="record every call with ACS recording")
    channels: Literal["mixed", "unmixed"] = Field("mixed", description="one channel for all, or one for each participant")
    format: Literal["wav", "mp3"] = Field("wav", description="audio format of the recording")
    container_url: str = Field(
        "",
        description="https address of a blob container of yours to record into; empty: Azure's storage, for 24 hours",
        json_schema_extra=_env("AZURE_STORAGE_CONTAINER_URL"),
    )


class SilenceSection(Section):
    after_seconds: float = Field(8, gt=0, le=120, description="silence after which the agent asks again")
    prompts: list[str] = Field(
        default_factory=lambda: ["Are you still there?", "I cannot hear you. Are you still there?"],
        description="said one after the other; then the goodbye, then the call ends",
    )


class LimitsSection(Section):
    max_call_minutes: float = Field(55, gt=0, le=1440, description="longest call; then the goodbye, then the call ends")
    warn_before_seconds: float = Field(
        60, ge=0, le=3600, description="how long before that the warning is said, at the next pause; 0: no warning"
    )
    warning: str = Field("We have one minute left.", description="the warning; empty: none")
    max_calls: int = Field(50, ge=1, description="calls at once; a further caller gets busy")
    engine_connections_per_minute: int | None = Field(
        None,
        ge=1,
        le=10000,
        description="new engine sessions in a minute, Azure's quota; a further caller hears it ring for up to 10 s more, "
        "then gets busy; empty: 30 with Voice Live on Azure, no bound with an engine on this machine",
    )
    tool_timeout_seconds: float = Field(8, gt=0, le=120, description="how long a tool may take")
    tool_output_bytes: int = Field(8192, ge=256, le=1048576, description="longest tool output handed to the engine")
    ring_event_max_age_seconds: float = Field(
        25, gt=0, le=300, description="an IncomingCall older than this is stale (a phone rings 30 s)"
    )


class CaptureSection(Section):
    policy: Literal["off", "redacted", "full"] = Field("redacted", description="what of a call is written to disk")
    directory: str = Field("captures", description="where, relative to the project")
    encryption: Literal["none", "aes-gcm"] = Field(
        "none", description="aes-gcm: captures can be read only with the key, one of the two below"
    )
    key: str = Field("", description="32 bytes in base64", json_schema_extra=_secret("VOICEAGENT_CAPTURE_KEY"))
    key_vault_key: str = Field(
        "",
        description="a Key Vault secret with the key, https://VAULT.vault.azure.net/secrets/NAME",
        json_schema_extra=_env("VOICEAGENT_CAPTURE_KEY_VAULT_KEY"),
    )


class LogSection(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="how much is logged", json_schema_extra=_env("VOICEAGENT_LOG_LEVEL")
    )
    format: Literal["text", "json"] = Field("text", description="log lines for people or for machines")


class Settings(Section):
    """All settings of one agent project."""

    agent: AgentSection = AgentSection()
    engine: EngineSection = EngineSection()
    thinker: ThinkerSection = ThinkerSection()
    pipeline: PipelineSection = PipelineSection()
    bridge: BridgeSection = BridgeSection()
    tunnel: TunnelSection = TunnelSection()
    acs: AcsSection = AcsSection()
    twilio: TwilioSection = TwilioSection()
    transfer: TransferSection = TransferSection()
    answer: AnswerSection = AnswerSection()
    outbound: OutboundSection = OutboundSection()
    recording: RecordingSection = RecordingSection()
    barge_in: BargeInSection = BargeInSection()
    silence: SilenceSection = SilenceSection()
    tools: ToolsSection = ToolsSection()
    keys: KeysSection = KeysSection()
    agents: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")], AgentEntry] = Field(
        default_factory=dict, description="further agents of the same call, by name, see below"
    )
    limits: LimitsSection = LimitsSection()
    capture: CaptureSection = CaptureSection()
    log: LogSection = LogSection()
    cloud: CloudSection = CloudSection()
    deploy: DeploySection = DeploySection()
    shared: SharedSection = SharedSection()
    telemetry: TelemetrySection = TelemetrySection()
