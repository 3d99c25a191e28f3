"""The emulated network as one object: its calls and circuits, the beat they share, keys, clocks, the way to Event Grid."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from voiceagent.discreet import Words
from voiceagent.emulators.acs.circuit import Circuit
from voiceagent.emulators.acs.exchange import Exchange
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.mp3 import MISSING
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.pulse import BEAT_MS, Pulse, monotonic_ms
from voiceagent.emulators.acs.recorder import ready_event, sides, write_recording
from voiceagent.emulators.acs.script import Interrupt, Say, Speaker, Step
from voiceagent.emulators.acs.state import Call, Order
from voiceagent.emulators.acs.studio import Line, Listener, Studio
from voiceagent.emulators.acs.times import Times
from voiceagent.emulators.acs.tokens import Signer
from voiceagent.emulators.event_grid.delivery import Attempt, Conditions, Deliveries
from voiceagent.emulators.event_grid.schedule import RetryPolicy
from voiceagent.emulators.event_grid.subscription import Subscription, validate
from voiceagent.emulators.faults.switchboard import Switchboard
from voiceagent.emulators.lint.findings import Findings
from voiceagent.emulators.reach import Reach
from voiceagent.emulators.tap import Tap
from voiceagent.emulators.tasks import Tasks
from voiceagent.errors import UserError
from voiceagent.protocol.event_grid import IncomingCall
from voiceagent.protocol.identifiers import from_raw_id

if TYPE_CHECKING:
    import httpx


_log = logging.getLogger(__name__)

SLOTS = 4
"""Calls are spread over the 20 ms of a beat, so that the frames of two hundred do not wait for each other."""

FAREWELL_SECONDS = 3.0
"""How long the last callbacks may take when the emulator stops."""


class Network:
    """Runs inside the task group and with the HTTP client it is given. `base` is its address, set when the port is known."""

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        client: httpx.AsyncClient,
        *,
        options: NetworkOptions,
        key: str | None,
        resource_id: str | None,
        voice: Callable[[], Speaker] | None,
        ear: Callable[[], Listener] | None = None,
        reach: Reach | None = None,
        faults: Switchboard | None = None,
        findings: Findings | None = None,
        tap: Tap | None = None,
        now: Callable[[], float] = monotonic_ms,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._tasks = Tasks(tasks)
        self._start = self._tasks.start
        self.options = options
        self.client = client
        self.ids = Ids(options.seed)
        self.request_ids = self.ids.stream("requests")
        self.faults = faults or Switchboard(seed=options.seed)
        self.findings = Findings() if findings is None else findings
        self.tap = tap
        self.now = now
        self.wall: Callable[[], float] = lambda: wall() + self.faults.skew_seconds
        self.times = Times(counted=options.seed is not None, wall=self.wall, now=now)
        self.key = key or self.ids.access_key()
        self.resource_id = resource_id or self.ids.guid()
        self.topic = (
            f"/subscriptions/{self.ids.guid()}/resourceGroups/emulated"
            "/providers/Microsoft.Communication/communicationServices/emulated"
        )
        self.base = ""
        self.reach = reach or Reach()
        self.signer = Signer(resource_id=self.resource_id, ids=self.ids, wall=self.wall)
        self.exchange = Exchange(self.ids, options, resource_id=self.resource_id)
        self.circuits: dict[str, Circuit] = {}
        self.studio = Studio(voice, ear)
        self.warnings: list[str] = []
        self.pulse = Pulse(now, self._beat, every_ms=BEAT_MS / SLOTS)
        self._slot = 0
        self._connected = 0
        self.deliveries = Deliveries(
            client,
            self._start,
            policy=RetryPolicy(),
            conditions=Conditions(
                scale=options.event_grid_scale,
                duplicates=options.event_grid_duplicates,
                reorder_ms=options.event_grid_reorder_ms,
                dead_letters=options.dead_letters,
                random=Random(options.seed),  # noqa: S311 - chance that can be repeated
            ),
            clock_ms=now,
            wall=self.wall,
            faults=self.faults,
            findings=self.findings,
        )
        self._carrying: set[asyncio.Task[None]] = set()
        self._live: dict[str, Circuit] = {}
        self._temporary: TemporaryDirectory[str] | None = None

    def start(self, base: str) -> None:
        """The server listens at `base`."""
        self.base = self.signer.issuer = base
        self._start(self.pulse.run())

    async def stop(self) -> None:
        """Hang up all calls, let the callbacks that are due go out, end everything."""
        for circuit in list(self._live.values()):
            circuit.call.caller_hangs_up(self.now(), "the emulator was stopped")
            circuit.carry_out()
        if self._carrying:
            await asyncio.wait(self._carrying, timeout=FAREWELL_SECONDS)
        self._tasks.cancel()
        self.studio.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    # --- what is asked of it

    async def subscribe(self, subscription: Subscription) -> None:
        """Ask the endpoint, and deliver to it from now on. UserError when it does not consent."""
        await validate(
            subscription,
            self.client,
            code=self.ids.guid(),
            event_id=self.ids.guid(),
            topic=self.topic,
            time=self.times.message(),
            findings=self.findings,
        )
        self.deliveries.subscription = subscription

    def place(self, order: Order, steps: tuple[Step, ...], line: Line) -> Circuit:
        """A caller dials. UserError when nobody would ever answer, or the words could not be spoken."""
        if not self.deliveries.subscriptions:
            raise UserError(
                "Nobody is subscribed to incoming calls.", remedy="PUT the app's address to /emulator/subscription first."
            )
        self.studio.must_be_able_to_say(steps)
        if len(self._live) >= self.options.most_calls:
            raise UserError(f"{self.options.most_calls} calls are in progress, the most this emulator carries.")
        call = self.exchange.place(order, self.now())
        circuit = self._connect(call, steps, line)
        if any(isinstance(step, Say | Interrupt) for step in steps):
            self._start(self.studio.warm_up())
        if not self.deliveries.publish(
            self._incoming(call), lambda attempt: self._undelivered(circuit, attempt), call=call.call_id
        ):
            call.diary.note(
                "warning", self.now(), sentence="No subscription to incoming calls has a filter that lets this through."
            )
        return circuit

    def carry_out(self, call: Call) -> None:
        """Do what an operation left to be done; it may have made the call."""
        circuit = self._live.get(call.call_id)
        if circuit is None and call.call_id not in self.circuits:
            circuit = self._connect(call, (), Line())
        if circuit is not None:
            circuit.carry_out()

    def keep_recording(self, circuit: Circuit, recording_id: str) -> None:
        self._start(self._keep(circuit, recording_id))

    def recording_file(self, document_id: str) -> Path:
        """Where it is, or will be."""
        written = (self.options.recordings or self._temporary_folder()) / f"{document_id}.mp3"
        return written if written.exists() else written.with_suffix(".wav")

    def warn(self, sentence: str) -> None:
        """Remembered once, for `GET /emulator/health`."""
        if sentence not in self.warnings and len(self.warnings) < 100:
            self.warnings.append(sentence)

    # --- within

    def _temporary_folder(self) -> Path:
        """Made for the first recording and not before: whoever is killed leaves no more behind than it must."""
        if self._temporary is None:
            self._temporary = TemporaryDirectory(prefix="voiceagent-recordings-")
        return Path(self._temporary.name)

    def _connect(self, call: Call, steps: tuple[Step, ...], line: Line) -> Circuit:
        circuit = Circuit(self, call, steps, line)
        self._connected += 1
        circuit.slot = self._connected % SLOTS
        self.circuits = {key: self.circuits[key] for key in self.exchange.calls if key in self.circuits}
        self.circuits[call.call_id] = self._live[call.call_id] = circuit
        carrying = self._start(self._carry(circuit))
        self._carrying.add(carrying)
        carrying.add_done_callback(self._carrying.discard)
        return circuit

    async def _beat(self, now: float, late_ms: float) -> None:
        self._slot = (self._slot + 1) % SLOTS
        if not self._live:
            return
        self.times.beat()
        for circuit in [one for one in self._live.values() if one.slot == self._slot]:
            try:
                await circuit.beat(now, late_ms)
            except Exception as error:  # a fault in one call must not stop the beat of the others; it ends that call, visibly
                self._broken(circuit, error)

    async def _carry(self, circuit: Circuit) -> None:
        try:
            await circuit.run()
        except* Exception as errors:  # the edge of a call's task: other calls go on
            self._broken(circuit, errors.exceptions[0])
        finally:
            self._live.pop(circuit.call.call_id, None)
            self.faults.call_ended(circuit.call.call_id)

    def _broken(self, circuit: Circuit, error: BaseException) -> None:
        _log.exception("emulated call %s broke", circuit.call.call_id, exc_info=error)
        circuit.call.diary.note("warning", self.now(), sentence=f"The emulator failed: {type(error).__name__}: {error}")
        circuit.call.caller_hangs_up(self.now(), "the emulator failed")
        circuit.carry_out()

    async def _keep(self, circuit: Circuit, recording_id: str) -> None:
        recording = circuit.call.recordings[recording_id]
        path = self.recording_file(recording.document_id)
        try:
            await asyncio.to_thread(write_recording, recording, sides(circuit), circuit.ear.rate, path)
        except OSError as error:
            self.warn(f"A recording could not be written: {error}.")
            return
        if recording.request.format == "mp3" and recording.format != "mp3":
            self.warn(MISSING)
        self.deliveries.publish(
            ready_event(
                recording,
                topic=self.topic,
                base=f"https://{self.reach.storage}" if self.reach.storage else self.base,
                event_id=self.ids.guid(),
                time=self.times.message(),
                started=self.times.at(recording.began),
                call_id=circuit.call.server_call_id,
            )
        )

    def _incoming(self, call: Call) -> IncomingCall:
        order = call.order
        return IncomingCall(
            event_id=self.ids.guid(),
            topic=self.topic,
            subject=f"/caller/{order.caller}/recipient/{order.callee}",
            time=self.times.message(),
            to=from_raw_id(order.callee),
            from_=from_raw_id(order.caller),
            incoming_call_context=call.context,
            server_call_id=call.server_call_id,
            correlation_id=call.correlation_id,
            caller_display_name=Words(order.display_name),
        )

    def _undelivered(self, circuit: Circuit, attempt: Attempt) -> None:
        tries = "attempt" if attempt.number == 1 else "attempts"
        answer = f"answered {attempt.status}" if attempt.status is not None else "did not answer"
        sentence = f"IncomingCall was not delivered: after {attempt.number} {tries} the app {answer}."
        circuit.call.diary.note("warning", self.now(), sentence=sentence)
