"""The caller behind a media stream of Twilio: 8 kHz µ-law outside, the call's own PCM inside.

Twilio tells how far it has played: a `mark` after every `MARK_EVERY_MS` of audio comes back when that has sounded. What was
handed over after it is then still to be heard, and `sounded` is told so; the account of what the caller has heard follows the
line instead of our arithmetic. The word is as old as its way to us, and a `clear` that we send now needs that way again, so
what is played meanwhile, a round trip of it, counts as heard. The trip is measured by marks that come back at once: one sent
before there is any sound, and those that a `clear` lets go.

Captures see the frames that the other telephone service would have sent: the call's own PCM, so that every call is replayed,
drawn and exported in the same way.
"""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Callable
from typing import Literal

from voiceagent.audio.chunks import FrameCutter, decode_payload
from voiceagent.audio.formats import Format
from voiceagent.audio.g711 import ulaw_decode, ulaw_encode
from voiceagent.audio.narrowband import FromLine, ToLine
from voiceagent.call.events import KeyPressed
from voiceagent.errors import RemoteProtocolError
from voiceagent.legs.socket import POLICY_VIOLATION, Glitches, MediaSocket, Warn, unheard
from voiceagent.ports import Clock, Deliver, WireFn
from voiceagent.protocol import twilio_media as wire
from voiceagent.protocol.acs_media import (
    STOP_AUDIO,
    AudioData,
    AudioMetadata,
    DtmfData,
    encode_audio,
    encode_caller_audio,
    encode_dtmf,
    encode_metadata,
)

BACKLOG_LIMIT = 32_768  # bytes: about two seconds of messages, the time after which a slow socket counts as lost
MARK_EVERY_MS = 100.0  # a tenth of the messages, and the account is never older than that
TRIPS = 5  # round trips that are remembered; the shortest is the way alone, without a queue


class TwilioLeg:
    """A `CallerLeg`. Feed every text message to `on_text`; `opened` is called once, when audio is about to flow.

    `sounded` hears how many ms of what was handed over are still to be played; `stopped` that Twilio has ended the stream.
    `on_failure` receives an error nobody foresaw: the connection's callback is the edge of the call here.
    """

    def __init__(
        self,
        socket: MediaSocket,
        *,
        call_sid: str,
        sample_rate: int,
        clock: Clock,
        hear: Callable[[bytes], None],
        deliver: Deliver,
        opened: Callable[[], None],
        sounded: Callable[[float], None],
        stopped: Callable[[], None],
        on_failure: Callable[[Exception], None],
        show: WireFn | None = None,
        warn: Warn = unheard,
    ) -> None:
        self.sample_rate = sample_rate
        self.dropped = 0
        self._glitches = Glitches(socket, clock, warn)
        self.unknown = 0
        """Messages of kinds we do not know."""
        self.heard_at_ms = clock.now_ms()
        """When Twilio's last message came, on the call's clock; before the first, when the leg was made."""
        self._socket = socket
        self._call_sid = call_sid
        self._clock = clock
        self._hear = hear
        self._deliver = deliver
        self._opened = opened
        self._sounded = sounded
        self._stopped = stopped
        self._on_failure = on_failure
        self._show = show
        self._path: Literal["unopened", "open", "refused"] = "unopened"
        self._stream_sid = ""
        self._format = Format(sample_rate)
        self._from_line = FromLine(sample_rate)
        self._cutter = FrameCutter(self._format.frame_bytes)
        self._to_line = ToLine(sample_rate)
        self._handed_ms = 0.0
        self._marked_ms = 0.0
        self._marks: dict[str, float] = {}
        self._at_once: dict[str, float] = {}
        """Marks that come back without waiting for sound, with when that began."""
        self._trips_ms: deque[float] = deque(maxlen=TRIPS)
        self._mark = 0

    @property
    def garbage(self) -> int:
        """Messages that broke the protocol."""
        return self._glitches.count

    # --- from the caller

    def on_text(self, frame: bytes) -> None:
        """One message from Twilio; hot path. Never raises."""
        self.heard_at_ms = self._clock.now_ms()
        try:
            self._take(wire.decode(frame))
        except RemoteProtocolError:
            self._glitches.came()
        except Exception as error:  # the edge of the call: see the class
            self._on_failure(error)

    def _take(self, message: wire.Message) -> None:
        if self._path == "refused":
            return  # on its way since before it could know
        match message:
            case wire.Media(payload=payload, track=track):
                if self._path == "open" and track in ("inbound", ""):
                    self._hear_line(payload)
            case wire.Mark(name=name):
                self._played(name)
            case wire.Dtmf(key=key):
                if self._show is not None:
                    self._show("in", encode_dtmf(DtmfData(key)))
                self._deliver(KeyPressed(key))
            case wire.Started():
                self._check(message)
            case wire.Stopped():
                self._stopped()
            case wire.Connected():
                pass
            case _:
                self.unknown += 1

    def _check(self, started: wire.Started) -> None:
        sound = (started.encoding, started.sample_rate, started.channels)
        if started.call_sid != self._call_sid:
            self._refuse("the stream is for another call")
        elif sound != (wire.ENCODING, wire.RATE, 1):
            self._refuse("expected 1 x 8000 Hz audio/x-mulaw")
        elif self._path == "unopened":
            self._path, self._stream_sid = "open", started.stream_sid
            if self._show is not None:
                told = AudioMetadata(started.stream_sid, "PCM", self.sample_rate, 1, self._format.frame_bytes)
                self._show("in", encode_metadata(told))
            self._at_once[self._send_mark()] = self._clock.now_ms()
            self._opened()

    def _refuse(self, reason: str) -> None:
        self._path = "refused"
        self._socket.shut(POLICY_VIOLATION, reason)

    def _hear_line(self, payload: bytes) -> None:
        for frame in self._cutter.push(self._from_line.push(ulaw_decode(decode_payload(payload)))):
            heard = base64.b64encode(frame)
            if self._show is not None:
                self._show("in", encode_caller_audio(AudioData(heard)))
            self._hear(heard)

    def _played(self, name: str) -> None:
        since = self._at_once.pop(name, None)
        if since is not None:
            self._trips_ms.append(self._clock.now_ms() - since)
        at_ms = self._marks.pop(name, None)
        if at_ms is not None:
            self._sounded(max(0.0, self._handed_ms - at_ms - min(self._trips_ms, default=0.0)))

    # --- to the caller

    def play(self, payload: bytes) -> bool:
        """Send a frame of audio; hot path."""
        if self._path != "open" or self._socket.backlog() > BACKLOG_LIMIT:
            self.dropped += 1
            return False
        if self._show is not None:
            self._show("out", encode_audio(payload))
        pcm = decode_payload(payload)
        codes = ulaw_encode(self._to_line.push(pcm))
        if codes:
            self._socket.send_text(wire.encode_media(self._stream_sid, base64.b64encode(codes)))
        self._handed_ms += self._format.ms(len(pcm))
        if self._handed_ms - self._marked_ms >= MARK_EVERY_MS:
            self._ask_when_played()
        return True

    def _ask_when_played(self) -> None:
        self._marked_ms = self._handed_ms
        self._marks[self._send_mark()] = self._handed_ms

    def _send_mark(self) -> str:
        self._mark += 1
        self._socket.send_text(wire.encode_mark(self._stream_sid, str(self._mark)))
        return str(self._mark)

    def stop_playback(self) -> None:
        """Have Twilio forget what it still holds for the caller."""
        self._at_once |= dict.fromkeys(self._marks, self._clock.now_ms())
        self._marks.clear()
        self._to_line = ToLine(self.sample_rate)
        if self._show is not None:
            self._show("out", STOP_AUDIO)
        if self._path == "open":
            self._socket.send_text(wire.encode_clear(self._stream_sid))

    async def close(self, reason: str) -> None:
        """Close the media path."""
        self._socket.shut(1000, reason[:100])  # a close reason has at most 123 bytes
