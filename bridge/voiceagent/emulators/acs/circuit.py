"""One live call: the shell that carries out what its state asks for, and joins the caller, the ear and the media socket.

`beat` is called every 20 ms and by it everything moves: the state's deadlines, the caller's script, the turns, one frame to
the app. `run` is the life of the call; it ends when the line is closed and the last callback has been delivered.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs import effects
from voiceagent.emulators.acs.callbacks import CallbackPost, callback
from voiceagent.emulators.acs.caller import Caller
from voiceagent.emulators.acs.ear import Ear
from voiceagent.emulators.acs.guest import Guest
from voiceagent.emulators.acs.hearing import Hearing
from voiceagent.emulators.acs.impairment import Frame, Impairment
from voiceagent.emulators.acs.media_line import MediaLine
from voiceagent.emulators.acs.script import Say, Step, Utterance, frames_of
from voiceagent.emulators.acs.speaking import Speaking
from voiceagent.emulators.acs.state import Call
from voiceagent.emulators.acs.stream import Stream
from voiceagent.emulators.acs.studio import SPEECH_DBFS, Line
from voiceagent.emulators.acs.transcriber import Transcriber
from voiceagent.emulators.acs.turns import TurnLog
from voiceagent.errors import UserError

if TYPE_CHECKING:
    from voiceagent.emulators.acs.network import Network
    from voiceagent.protocol.acs_callbacks import Callback

DEFAULT_RATE = 24_000
"""Of the ear of a call that has no media stream."""

HUMAN_SAYS = Say("Hello, how can I help you?")


class Circuit:
    """A call and everything that is connected to it."""

    def __init__(self, network: Network, call: Call, steps: tuple[Step, ...], line: Line) -> None:
        self.call = call
        self._voice_at = -math.inf
        self.slot = 0
        """Which part of a beat is this call's."""
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
        self._tasks: asyncio.TaskGroup | None = None
        self._idle: tuple[bytes, ...] = ()
        self.frame: bytes | None = None
        """What the caller said in this beat, for further legs of the app in the same call."""
        self._beats = 0
        self._human: Utterance | None = None
        self._human_frame = 0
        self._guest: tuple[str, Guest] | None = None
        self._ids = network.ids.stream(f"callbacks {call.call_id}")
        self._post = CallbackPost(
            network.client,
            token=lambda: network.signer.callback_token(ahead=network.faults.skew_of(call.call_id)),
            diary=call.diary,
            now=network.now,
            ids=self._ids,
            attempts=network.options.callback_attempts,
            forged=network.signer.forged,
            faults=network.faults,
            findings=network.findings,
            call=call.call_id,
        )
        call.diary.changed = self._wake
        parts: dict[str, Any] = {"headers": self._headers, "changed": self.carry_out}
        way = MediaLine(
            call.call_id,
            faults=network.faults,
            findings=network.findings,
            tap=network.tap,
            now=network.now,
            forged=network.signer.forged,
        )
        self.stream = Stream(call, way, now=network.now, heard=self._heard, stopped=self._stopped, warn=self._warn, **parts)
        self.transcriber = Transcriber(call, tap=network.tap, **parts)
        self.speaking = Speaking(network, call, ear=lambda: self.ear, changed=self.carry_out)
        self._listen(self._rate)

    def _listen(self, rate: int) -> None:
        options, diary = self._network.options, self.call.diary
        host = self._host
        shared = host is not None and host.ear.rate == rate
        self.ear: Ear = host.ear if host is not None and shared else Ear(rate, keep_ms=options.ear_minutes * 60_000)
        if host is not None and not shared:
            self._warn(f"The call that was joined has {host.ear.rate} Hz, this leg {rate} Hz: they do not hear each other.")
        self.turns = TurnLog(self.ear, diary, patience_ms=options.patience_ms)
        self.caller = Caller(self._steps, self._words, ear=self.ear, turns=self.turns, diary=diary, options=options)
        self._silence = frames_of(bytes(rate // 25), rate)[0]
        self._impairment = self._impair(rate)
        studio, now = self._network.studio, self._network.now
        self.hearing = Hearing(self.call, self.caller, self.transcriber, studio=studio, rate=rate, now=now, start=self._start)

    def _impair(self, rate: int) -> Impairment | None:
        return Impairment(self._line, rate=rate, seed=self.call.call_id) if self._line.is_impaired else None

    # --- its life

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._post.run())
            preparing = tasks.create_task(self._prepare())
            await self._closed.wait()
            preparing.cancel()

    async def beat(self, now: float, late_ms: float) -> None:
        """Everything that is due. Does not wait."""
        self.call.tick(now)
        self.carry_out()
        if not self._put_through or self.call.over:
            return
        self.turns.tick(now)
        payload = self.frame = self.caller.tick(now)
        self.hearing.tick(now)
        keys, self.caller.keys = self.caller.keys, []
        keys += self._guest_acts(now)
        for key in keys:
            self.call.keypad.pressed(key, now)
        if self.stream.is_open:
            await self._send(payload, late_ms + self._network.now() - now)
            await self.stream.send_keys(keys)
        elif self.call.streaming.state == "inactive" and self.call.leg_is_up:
            self.stream.counts.lost += payload is not None
        self.carry_out()
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
        if not self._answered.is_set() and self.call.request is not None:
            self._listen(self._rate)
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
                self._start(self.stream.run(effect))
            case effects.CloseMedia():
                if (closing := self.stream.close()) is not None:
                    self._start(closing)
            case effects.OpenTranscription():
                self._start(self.transcriber.run(effect.url, effect.locale))
            case effects.CloseTranscription():
                self._start(self.transcriber.close())
            case effects.PreparePrompt():
                self._start(self.speaking.prepare(effect))
            case effects.SoundPrompt():
                self.speaking.sound(effect)
            case effects.HushPrompt():
                self.speaking.hush()
            case effects.SoundKeys():
                self.speaking.tones(effect.keys)
            case effects.CalleeAnswers():
                self._callee_answers(effect.raw_id)
            case effects.HoldCaller():
                self.caller.on_hold = True
            case effects.ResumeCaller():
                self.caller.resumed(self._network.now())
            case effects.HumanSpeaks():
                options, now = self._network.options, self._network.now()
                self._guest = effect.raw_id, Guest(self.call.order.human, rate=self.ear.rate, options=options, now=now)
                self._start(self._human_speaks(HUMAN_SAYS))
            case effects.KeepRecording():
                self._network.keep_recording(self, effect.recording_id)
            case effects.LineClosed():
                self._end()

    def _tell(self, notice: effects.Notice) -> None:
        network = self._network
        report = callback(
            notice,
            self.call,
            event_id=self._ids.guid(),
            time=network.times.message(self.call.call_id),
            wall_of=network.times.at,
        )
        self._post.put(notice.uri, report)

    def post(self, report: Callback) -> None:
        """Send the app a callback that is not of the state's making."""
        if self.call.request is None:
            raise UserError("The call has not been answered: nobody has said where its callbacks go.")
        if self.call.over or not self.call.leg_is_up:
            raise UserError("The call has ended: nothing follows CallDisconnected.", remedy="place another one")
        self._post.put(self.call.request.callback_uri, report)

    def _end(self) -> None:
        now, call = self._network.now(), self.call
        self.turns.finish(now)
        call.diary.note("ended", now, outcome=call.outcome, end_reason=call.end_reason, duration_ms=call.diary.since_ring(now))
        self._post.close()
        self.stream.give_up()
        self._closed.set()

    def _callee_answers(self, raw_id: str) -> None:
        """The one who answered does what the network knows of that person."""
        callee = self._network.exchange.callees.of(raw_id)
        self._line = callee.line or self._line
        self._impairment = self._impair(self.ear.rate)
        self.add_steps(callee.steps, hangs_up=callee.hangs_up)

    # --- sound

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

    async def _send(self, payload: bytes | None, late_ms: float) -> None:
        silent = False
        if self._is_held or payload is None:
            payload = self._other_frame_now()
        if payload is None and self._idle:
            payload = self._idle[self._beats % len(self._idle)]
        if payload is None:
            # unverified: silent-frames
            payload = self._silence
            silent = self._network.now() - self._voice_at >= self._network.options.silent_after_ms
        else:
            self._voice_at = self._network.now()
        timestamp = self._network.times.frame(self._beats)
        self._beats += 1
        if self._impairment is None:
            await self.stream.send(payload, timestamp=timestamp, silent=silent, late_ms=late_ms)
            return
        for frame in self._impairment.through(Frame(payload, silent, timestamp), self.ear, self._network.now()):
            await self.stream.send(frame.payload, timestamp=frame.timestamp, silent=frame.silent, late_ms=late_ms)

    def _guest_acts(self, now: float) -> list[str]:
        """Keys that a human presses; what else they do is begun."""
        if self._guest is None:
            return []
        raw_id, guest = self._guest
        match guest.tick(now, in_private=self._is_held):
            case "hang_up" if raw_id in self.call.roster:
                self.call.members.hangs_up(raw_id, now)
            case "decide" if self.call.order.human_says:
                self._start(self._human_speaks(Say(self.call.order.human_says)))
            case "decide":
                return ["1" if guest.takes_the_call else "2"]
        return []

    async def _human_speaks(self, what: Say) -> None:
        network = self._network
        if network.studio.has_voice:
            words = await network.studio.utterance(what, self.ear.rate, self._line)
            if words is None or self.call.over:
                return
            now = network.now()
            self._human, self._human_frame = words, 0
            self.human_spoken.append((now, words))
            self.call.diary.note("human_speaks", now, text=words.text, end_ms=self.call.diary.since_ring(now + words.ends_ms))

    def _other_frame_now(self) -> bytes | None:
        """The words of the human, or of the caller of the call that was joined: the app hears them too."""
        if self._host is not None and self._host.ear is self.ear:
            return self._host.frame
        if self._human is None or self._human_frame >= len(self._human.frames):
            return None
        frame = self._human.frames[self._human_frame]
        self._human_frame += 1
        return frame

    def _heard(self, payload: bytes) -> None:
        now = self._network.now()
        if not self._is_held:
            self.ear.hears(payload, now)
        elif self._guest is not None:
            self._guest[1].hears(payload, now)

    def _stopped(self) -> None:
        self.ear.stop(self._network.now())

    # --- small things

    @property
    def _host(self) -> Circuit | None:
        """The circuit of the call that this leg has joined."""
        host = self.call.host
        return self._network.circuits.get(host.call_id) if host is not None and self.call.order.outbound else None

    @property
    def _rate(self) -> int:
        request = self.call.request
        return DEFAULT_RATE if request is None or request.media is None else request.media.rate

    @property
    def _is_held(self) -> bool:
        member = self.call.roster.get(self.call.order.caller)
        return member is not None and member.on_hold

    def _headers(self) -> dict[str, str]:
        """Of the sockets that the service dials."""
        ahead = self._network.faults.skew_of(self.call.call_id)
        return {
            "x-ms-call-connection-id": self.call.connection_id,
            "x-ms-call-correlation-id": self.call.correlation_id,
            "Authorization": f"Bearer {self._network.signer.media_token(ahead=ahead)}",
        }

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            assert self._tasks is not None
            self._tasks.create_task(work)
        except RuntimeError:  # the call's tasks have ended while its last callbacks went out: whoever asked comes too late
            work.close()

    def _warn(self, sentence: str) -> None:
        """Once a call."""
        if all(line.facts["sentence"] != sentence for line in self.call.diary.all("warning")):
            self.call.diary.note("warning", self._network.now(), sentence=sentence)

    def _wake(self) -> None:
        """Whoever streams the diary looks again."""
        self.changed.set()
        self.changed = asyncio.Event()
