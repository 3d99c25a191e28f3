"""One emulated call: asks the app what to do, does what its documents say, and puts the caller through meanwhile.

A document is carried out verb by verb. The REST interface may replace it at any time, and the caller may hang up at any time:
both interrupt the verb that is being carried out.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from voiceagent.emulators.acs.caller import Caller
from voiceagent.emulators.acs.diary import Diary
from voiceagent.emulators.acs.ear import Ear
from voiceagent.emulators.acs.humans import call_human
from voiceagent.emulators.acs.lateness import Lateness
from voiceagent.emulators.acs.media import FrameCounts
from voiceagent.emulators.acs.order import Order
from voiceagent.emulators.acs.script import Step, Utterance
from voiceagent.emulators.acs.studio import Line
from voiceagent.emulators.acs.turns import TurnLog
from voiceagent.emulators.lint.shown import shown
from voiceagent.emulators.twilio import documents as twiml
from voiceagent.emulators.twilio.stream import Stream, StreamFailed, dial, started_of
from voiceagent.protocol.twilio_media import RATE

if TYPE_CHECKING:
    from voiceagent.emulators.twilio.network import Network

REPORT_SECONDS = 1.0
"""How long the app is not asked what next because it has not taken a report yet."""

# unverified: twilio-declined
_REPORTED: Mapping[str, tuple[str, str]] = {
    "busy": ("busy", "486"),
    "declined": ("busy", "603"),
    "no_answer": ("no-answer", "480"),
    "unreachable": ("failed", "404"),
}
"""How the end of a call that nobody took is reported, with the SIP answer."""


class PhoneCall:
    """`run` is its life; `beat` is called every 20 ms."""

    def __init__(self, network: Network, order: Order, steps: tuple[Step, ...], line: Line) -> None:
        self.call_sid = network.sid("CA")
        self.order = order
        self.began = network.now()
        self.diary = Diary(self.began)
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.outcome = self.end_reason = ""
        self.recordings: list[str] = []
        self.counts = FrameCounts()
        self.lateness = Lateness()
        self.ear = Ear(RATE, keep_ms=network.options.ear_minutes * 60_000)
        self.turns = TurnLog(self.ear, self.diary, patience_ms=network.options.patience_ms)
        self.changed = asyncio.Event()
        self._network = network
        self._steps = list(steps)
        self._line = line
        self._hangs_up = order.hangs_up
        self._words: dict[int, Utterance] = {}
        self._more_steps = asyncio.Event()
        self.caller = Caller(
            self._steps, self._words, ear=self.ear, turns=self.turns, diary=self.diary, options=network.options
        )
        self._stream: Stream | None = None
        self._idle: tuple[bytes, ...] = ()
        self._beats = 0
        self._interrupted = asyncio.Event()
        self._document: str | None = None
        self._base = ""
        """Where the document that is carried out came from: its addresses may be relative."""
        self._telling = asyncio.Lock()
        self._reports: set[asyncio.Task[None]] = set()
        self._transferred = False
        self._put_through = False
        self.diary.changed = self._wake

    @property
    def over(self) -> bool:
        return self.ended_at is not None

    @property
    def status(self) -> str:
        """In Twilio's words."""
        if self.over:
            return "completed" if self.answered_at is not None else "busy"
        return "ringing" if self.answered_at is None else "in-progress"

    # --- its life

    async def run(self) -> None:
        """From the ring to the end."""
        self.diary.note("ringing", self.began, **{"from": self.order.caller[2:], "to": self.order.callee[2:]})
        async with asyncio.TaskGroup() as self._tasks:
            preparing = self._tasks.create_task(self._prepare())
            try:
                await self._carry_out(await self._ask(self._network.voice_url))
            except twiml.BadDocument as error:
                self.diary.note("warning", self._network.now(), sentence=f"Twilio's debugger would say {error}.")
                self.end("failed", "application error")
            answered = self.answered_at is not None
            self.end("transferred" if self._transferred else "completed" if answered else "rejected", "the app ended the call")
            preparing.cancel()

    def end(self, outcome: str, reason: str) -> None:
        """The call is over; the first to say so is believed."""
        if self.over:
            return
        now = self.ended_at = self._network.now()
        self.outcome, self.end_reason = outcome, reason
        self.turns.finish(now)
        self.diary.note("ended", now, outcome=outcome, end_reason=reason, duration_ms=self.diary.since_ring(now))
        self._interrupted.set()

    def hang_up(self, reason: str = "the caller hung up") -> None:
        """The caller puts the phone down."""
        self.end("transferred" if self._transferred else "completed" if self.answered_at is not None else "abandoned", reason)

    def replace(self, document: str) -> None:
        """The REST interface wants something else to be done."""
        self._document = document
        self._interrupted.set()

    def add_steps(self, steps: tuple[Step, ...], *, hangs_up: bool | None = None) -> int:
        """Let the caller do more; returns how many steps there are now."""
        self._steps.extend(steps)
        self._hangs_up = self._hangs_up if hangs_up is None else hangs_up
        self._more_steps.set()
        return len(self._steps)

    async def beat(self, now: float, late_ms: float) -> None:
        """Everything that is due. Does not wait."""
        if not self._put_through or self.over:
            return
        self.turns.tick(now)
        payload, stream = self.caller.tick(now), self._stream
        keys, self.caller.keys = self.caller.keys, []
        if stream is not None:
            pcm = None if payload is None else b64decode(payload)
            if pcm is None and self._idle:
                pcm = b64decode(self._idle[self._beats % len(self._idle)])
            await stream.beat(pcm, now, late_ms)
            for key in keys:
                await stream.press(key)
        self._beats += 1
        if self._hangs_up and self._stream is not None and self.caller.has_finished(now):
            self.hang_up()

    # --- documents

    async def _carry_out(self, document: str) -> None:
        while not self.over:
            following = await self._follow(document)
            replaced, self._document = self._document, None
            if not self.over:
                self._interrupted.clear()
            document = replaced or following
            if not document:
                return

    async def _follow(self, document: str) -> str:
        """Carry a document out, as far as nothing comes between; returns the one that comes next, if one does."""
        for verb in twiml.read_document(document):
            following = await self._do(verb)
            if following or self.over or self._document is not None:
                return following
        return ""

    async def _do(self, verb: twiml.Verb) -> str:
        """Carry a verb out; returns the document that comes next, "" for the next verb."""
        match verb:
            case twiml.Reject(reason=reason):
                self.end("rejected", reason)
            case twiml.Hangup():
                self.end("transferred" if self._transferred else "completed", "the app hung up")
            case twiml.Redirect(url=url):
                return await self._ask(url)
            case twiml.Connect():
                await self._connect(verb)
                return await self._next(verb.then, {})
            case twiml.Dial():
                outcome = await self._dial(verb)
                await self._reports_are_out()
                return await self._next(verb.then, outcome)
            case twiml.Skipped(name=name):
                self.diary.note("warning", self._network.now(), sentence=f"<{name}> is not carried out here.")
        return ""

    async def _next(self, url: str, form: Mapping[str, str]) -> str:
        if self.over or self._document is not None or not url:
            return ""
        return await self._ask(url, form)

    async def _connect(self, verb: twiml.Connect) -> None:
        network = self._network
        self._answered()
        try:
            socket = await dial(verb.url, network.auth_token)
        except StreamFailed as failure:
            self.diary.note("media_failed", network.now(), why=str(failure))
            return
        told = started_of(self.call_sid, network.sid("MZ"), network.account_sid, dict(verb.parameters))
        stream = Stream(socket, told, ear=self.ear, now=network.now, counts=self.counts, lateness=self.lateness)
        why = ""
        try:
            await stream.begin()
            self._put_caller_through(stream)
            why = await self._until_interrupted(stream.receive())
        finally:
            self._stream = None
            self.ear.stop(network.now())
            self.diary.note("media_closed", network.now(), why=why or "Twilio ended the stream")
            await asyncio.shield(stream.close())

    def _put_caller_through(self, stream: Stream) -> None:
        now = self._network.now()
        self.diary.note("media_open", now, rate=RATE)
        if self.caller.on_hold:
            self.caller.resumed(now)
        else:
            self.caller.connected(now)
        self._put_through = True
        self._stream = stream

    async def _dial(self, verb: twiml.Dial) -> dict[str, str]:
        """Ring a human; returns what the app is told when that is over."""
        network, options = self._network, self._network.options
        if not verb.on_bridge:
            self._answered()
        self.caller.on_hold = True
        now = network.now()
        ringing = call_human(
            verb.number,
            self.order.human,
            timeout_ms=verb.ring_seconds * 1_000,
            options=options,
            ring_ms=self.order.ring_ms,
            now=now,
        )
        self.diary.note("human_rings", now, target=verb.number)
        self._progress(verb, "ringing")
        await self._until_interrupted(asyncio.sleep((ringing.until - now) / 1_000))
        if self.over or self._document is not None:
            return {}
        if ringing.outcome != "answer":
            self.diary.note("human_fails", network.now(), target=verb.number, outcome=ringing.outcome)
            status, sip = _REPORTED[ringing.outcome]
            self._progress(verb, status, event="completed", SipResponseCode=sip)
            return {"DialCallStatus": status}
        self._transferred = True
        self._answered()
        self.diary.note("human_answers", network.now(), target=verb.number)
        self._progress(verb, "in-progress", event="answered")
        await self._until_interrupted(asyncio.sleep(options.together_ms / 1_000))
        self._progress(verb, "completed", SipResponseCode="200")
        return {"DialCallStatus": "completed"}

    def _progress(self, verb: twiml.Dial, status: str, *, event: str = "", **more: str) -> None:
        """Tell the app meanwhile: what it answers does not matter, and the phone goes on ringing until it does."""
        if verb.progress and (event or status) in verb.events:
            form = self._form({"CallStatus": status, "ParentCallSid": self.call_sid, **more})
            report = self._tasks.create_task(self._tell(self._absolute(verb.progress), form))
            self._reports.add(report)
            report.add_done_callback(self._reports.discard)

    async def _tell(self, url: str, form: Mapping[str, str]) -> None:
        async with self._telling:  # one after the other, as things happened
            status, _ = await self._network.post(url, form)
        if status is None or status >= 400:
            self._complain(status, url)

    # unverified: twilio-report-order
    async def _reports_are_out(self) -> None:
        """How a dialled phone fared usually reaches the app before it is asked what next."""
        if self._reports:
            await asyncio.wait(self._reports, timeout=REPORT_SECONDS)

    async def _until_interrupted(self, work: Coroutine[Any, Any, str | None]) -> str:
        async with asyncio.TaskGroup() as tasks:
            working, stopped = tasks.create_task(work), tasks.create_task(self._interrupted.wait())
            await asyncio.wait((working, stopped), return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            working.cancel()
        if not self.over:
            self._interrupted.clear()
        return "" if working.cancelled() else working.result() or ""

    # --- small things

    async def _ask(self, url: str, more: Mapping[str, str] | None = None) -> str:
        url = self._absolute(url)
        status, document = await self._network.post(url, self._form(more or {}))
        if status is None or status >= 400:
            self._complain(status, url)
            raise twiml.BadDocument(f"11200: HTTP retrieval failure: {status or 'no answer'}")
        self._base = url
        return document or "<Response/>"

    def _absolute(self, url: str) -> str:
        try:
            return urljoin(self._base, url) if url else ""
        except ValueError as error:
            raise twiml.BadDocument(f"11100: invalid url format: {error}") from error

    def _form(self, more: Mapping[str, str]) -> dict[str, str]:
        """What Twilio sends with every request."""
        return {
            "CallSid": self.call_sid,
            "AccountSid": self._network.account_sid,
            "From": self.order.caller[2:],
            "To": self.order.callee[2:],
            "Direction": "inbound",
            "CallStatus": self.status,
            **more,
        }

    def _complain(self, status: int | None, url: str) -> None:
        self.diary.note(
            "warning", self._network.now(), sentence=f"11200: the app answered {status or 'nothing'} at {shown(url)}."
        )

    def _answered(self) -> None:
        if self.answered_at is None:
            self.answered_at = self._network.now()
            self.diary.note("answered", self.answered_at, answer_ms=self.diary.since_ring(self.answered_at))

    async def _prepare(self) -> None:
        """Make the caller's words ready, in the order in which they will be needed."""
        studio, index = self._network.studio, 0
        while True:
            self._more_steps.clear()
            while index < len(self._steps):
                words = await studio.utterance(self._steps[index], RATE, self._line)
                if words is not None:
                    self._words[index] = words
                    if not self._idle:
                        self._idle = await studio.idle_frames(RATE, self._line, words.level_dbfs)
                index += 1
            await self._more_steps.wait()

    def _wake(self) -> None:
        """Whoever streams the diary looks again."""
        self.changed.set()
        self.changed = asyncio.Event()
