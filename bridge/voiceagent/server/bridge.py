"""The bridge: turns a ring into a running call, with everything that call needs, and knows all calls that run.

Everything a call depends on is taken when it rings: a changed prompt, tool or setting is for the next call.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from voiceagent.agent.project import AgentProject
from voiceagent.call.commands import CallBeganNoted, CallEndedNoted, EngineSetup, Note, Warned
from voiceagent.call.playback import Playback
from voiceagent.call.session import Session, SessionSettings
from voiceagent.control.acs import AcsControl
from voiceagent.control.acs_transfers import Manners
from voiceagent.discreet import PhoneNumber
from voiceagent.errors import RemoteError
from voiceagent.ports import Clock, Engine, EngineListener, Sink, WireFn, WireTap
from voiceagent.protocol.event_grid import IncomingCall, encode
from voiceagent.runtime.admission import Admission, ConnectionBudget
from voiceagent.runtime.clock import MonotonicClock
from voiceagent.runtime.registry import Registry
from voiceagent.runtime.runner import CallRunner, CallSession
from voiceagent.runtime.ticker import Ticker
from voiceagent.server.live import CallTokens, LiveCall, PhoneLine
from voiceagent.server.once import Once
from voiceagent.server.tokens import AcsTokens, TokenUse

if TYPE_CHECKING:
    from azure.communication.callautomation.aio import CallAutomationClient

_log = logging.getLogger(__name__)

TOKEN_MARGIN_SECONDS = 600.0  # ringing before the call, late reports after it

_REMEMBERED_GIVEN_UP = 100  # an outage of the service may give up many at once, and reports are at most minutes late

OpenEngineFor = Callable[[AgentProject, EngineSetup, EngineListener, WireFn | None], Awaitable[Engine]]
Witness = Callable[[str, CallSession, SessionSettings], CallSession]
"""Wraps the session of a call so that somebody sees every step of it."""
Line = Callable[[str, str, AgentProject], PhoneLine]
"""Makes the control of a call of another telephone service: of our call id, the token of its addresses, the project."""
Account = Callable[[str], Playback]
"""Opens the playback account of a call."""


class Bridge:
    """Use as `async with`: leaving it waits for the calls that still run, so ask them to end first (`runtime.shutdown`)."""

    def __init__(
        self,
        project: AgentProject,
        *,
        client: CallAutomationClient | None,
        open_engine: OpenEngineFor,
        engine_name: str,
        acs_tokens: AcsTokens | None,
        sinks: Sequence[Sink] = (),
        taps: Sequence[WireTap] = (),
        witness: Witness | None = None,
        account: Account | None = None,
        budget: ConnectionBudget | None = None,
        clock: Clock | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        settings = project.settings
        self.project = project
        self.public_url = settings.bridge.public_url.rstrip("/")
        self.calls: Registry[CallRunner] = Registry()
        self.clock = clock or MonotonicClock()
        self.admission = Admission(max_calls=settings.limits.max_calls, budget=budget)
        self.acs_tokens = acs_tokens
        """None: `bridge.verification` is unverified."""
        self.token_use = TokenUse(self.clock)
        self.tokens = CallTokens(settings.bridge.token_secret.encode() or secrets.token_bytes(32), wall)
        self._client = client
        self._open_engine = open_engine
        self._engine_name = engine_name
        self._sinks = tuple(sinks)
        self._taps = tuple(taps)
        self._witness = witness
        self._account = account
        self._wall = wall
        self._rings = Once()
        self._live: dict[str, LiveCall] = {}
        self._given_up: OrderedDict[str, LiveCall] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticker = Ticker(asyncio.get_running_loop())
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._group.__aexit__(kind, error, trace)
        finally:
            self._ticker.close()

    @property
    def ready(self) -> bool:
        """Whether a further call would be taken."""
        return not self.admission.draining

    def use(self, project: AgentProject) -> None:
        """Changed settings, instructions or tools: for the calls that ring from now on."""
        self.project = project
        self.admission.max_calls = project.settings.limits.max_calls

    def find(self, call_id: str) -> LiveCall | None:
        """The call that runs under our id."""
        return self._live.get(call_id)

    def find_given_up(self, call_id: str) -> LiveCall | None:
        """A call that we never learnt to have been connected; one of the last `_REMEMBERED_GIVEN_UP`."""
        return self._given_up.get(call_id)

    # --- a call begins

    def ring(self, incoming: IncomingCall, line: Line | None = None) -> None:
        """Somebody calls, over Azure or over another `line`. Returns at once; repeated and stale deliveries are only logged."""
        context = hashlib.sha256(incoming.incoming_call_context.encode()).hexdigest()  # it is several KB long
        if not self._rings.first(incoming.event_id, incoming.server_call_id, context):
            _log.info("the ring of call %s was delivered again", incoming.correlation_id)
            return
        age = self._age_seconds(incoming.time)
        if age > self.project.settings.limits.ring_event_max_age_seconds:
            _log.warning("the ring of call %s came %.0f s late; nobody is on the phone any more", incoming.correlation_id, age)
            return
        task = self._group.create_task(self._take(incoming, line))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def abandon(self) -> None:
        """Cut every call short; each still closes what it has open."""
        for task in self._tasks:
            task.cancel()

    def _age_seconds(self, event_time: str) -> float:
        try:
            return self._wall() - datetime.fromisoformat(event_time).timestamp()
        except ValueError:
            return 0.0  # no time, or one we cannot read: better to answer a dead call than to miss a living one

    async def _take(self, incoming: IncomingCall, line: Line | None) -> None:
        try:
            verdict = await self.admission.enter()
            if verdict == "admitted":
                await self._run(incoming, line)
            else:
                await self._turn_away(self._make(incoming, line), incoming, verdict)
        except Exception:  # the edge of a call's task: what escapes it, in whatever step, must not end the other calls
            _log.exception("the call of correlation id %s broke", incoming.correlation_id)

    async def _run(self, incoming: IncomingCall, line: Line | None) -> None:
        project = self.project
        try:
            live = self._make(incoming, line)
            with self._known(live):
                await live.runner.run(
                    answer=live.control.answer,
                    open_engine=lambda setup, listener: self._open_engine(project, setup, listener, live.runner.wire("engine")),
                )
        finally:
            self.admission.leave()

    @contextlib.contextmanager
    def _known(self, live: LiveCall) -> Iterator[None]:
        """The public edge finds the call while the block runs."""
        self._live[live.call_id] = live
        self.calls.add(live.runner)
        try:
            yield
        finally:
            self.calls.remove(live.runner)
            self._live.pop(live.call_id, None)
            if isinstance(live.control, AcsControl) and live.control.given_up:
                self._given_up[live.call_id] = live
                while len(self._given_up) > _REMEMBERED_GIVEN_UP:
                    self._given_up.popitem(last=False)
            if live.media is not None:  # the runner closes what it was given; a socket that never sent a frame it never saw
                live.media.shut(live.runner.end.reason if live.runner.end else "cancelled")

    async def _turn_away(self, live: LiveCall, incoming: IncomingCall, verdict: str) -> None:
        _log.warning("call %s gets busy: %s (%d calls run)", live.call_id, verdict, self.admission.inside)
        notes: list[Note] = [self._began(incoming), Warned(verdict, "the caller was given a busy signal")]
        try:
            await live.control.reject("busy")
        except RemoteError as error:
            notes.append(Warned("reject_failed", str(error)))
        for note in (*notes, CallEndedNoted("rejected", verdict, 0, 0, 0)):
            for sink in self._sinks:
                sink.note(live.call_id, 0.0, note)

    # --- what a call is made of

    def _make(self, incoming: IncomingCall, line: Line | None) -> LiveCall:
        project = self.project
        settings = project.session_settings()
        call_id = secrets.token_hex(8)
        playback = Playback() if self._account is None else self._account(call_id)
        session: CallSession = Session(settings, playback)
        if self._witness is not None:
            session = self._witness(call_id, session, settings)
        began = self._began(incoming)
        control = self._control(project, call_id, incoming) if line is None else line(call_id, self._token(call_id), project)
        runner = CallRunner(
            call_id=call_id,
            session=session,
            playback=playback,
            rate=settings.setup.sample_rate,
            ahead_ms=project.settings.bridge.playback_ahead_ms,
            clock=self.clock,
            ticker=self._ticker,
            control=control,
            tools=project.toolset,
            tool_context={
                "call_id": call_id,
                "correlation_id": incoming.correlation_id,
                "caller": began.caller,
                "called": began.called,
            },
            sinks=self._sinks,
            taps=self._taps,
            began=began,
        )
        control.watch(runner.wire("control"))
        if (show := runner.wire("webhook")) is not None:
            show("in", json.dumps(encode(incoming, "event-grid"), default=str).encode())
        live = LiveCall(runner, control, settings.setup.sample_rate)
        control.deliver = live.reported
        return live

    def _control(self, project: AgentProject, call_id: str, incoming: IncomingCall) -> AcsControl:
        assert self._client is not None, "Azure announces calls only where its resource is known"
        token = self._token(call_id)
        return AcsControl(
            self._client,
            incoming_call_context=incoming.incoming_call_context,
            correlation_id=incoming.correlation_id or incoming.event_id or call_id,
            callback_url=f"{self.public_url}/callbacks/{call_id}/{token}",
            media_url=f"{self.public_url.replace('http', 'ws', 1)}/media/{call_id}/{token}",
            sample_rate=project.engine_setup().sample_rate,
            manners=Manners(
                project.settings.transfer.targets,
                caller_id=project.settings.acs.phone_number,
                call_id=call_id,
                caller=incoming.from_.raw_id.shown,
                hold_audio=self._hold_audio(project, call_id, token),
                headers=project.settings.transfer.headers,
            ),
            recording=project.settings.recording,
        )

    def _hold_audio(self, project: AgentProject, call_id: str, token: str) -> str:
        wanted = project.settings.transfer.hold_audio
        return f"{self.public_url}/hold/{call_id}/{token}" if wanted == "tones" else "" if wanted == "silence" else wanted

    def _token(self, call_id: str) -> str:
        return self.tokens.make(call_id, self.project.settings.limits.max_call_minutes * 60 + TOKEN_MARGIN_SECONDS)

    def _began(self, incoming: IncomingCall) -> CallBeganNoted:
        return CallBeganNoted(
            agent=self.project.settings.agent.name,
            engine=self._engine_name,
            correlation_id=incoming.correlation_id,
            caller=incoming.from_.phone_number or PhoneNumber(incoming.from_.raw_id.shown),
            called=incoming.to.phone_number or PhoneNumber(incoming.to.raw_id.shown),
            started_at=self._wall(),
        )
