"""The one client of all engines: opens a realtime session, says our commands in its dialect and hears its events.

Opened while the phone still rings, so that the agent can speak the moment the call is up. A session that cannot be opened, or
that refuses our settings, raises `RemoteError` with what to do about it; one that breaks later reports `EngineLost`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from websockets.exceptions import WebSocketException

from voiceagent.audio.chunks import payload_bytes
from voiceagent.audio.formats import SAMPLE_BYTES
from voiceagent.call.commands import ConfigureEngine, EngineCommand, EngineSetup, ReviseEngine
from voiceagent.call.events import CallerAudioLost, EngineLost, EngineNoted, EngineRefused
from voiceagent.discreet import Secret
from voiceagent.engines.refusals import refused, unreachable
from voiceagent.engines.sound import Plain, Sound, Ulaw
from voiceagent.engines.voice_live import Hearing, message_of, speaks_exactly
from voiceagent.engines.wires import Dial, Wire, dial
from voiceagent.errors import RemoteError, RemoteProtocolError
from voiceagent.ports import Engine, EngineListener, WireFn
from voiceagent.protocol.dialects import Dialect, voice_live
from voiceagent.protocol.garbage import Garbage
from voiceagent.protocol.owned import without_owned
from voiceagent.protocol.realtime import (
    APPEND_PREFIX,
    APPEND_SUFFIX,
    ClientEvent,
    ResponseAudioDelta,
    ResponseCreate,
    ServerEvent,
    SessionUpdate,
    audio_delta,
)
from voiceagent.protocol.versions import NEWEST
from voiceagent.protocol.voice_live import encode_frame

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConnection:
    """Where an engine is and how to get in: with `api_key`, else with the token that `bearer` gives.

    `endpoint` is the resource's address; http and ws are for emulators on this machine.
    """

    endpoint: str
    model: str
    api_version: str
    api_key: Secret = Secret("")  # noqa: RUF009  an immutable string
    bearer: Callable[[], Awaitable[str]] | None = field(default=None, repr=False)
    connect_timeout_seconds: float = 10.0
    short_path: bool = True
    dialect: Dialect | None = None
    """None: Voice Live's of `api_version`."""
    agent: str = ""
    """The agent whose name stands in the path."""
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Further parameters: agent mode, profiles."""
    more_headers: Mapping[str, str] = field(default_factory=dict)
    service: str = "Voice Live"
    """Its name for people."""
    owned: frozenset[str] = frozenset()
    """Settings that it has of its own, so that ours are not sent."""
    audio: Literal["pcm", "g711_ulaw"] = "pcm"

    @property
    def spoken(self) -> Dialect:
        """The dialect that is spoken."""
        return self.dialect or replace(voice_live(self.api_version), api_version=self.api_version)

    @property
    def url(self) -> str:
        """The address of the WebSocket."""
        parts = urlsplit(self.endpoint if "://" in self.endpoint else f"https://{self.endpoint}")
        scheme = {"https": "wss", "http": "ws"}.get(parts.scheme, parts.scheme)
        own, _, query = self.spoken.target(self.model, agent=self.agent, query=self.query).partition("?")
        path = parts.path.rstrip("/")
        if not path.endswith("/realtime"):
            # `https://api.openai.com/v1` is how OpenAI's own clients are told.
            path = path.removesuffix("/v1") + own if own.startswith("/v1/") else path + own
        return urlunsplit((scheme, parts.netloc, path, query, ""))

    async def headers(self) -> dict[str, str]:
        """Who we are."""
        dialect = self.spoken
        if self.api_key and dialect.keys:
            key = self.api_key.shown
            proof = {dialect.key_header: key} if dialect.key_header else {"Authorization": f"Bearer {key}"}
        else:
            proof = {} if self.bearer is None else {"Authorization": f"Bearer {await self.bearer()}"}
        return {**proof, **self.more_headers}


async def open_engine(
    settings: EngineConnection,
    setup: EngineSetup,
    listener: EngineListener,
    *,
    wire: WireFn | None = None,
    dialled: Dial = dial,
) -> Engine:
    """Connect, send `setup` and wait until the engine has confirmed it. Raises RemoteError."""
    engine = RealtimeEngine(setup, listener, wire, settings)
    try:
        async with asyncio.timeout(settings.connect_timeout_seconds):
            await engine.open(settings, dialled)
    except TimeoutError:
        await engine.close()
        raise unreachable(settings, f"did not answer within {settings.connect_timeout_seconds:g} s") from None
    except BaseException:  # whatever it is, cancellation too: raised again once the half-open socket is closed
        await engine.close()
        raise
    return engine


class RealtimeEngine:
    """An `Engine`; made by `open_engine`.

    Taps see Voice Live's newest words with the call's own sound, whatever is on the wire, so that every call is captured,
    replayed and exported in the same way.
    """

    def __init__(
        self, setup: EngineSetup, listener: EngineListener, wire_fn: WireFn | None, settings: EngineConnection
    ) -> None:
        self.sample_rate = setup.sample_rate
        self.dropped = 0
        self._setup = setup
        self._instructions = setup.instructions
        self._owned = settings.owned
        self._dialect = settings.spoken
        self._sound: Sound = Plain() if settings.audio == "pcm" else Ulaw(setup.sample_rate)
        self._plain = settings.audio == "pcm"
        newest = self._dialect.shape is None and self._dialect.version in ("", NEWEST)
        self._literal = newest and self._plain and not settings.owned
        self._exact_voice = speaks_exactly(setup)
        self._listener = listener
        self._tap = wire_fn
        self._wire: Wire | None = None
        self._hearing = Hearing()
        self._sent = 0
        self._told_dropped = 0
        self._garbage = Garbage()
        self._given_up = asyncio.Event()
        self._setup_id = ""
        self._settled = asyncio.Event()
        self._refusal: EngineRefused | None = None
        self._closing = False

    # --- opening

    async def open(self, settings: EngineConnection, dialled: Dial = dial) -> None:
        """Connect and configure."""
        try:
            self._wire = await dialled(
                settings.url,
                await settings.headers(),
                self.on_text,
                timeout=settings.connect_timeout_seconds,
                short_path=settings.short_path,
                subprotocol=self._dialect.subprotocol,
            )
        except (OSError, ValueError, ImportError, WebSocketException) as error:
            # ValueError: an address or a proxy that cannot be read; ImportError: a SOCKS proxy, which wants a package.
            raise refused(settings, error) from error
        self._setup_id = self._say(ConfigureEngine(self._setup))
        async with asyncio.TaskGroup() as tasks:
            receiving = tasks.create_task(self._receive_until_settled(self._wire))
            await self._settled.wait()
            receiving.cancel()
        if self._refusal is not None:
            refusal = self._refusal
            raise RemoteError(
                f"{settings.service} refused the session's settings: {refusal.message}",
                service=settings.service,
                code=refusal.code,
                remedy="check [agent] voice, [engine.turn_detection] and [engine.options] in voiceagent.toml",
            )
        if not self._hearing.ready:
            code, reason = self._wire.ending()
            raise unreachable(settings, f"closed the connection before the session began ({code} {reason})".rstrip())

    async def _receive_until_settled(self, wire: Wire) -> None:
        await wire.receive()
        self._settled.set()

    # --- the caller's audio and our commands

    def hear(self, payload: bytes) -> None:
        if self._tap is not None:
            self._tap("out", APPEND_PREFIX + payload + APPEND_SUFFIX)
        if self._wire is not None:
            sound = payload if self._plain else self._sound.to_engine(payload)
            self._wire.send(APPEND_PREFIX + sound + APPEND_SUFFIX, droppable=True)
            if self._wire.dropped != self._told_dropped:
                self._lost(self._wire.dropped, payload_bytes(payload) / (self.sample_rate * SAMPLE_BYTES) * 1000)

    def _lost(self, dropped: int, frame_ms: float) -> None:
        """What was lost in a row is told when frames are taken again: the engine's audio clock has stood still so long."""
        if dropped != self.dropped:
            self.dropped = dropped
            return
        self._listener.deliver(CallerAudioLost((dropped - self._told_dropped) * frame_ms))
        self._told_dropped = dropped

    def obey(self, command: EngineCommand) -> None:
        if isinstance(command, ConfigureEngine) and command.setup == self._setup and self._setup_id:
            return  # sent while opening
        self._say(command)

    def _say(self, command: EngineCommand) -> str:
        self._sent += 1
        command_id = f"{type(command).__name__}-{self._sent}"
        if isinstance(command, ReviseEngine) and command.instructions is not None:
            self._instructions = command.instructions
        message = self._with_the_sessions(message_of(command, command_id, exact_voice=self._exact_voice))
        taken = without_owned(self._in_its_sound(message) if isinstance(command, ConfigureEngine) else message, self._owned)
        frame = b"" if taken is None else self._dialect.encode_frame(taken)
        if self._tap is not None:
            self._tap("out", frame if self._literal else encode_frame(message))
        if self._wire is not None and frame:
            self._wire.send(frame)
        return command_id

    def _with_the_sessions(self, message: ClientEvent) -> ClientEvent:
        """Where instructions for one reply replace the session's, it is told both: who speaks, and what to say now."""
        if not isinstance(message, ResponseCreate) or not message.additional_instructions:
            return message
        if self._dialect.additional_instructions or not self._instructions:
            return message
        return replace(message, additional_instructions=f"{self._instructions}\n\n{message.additional_instructions}")

    def _in_its_sound(self, message: ClientEvent) -> ClientEvent:
        assert isinstance(message, SessionUpdate)
        return replace(message, session=self._sound.asked(dict(message.session)))

    # --- what the engine says

    def on_text(self, frame: bytes) -> None:
        """One message from the engine; hot path. Never raises for what an engine may say."""
        if self._given_up.is_set():
            return
        if self._tap is not None and self._literal:
            self._tap("in", frame)
        delta = audio_delta(frame)
        if delta is not None:
            self._speak(delta.response_id, delta.item_id, delta.payload)
            return
        try:
            said = self._dialect.decode_server(frame)
        except RemoteProtocolError as error:
            self._note_malformed(error)
            return
        self._show(said)
        if isinstance(said, ResponseAudioDelta):
            self._speak(said.response_id, said.item_id, said.delta.encode())
            return
        event = self._hearing.event_of(said)
        if not self._settled.is_set():
            if isinstance(event, EngineRefused) and event.command_id in ("", self._setup_id):
                self._refusal = event
                self._settled.set()
            elif self._hearing.ready:
                self._settled.set()
        self._listener.deliver(event)

    def _speak(self, reply_id: str, item_id: str, payload: bytes) -> None:
        if not self._plain:
            try:
                payload = self._sound.from_engine(payload)
            except ValueError as error:
                self._note_malformed(error)
                return
        if self._tap is not None and not self._literal:
            self._tap("in", encode_frame(ResponseAudioDelta(reply_id, item_id, 0, 0, payload.decode("ascii"))))
        self._listener.reply_audio(reply_id, item_id, payload)

    def _show(self, said: ServerEvent) -> None:
        if self._tap is not None and not self._literal and not isinstance(said, ResponseAudioDelta):
            self._tap("in", encode_frame(said))

    def _note_malformed(self, error: Exception) -> None:
        if not self._garbage.came(asyncio.get_running_loop().time() * 1000):
            _log.warning("a message of the engine is malformed: %s", error)
            self._listener.deliver(EngineNoted("malformed"))
        elif self._settled.is_set():  # else whoever opens it gives it up in time
            self._given_up.set()
            self._listener.deliver(EngineLost("the engine speaks another protocol: too many malformed messages"))

    async def run(self) -> None:
        assert self._wire is not None, "open the engine first"
        async with asyncio.TaskGroup() as tasks:
            leaving = tasks.create_task(self._leave_when_given_up(self._wire))
            await self._wire.receive()
            leaving.cancel()
        if not self._closing and not self._given_up.is_set():
            code, reason = self._wire.ending()
            self._listener.deliver(EngineLost(reason or "the connection to the engine broke", code))

    async def _leave_when_given_up(self, wire: Wire) -> None:
        """Nobody reads on what is thrown away; `receive` ends with the connection."""
        await self._given_up.wait()
        await wire.close()

    async def close(self) -> None:
        self._closing = True
        if self._wire is not None:
            await self._wire.close()
