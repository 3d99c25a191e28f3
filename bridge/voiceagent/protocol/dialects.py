"""The dialects of realtime engines as data: where each is reached, how one gets in, and which words stand on its wire.

One vocabulary of typed events serves all; a `Dialect` reads and writes them. `voice_live(version)` gives a dated version or
`v1`, `DIALECTS` has all by name. What a dialect's service does not know is left out when writing, in both directions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from voiceagent.protocol import openai_ga, versions
from voiceagent.protocol.declared import read_object, write_json
from voiceagent.protocol.nesting import Shape
from voiceagent.protocol.realtime import CLIENT_EVENTS, SERVER_EVENTS
from voiceagent.protocol.realtime_event import (
    ClientEvent,
    RealtimeEvent,
    ServerEvent,
    UnknownClientEvent,
    UnknownServerEvent,
    read_event,
    write_event,
)
from voiceagent.protocol.voice_live_v1 import V1

Json = dict[str, Any]

_AVATAR = ("session.avatar.",)
_SPOKEN_EXTRAS = ("response.animation_", "response.audio_timestamp.")
_AZURE = (
    "warning",
    "rtc.",
    "response.video.",
    "response.invocation.",
    "response.web_search_call.",
    "response.file_search_call.",
    "response.foundry_agent_call",
    "response.audio_transcript.annotation.",
)
_AZURE_ASKED = ("session.avatar.", "input_text.", "input_audio.", "rtc.", "mcp_")
_GA_ONLY = frozenset(
    {
        "conversation.created",
        "conversation.item.input_audio_transcription.segment",
        "input_audio_buffer.dtmf_event_received",
        "input_audio_buffer.timeout_triggered",
    }
)


def _starting(kinds: Iterable[str], starts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(kind for kind in kinds if kind.startswith(starts))


_AZURE_ONLY = _starting(SERVER_EVENTS, _AZURE + _AVATAR + _SPOKEN_EXTRAS) | _starting(CLIENT_EVENTS, _AZURE_ASKED)
_V1_LACKS = _starting(SERVER_EVENTS, _AZURE) - {"warning"} | _starting(CLIENT_EVENTS, _AZURE_ASKED[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One dialect. `shape` None: sessions are flat and names the canonical ones."""

    name: str
    path: str
    """Below the endpoint; `{agent}` stands for an agent's name."""
    api_version: str = ""
    model_parameter: str = "model"
    shape: Shape | None = None
    version: str = ""
    """The dated version of Voice Live whose members and spellings hold; "" where none does."""
    unknown_events: frozenset[str] = frozenset()
    """Canonical events that do not exist here, on top of what `version` lacks."""
    key_in_query: bool = False
    """Whether credentials may stand in the query, for clients that cannot set headers."""
    keys: bool = True
    """Whether an API key is accepted; otherwise only a bearer token."""
    key_header: str = "api-key"
    """"" where keys too travel as a bearer token."""
    subprotocol: str = ""
    """What the WebSocket handshake must offer."""
    additional_instructions: str = "beside"
    """Where instructions for one response, on top of the session's, go: beside or inside `response`, or not at all ("")."""

    def decode_server(self, frame: bytes | str) -> ServerEvent:
        """What the engine said, under its canonical name. Raises RemoteProtocolError."""
        return read_event(self.to_canonical(read_object(frame, "an engine's message")), SERVER_EVENTS, UnknownServerEvent)

    def decode_client(self, frame: bytes | str) -> ClientEvent:
        """What a client said, under its canonical name. Raises RemoteProtocolError."""
        return read_event(self.to_canonical(read_object(frame, "a client's message")), CLIENT_EVENTS, UnknownClientEvent)

    def encode(self, event: RealtimeEvent) -> Json:
        """The JSON object that stands for an event on this wire; settings the service does not know are left out."""
        if isinstance(event, UnknownClientEvent | UnknownServerEvent):
            return write_event(event)
        return self.to_wire(write_event(event))

    def encode_frame(self, event: RealtimeEvent) -> bytes:
        """The message itself."""
        return write_json(self.encode(event))

    def to_canonical(self, event: Json) -> Json:
        """A message as it stands on the wire in the canonical words."""
        if self.shape is not None:
            event = openai_ga.to_canonical(event, self.shape)
        elif self.version:
            event = versions.respell(event, self.version, to_wire=False)
        return _lifted(event) if self.additional_instructions == "inside" else event

    def to_wire(self, event: Json) -> Json:
        """The opposite of `to_canonical`."""
        if "additional_instructions" in event and self.additional_instructions != "beside":
            event = _sunk(event, "additional_instructions" if self.additional_instructions == "inside" else "instructions")
        if self.shape is not None:
            return openai_ga.to_wire(event, self.shape)
        if self.version:
            return versions.respell(versions.known_only(event, self.version), self.version, to_wire=True)
        return event

    def knows(self, kind: str) -> bool:
        """Whether an event of this canonical type exists here."""
        return kind not in self.unknown_events and (not self.version or versions.knows_event(self.version, kind))

    def missing_settings(self) -> frozenset[str]:
        """Canonical session settings that the service does not know."""
        if self.shape is not None:
            return self.shape.refused
        return versions.missing_settings(self.version) if self.version else frozenset()

    def target(self, model: str, *, agent: str = "", query: Mapping[str, str] | None = None) -> str:
        """Path and query to dial, below the endpoint; `query` adds parameters such as `agent-name` or `profile`."""
        asked = {"api-version": self.api_version, self.model_parameter: model, **(query or {})}
        pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items() if name and value)
        return self.path.format(agent=quote(agent, safe="")) + (f"?{pairs}" if pairs else "")


def _lifted(event: Json) -> Json:
    """Instructions for one response, taken out of `response` to stand beside it."""
    response = event.get("response")
    if event.get("type") != "response.create" or type(response) is not dict or "additional_instructions" not in response:
        return event
    kept = {name: value for name, value in response.items() if name != "additional_instructions"}
    return {**event, "response": kept, "additional_instructions": response["additional_instructions"]}


def _sunk(event: Json, name: str) -> Json:
    """The opposite; a service without such instructions gets them as the response's own, unless it has some."""
    kept = {key: value for key, value in event.items() if key != "additional_instructions"}
    response = event.get("response")
    inner = response if type(response) is dict else {}
    return {**kept, "response": {name: event["additional_instructions"], **inner}}


def _dated(version: str) -> Dialect:
    return Dialect(
        name=f"voice-live {version}",
        path="/voice-agent/realtime" if version == versions.VERSIONS[0] else "/voice-live/realtime",
        api_version=version,
        version=version,
        unknown_events=_GA_ONLY | {"rate_limits.updated"},
        key_in_query=True,
    )


VOICE_LIVE: Mapping[str, Dialect] = {
    **{version: _dated(version) for version in versions.VERSIONS},
    "v1": Dialect(
        name="voice-live v1",
        path="/voice-live/realtime",
        api_version="v1",
        shape=V1,
        unknown_events=_V1_LACKS,
        additional_instructions="inside",
    ),
}
"""Voice Live by api-version."""

OPENAI = Dialect(
    name="openai",
    path="/v1/realtime",
    shape=openai_ga.GA,
    unknown_events=_AZURE_ONLY,
    key_header="",
    additional_instructions="",
)
AZURE_OPENAI = Dialect(
    name="azure-openai",
    path="/openai/v1/realtime",
    shape=openai_ga.GA,
    unknown_events=_AZURE_ONLY,
    additional_instructions="",
)
AZURE_OPENAI_PREVIEW = Dialect(
    name="azure-openai-preview",
    path="/openai/realtime",
    api_version="2025-04-01-preview",
    model_parameter="deployment",
    unknown_events=_AZURE_ONLY | _GA_ONLY - {"conversation.created"} | {"conversation.item.done"},
    key_in_query=True,
    additional_instructions="",
)
"""The beta names; retired by Azure in April 2026, still dialled by the `openai` package's Azure client."""
FOUNDRY_VOICE_AGENTS = Dialect(
    name="foundry-voice-agents",
    path="/agents/{agent}/endpoint/protocols/voice",
    api_version="v1",
    model_parameter="",
    shape=V1,
    keys=False,
    subprotocol="realtime",
    additional_instructions="inside",
)
"""A neighbouring product: GA words and extensions of its own, which stay unknown events."""

DIALECTS: Mapping[str, Dialect] = {
    one.name: one for one in (*VOICE_LIVE.values(), OPENAI, AZURE_OPENAI, AZURE_OPENAI_PREVIEW, FOUNDRY_VOICE_AGENTS)
}
"""All dialects by name."""


def voice_live(version: str) -> Dialect:
    """The dialect of an api-version; one that is not known yet is taken for the newest."""
    return VOICE_LIVE.get(version, VOICE_LIVE[versions.NEWEST])
