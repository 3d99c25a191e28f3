"""One live call: the shell that carries out what its state asks for, and joins the caller, the ear and the media socket.

`beat` is called every 20 ms and by it everything moves: the state's deadlines, the caller's script, the turns, one frame to
the app. `run` is the life of the call; it ends when the line is closed and the last callback has been delivered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs import effects
from voiceagent.emulators.acs.callbacks import CallbackPost, callback
from voiceagent.emulators.acs.caller import Caller
from voiceagent.emulators.acs.ear import Ear
from voiceagent.emulators.acs.lateness import Lateness
from voiceagent.emulators.acs.media import BROKEN, FrameCounts, MediaFailed, MediaSocket, dial
from voiceagent.emulators.acs.script import Say, Step, Utterance, frames_of
from voiceagent.emulators.acs.state import Call
from voiceagent.emulators.acs.studio import SPEECH_DBFS, Line
from voiceagent.emulators.acs.turns import TurnLog

if TYPE_CHECKING:
    from voiceagent.emulators.acs.network import Network

DEFAULT_RATE = 24_000
"""Of the ear of a call that has no media stream."""

HUMAN_SAYS = Say("Hello, how can I help you?")


class Circuit:
    """A call and everything that is connected to it."""

    def __init__(self, network: Network, call: Call, steps: tuple[Step, ...], line: Line) -> None:
        self.call = call
        self.counts = FrameCounts()
        self.lateness = Lateness()
        self.changed = asyncio.Event()
        self.human_spoken: list[tuple[float, Utterance]] = []
        self._network = network
        self._steps = list(steps)
        self._hangs_up = call.order.hangs_up
        self._more_steps = asyncio.Event()
        self._line = line
        self._words: dict[int, Utterance] = {}
        self._answered = asyncio.Event()
        self._put_through = False
        self._closed = asyncio.Event()
        self._media: MediaSocket | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._idle: tuple[bytes, ...] = ()
        self._beats = 0
        self._human: Utterance | None = None
        self._human_frame = 0
        self._post = CallbackPost(
            network.client,
            token=network.signer.callback_token,
            diary=call.diary,
            now=network.now,
            ids=network.ids,
            attempts=network.options.callback_attempts,
        )
        call.diary.changed = self._wake
        self._listen(DEFAULT_RATE)

    def _listen(self, rate: int) -> None:
        options, diary = self._network.options, self.call.diary
        self.ear = Ear(rate, keep_ms=options.ear_minutes * 60_000)
        self.turns = TurnLog(self.ear, diary, patience_ms=options.patience_ms)
        self.caller = Caller(self._steps, self._words, ear=self.ear, turns=self.turns, diary=diary, options=options)
        self._silence = frames_of(bytes(rate // 25), rate)[0]

    # -- its life ------------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._post.run())
            preparing = tasks.create_task(self._prepare())
            await self._closed.wait()
            preparing.cancel()

    async def beat(self, now: float, late_ms: float, timestamp: str) -> None:
        """Everything that is due. Does not wait."""
        self.call.tick(now)
        self.carry_out()
        if not self._put_through or self.call.over:
            return
        self.turns.tick(now)
        payload = self.caller.tick(now)
        if (media := self._media) is not None:
            await self._send(media, payload, late_ms, timestamp)
        elif self.call.media_state == "inactive" and self.call.leg_is_up:
            self.counts.lost += payload is not None
        if self._hangs_up and self.call.leg_is_up and self.caller.has_finished(now):
            self.call.caller_hangs_up(now)
            self.carry_out()

    def add_steps(self, steps: tuple[Step, ...], *, hangs_up: bool | None = None) -> int:
        """Let the caller do more after the steps so far; returns how many there are now. `hangs_up` decides anew."""
        self._steps.extend(steps)
        self._hangs_up = self._hangs_up if hangs_up is None else hangs_up
        self._more_steps.set()
        return len(self._steps)

    def carry_out(self) -> None:
        """Do what the state asks for. Called after every change of it."""
        if not self._answered.is_set() and (request := self.call.request) is not None:
            self._listen(DEFAULT_RATE if request.media is None else request.media.rate)
            self._answered.set()
        for effect in self.call.drain():
            self._do(effect)
        if not self._put_through and self.call.phase == "connected":
            self._put_through = True
            self.caller.connected(self._network.now())

    def _do(self, effect: effects.Effect) -> None:
        match effect:
            case effects.Notice():
                self._tell(effect)
            case effects.OpenMedia():
                self._start(self._stream(effect))
            case effects.CloseMedia():
                self._close_media()
            case effects.HoldCaller():
                self.caller.on_hold = True
            case effects.ResumeCaller():
                self.caller.resumed(self._network.now())
            case effects.HumanSpeaks():
                self._start(self._human_speaks())
            case effects.KeepRecording():
                self._network.keep_recording(self, effect.recording_id)
            case effects.LineClosed():
                self._end()

    def _tell(self, notice: effects.Notice) -> None:
        network = self._network
        report = callback(
            notice, self.call, event_id=network.ids.guid(), time=network.wall_text(), wall_of=network.wall_text_of
        )
        self._post.put(notice.uri, report)

    def _end(self) -> None:
        now, call = self._network.now(), self.call
        self.turns.finish(now)
        call.diary.note("ended", now, outcome=call.outcome, end_reason=call.end_reason, duration_ms=call.diary.since_ring(now))
        self._post.close()
        self._closed.set()

    # -- sound ---------------------------------------------------------------------------------------------------------------

    async def _prepare(self) -> None:
        """Make the caller's words ready, in the order in which they will be needed, once the rate is known."""
        await self._answered.wait()
        studio, rate, level, index = self._network.studio, self.ear.rate, SPEECH_DBFS, 0
        while True:
            self._more_steps.clear()
            while index < len(self._steps):
                words = await studio.utterance(self._steps[index], rate, self._line)
                if words is not None:
                    self._words[index], level = words, words.level_dbfs
                if not self._idle:
                    self._idle = await studio.idle_frames(rate, self._line, level)
                index += 1
            await self._more_steps.wait()

    async def _send(self, media: MediaSocket, payload: bytes | None, late_ms: float, timestamp: str) -> None:
        silent = False
        if payload is None:
            payload = self._human_frame_now()
        if payload is None and self._idle:
            payload = self._idle[self._beats % len(self._idle)]
        if payload is None:
            payload, silent = self._silence, True
        self._beats += 1
        await media.send_audio(payload, timestamp=timestamp, participant=self._participant, silent=silent, late_ms=late_ms)
        if self.caller.keys:
            await self._send_keys(media)

    async def _send_keys(self, media: MediaSocket) -> None:
        assert self.call.request is not None
        assert self.call.request.media is not None
        keys, self.caller.keys = self.caller.keys, []
        if not self.call.request.media.dtmf:
            self._warn("A key was pressed, but enableDtmfTones was not set when the call was answered: the app is not told.")
            return
        for key in keys:
            await media.send_key(key)

    async def _human_speaks(self) -> None:
        network = self._network
        if network.studio.has_voice and self._human is None:
            words = await network.studio.utterance(HUMAN_SAYS, self.ear.rate, self._line)
            if words is None or self.call.over:
                return
            now = network.now()
            self._human = words
            self.human_spoken.append((now, words))
            self.call.diary.note("human_speaks", now, text=words.text, end_ms=self.call.diary.since_ring(now + words.ends_ms))

    def _human_frame_now(self) -> bytes | None:
        """The human's words, which the app hears too while its leg is in the call."""
        if self._human is None or self._human_frame >= len(self._human.frames):
            return None
        frame = self._human.frames[self._human_frame]
        self._human_frame += 1
        return frame

    # -- the media socket ----------------------------------------------------------------------------------------------------

    async def _stream(self, wanted: effects.OpenMedia) -> None:
        """From dialling the socket to its end."""
        network, call = self._network, self.call
        headers = {
            "x-ms-call-connection-id": call.connection_id,
            "x-ms-call-correlation-id": call.correlation_id,
            "Authorization": f"Bearer {network.signer.media_token()}",
        }
        try:
            socket = await dial(wanted.url, headers)
        except MediaFailed as failure:
            call.media_failed(network.now(), failure.details, failure.result)
            self.carry_out()
            return
        media = MediaSocket(socket, self.counts, self.lateness, heard=self._heard, stopped=self._stopped)
        if not call.leg_is_up:
            await media.close()
            return
        await media.send_metadata(wanted.subscription_id, wanted.rate)
        self._media = media
        call.media_opened(network.now())
        self.carry_out()
        why = await media.receive()
        if self._media is media:
            self._media = None
            call.diary.note("media_closed", network.now(), why=why)
            call.media_failed(network.now(), "streamConnectionInterrupted", BROKEN)
            self.carry_out()

    def _close_media(self) -> None:
        media, self._media = self._media, None
        if media is not None:
            self.call.diary.note("media_closed", self._network.now(), why="the service closed the media stream")
            self._start(media.close())

    def _heard(self, payload: bytes) -> None:
        assert self.call.request is not None
        assert self.call.request.media is not None
        if self.call.request.media.bidirectional:
            self.ear.hears(payload, self._network.now())
        else:
            self._warn("The app sends audio, but enableBidirectional was not set when the call was answered: nobody hears it.")

    def _stopped(self) -> None:
        self.ear.stop(self._network.now())

    # -- small things --------------------------------------------------------------------------------------------------------

    @property
    def _participant(self) -> str | None:
        request = self.call.request
        return self.call.order.caller if request is not None and request.media is not None and request.media.unmixed else None

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._tasks is not None
        self._tasks.create_task(work)

    def _warn(self, sentence: str) -> None:
        """Once a call."""
        if all(line.facts["sentence"] != sentence for line in self.call.diary.all("warning")):
            self.call.diary.note("warning", self._network.now(), sentence=sentence)

    def _wake(self) -> None:
        """Whoever streams the diary looks again."""
        self.changed.set()
        self.changed = asyncio.Event()
