"""Whether today's protocols and translations read and write a capture's frames as they did then. Audio is passed over.

In: every frame of the engine, and every media frame that is no audio, must be the event the session was told. Out: every
command for the engine or the caller's ear must be the frame that was sent. Frames after the end of the call are nobody's.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.call.commands import EngineCommand, EngineSetup
from voiceagent.call.events import EngineNoted, Event, KeyPressed, MediaOpened
from voiceagent.capture.records import Wire
from voiceagent.capture.shapes import completed, known, plain, revive
from voiceagent.engines.voice_live import Hearing, message_of, speaks_exactly
from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.acs_media import STOP_AUDIO, AudioMetadata, DtmfData
from voiceagent.protocol.acs_media import decode as decode_media
from voiceagent.protocol.voice_live import decode_server, encode
from voiceagent.replay.difference import unlike
from voiceagent.replay.masked import Masked, Plain

_FROM_ENGINE = frozenset(
    [
        *("EngineReady", "EngineRefused", "EngineNoted", "ItemTruncated", "ToolCalled"),
        *("CallerSpeechStarted", "CallerSpeechStopped", "CallerTurnCommitted"),
        *("CallerWordsArrived", "CallerTranscribed", "CallerTranscriptionFailed", "ReplyWordTimed"),
        *("ReplyStarted", "ReplyItemAdded", "ReplyAudioEnded", "ReplyWordsArrived", "ReplyWordsEnded", "ReplyEnded"),
    ]
)
_FROM_MEDIA = frozenset({"MediaOpened", "KeyPressed"})
_SILENCING = frozenset({"StopPlayback", "PausePlayback", "MuteAgent"})
_OF_OPENING = frozenset({"session.created", "session.updated"})
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class WireDifference:
    """A frame that is not what it was. `expected` stands in the capture, `actual` is today's."""

    at_ms: float
    edge: str
    direction: str
    expected: Any
    actual: Any
    fields: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """As programs get it."""
        return {
            "at_ms": round(self.at_ms, 3),
            "edge": self.edge,
            "dir": self.direction,
            "expected": self.expected,
            "actual": self.actual,
            "fields": list(self.fields),
        }


class WireCheck:
    """Tell it every frame and every reaction in the capture's order. `first` holds the first few differences."""

    def __init__(self, setup: EngineSetup, masked: Masked) -> None:
        self.frames = 0
        """Frames that were compared."""
        self.count = 0
        """Differences."""
        self.first: list[WireDifference] = []
        self._masked = masked
        self._exact_voice = speaks_exactly(setup)
        self._over = self._media_open = False
        self._hearing = Hearing()
        self._said = 0
        self._read: dict[str, deque[Plain]] = {"engine": deque(), "media": deque()}
        self._to_send: deque[Any] = deque()
        self._stops_owed = 0
        self._opening = self._away = False

    # --- frames

    def frame(self, wire: Wire) -> None:
        """A frame that is no audio."""
        if self._over or wire.frame is None or wire.edge not in self._read:
            return
        self.frames += 1
        if wire.edge == "engine":
            (self._engine_said if wire.direction == "in" else self._engine_told)(wire, wire.frame)
        else:
            (self._media_said if wire.direction == "in" else self._media_told)(wire, wire.frame)

    def _engine_said(self, _: Wire, frame: bytes) -> None:
        try:
            said = decode_server(frame)
            if self._opening and said.type in _OF_OPENING:
                return  # of a further session, which the call is told of when it is ready
            event: Event = self._hearing.event_of(said)
        except RemoteProtocolError:
            event = EngineNoted("malformed")
        self._read["engine"].append(plain(event))

    def _engine_told(self, wire: Wire, frame: bytes) -> None:
        sent = self._masked.frame(json.loads(frame))
        if self._opening and sent.get("type") == "session.update" and sent.get("event_id") == "ConfigureEngine-1":
            return
        now = self._to_send.popleft() if self._to_send else None
        if sent != now:
            self._differs(wire.at_ms, "engine", "out", sent, now)

    def _media_said(self, _: Wire, frame: bytes) -> None:
        try:
            said = decode_media(frame)
        except RemoteProtocolError:
            return
        if isinstance(said, AudioMetadata):
            self._read["media"].append(plain(MediaOpened(said.sample_rate)))
        elif isinstance(said, DtmfData):
            self._read["media"].append(plain(KeyPressed(said.key)))

    def _media_told(self, wire: Wire, frame: bytes) -> None:
        if json.loads(frame) != json.loads(STOP_AUDIO) or not self._stops_owed:
            wanted = json.loads(STOP_AUDIO) if self._stops_owed else None
            self._differs(wire.at_ms, "media", "out", json.loads(frame), wanted)
        self._stops_owed = max(0, self._stops_owed - 1)

    # --- reactions

    def reaction(self, at_ms: float, event: Plain | None, commands: Iterable[Plain]) -> None:
        """What the session was told and what it wanted then."""
        if self._over:
            return
        name = event["type"] if event is not None else ""
        if event is not None and name in _FROM_ENGINE:
            self._compare(at_ms, "engine", event)
        elif event is not None and name in _FROM_MEDIA:
            self._compare(at_ms, "media", event)
        if name == "MediaOpened":
            self._media_open = True
        elif name == "MediaClosed":
            self._media_open, self._stops_owed = False, 0
        elif name == "EngineLost":
            self._engine_lost()
        for command in commands:
            self._owe(command)

    def _compare(self, at_ms: float, edge: str, event: Plain) -> None:
        read, event = self._read[edge], _as_told(event)
        if event["type"] == "KeyPressed":
            if event["fields"].get("by", "media") != "media":
                return  # the telephone service recognised it; the media stream told it later, or never
            while len(read) > 1 and not self._masked.redacted and read[0] != event:
                read.popleft()  # told before by the service, or hidden
        now = _of_its_time(read.popleft(), event) if read else None
        if now is None and event["type"] == "MediaOpened":
            return  # a media path may begin with audio right away
        if now == event or (event["type"] == "KeyPressed" and self._masked.redacted and now and now["type"] == "KeyPressed"):
            return  # a hidden key is hidden as a word in one place and as a sign in the other
        now = None if now is None else self._masked.again(now)
        if now != completed(event):
            self._differs(at_ms, edge, "in", event, now)

    def _owe(self, command: Plain) -> None:
        name = command["type"]
        if name in _SILENCING:
            self._stops_owed += self._media_open
        elif name == "CloseCall":
            self._over = True
        elif name == "OpenSpareEngine":
            self._opening = True
            self._away = self._away or not command["fields"].get("beside", True)
        elif name == "SwitchEngine":
            self._switched()
        elif self._away:
            return  # nobody was there to be told; the next session was told the whole history
        elif issubclass(known().get(name, object), EngineCommand):
            self._say(revive(command))

    def _say(self, command: EngineCommand) -> None:
        self._said += 1
        message = message_of(command, f"{type(command).__name__}-{self._said}", exact_voice=self._exact_voice)
        self._to_send.append(self._masked.frame(encode(message)))

    def _switched(self) -> None:
        """A further session took over; it was configured when it was opened."""
        self._engine_lost()
        self._hearing.ready = True
        self._opening = self._away = False
        self._said = 1

    def _engine_lost(self) -> None:
        self._away = True
        self._hearing = Hearing()
        self._read["engine"].clear()
        self._to_send.clear()

    def _differs(self, at_ms: float, edge: str, direction: str, expected: Any, actual: Any) -> None:
        self.count += 1
        if len(self.first) < _MOST_SHOWN:
            both = isinstance(expected, Mapping) and isinstance(actual, Mapping)
            fields = tuple(unlike(expected, actual)) if both else ()
            self.first.append(WireDifference(at_ms, edge, direction, expected, actual, fields))


def _as_told(event: Plain) -> Plain:
    """An event without what the session understood of it: no frame tells that."""
    fields = event.get("fields") or {}
    understood = {name: "" for name in ("means", "choice") if fields.get(name)}
    return {**event, "fields": {**fields, **understood}} if understood else event


def _of_its_time(now: Plain, event: Plain) -> Plain:
    """How much time a session had left is not on the wire, only when it ended."""
    if now["type"] != "EngineReady" or event["type"] != "EngineReady":
        return now
    left = event["fields"].get("expires_in_ms")
    return {**now, "fields": {**now["fields"], "expires_in_ms": left}}
