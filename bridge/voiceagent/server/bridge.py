"""The bridge: turns a ring into a running call, with everything that call needs, and knows all calls that run.

Everything a call depends on is taken when it rings: a changed prompt, tool or setting is for the next call.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from voiceagent.agent.project import SAMPLE_RATES, AgentProject
from voiceagent.call.commands import CallBeganNoted, CallEndedNoted, Note, Warned
from voiceagent.call.playback import Playback
from voiceagent.call.session import Session
from voiceagent.control.acs import AcsControl
from voiceagent.control.acs_opening import Dial
from voiceagent.control.acs_transfers import Manners, identifier_of
from voiceagent.discreet import PhoneNumber
from voiceagent.errors import RemoteError, UserError
from voiceagent.ports import Clock, Sink, WireTap
from voiceagent.protocol.event_grid import IncomingCall, encode
from voiceagent.protocol.identifiers import from_raw_id
from voiceagent.runtime.admission import Admission, ConnectionBudget
from voiceagent.runtime.clock import MonotonicClock
from voiceagent.runtime.connecting import Connecting
from voiceagent.runtime.runner import CallRunner, CallSession, OwnVoice
from voiceagent.runtime.store import SharedStore
from voiceagent.runtime.ticker import Ticker
from voiceagent.server.answering import Decision, decide, over_the_limit
from voiceagent.server.dialling import Dialled, Dialling, DialRequest, address_of
from voiceagent.server.known_calls import KnownCalls
from voiceagent.server.live import CallTokens, LiveCall, PhoneLine
from voiceagent.server.once import Once
from voiceagent.server.public import Public
from voiceagent.server.served import Account, OpenEngineFor, Served, Witness, agent_for
from voiceagent.server.tokens import AcsTokens, TokenUse
from voiceagent.server.turning_away import turned_away

if TYPE_CHECKING:
    from azure.communication.callautomation.aio import CallAutomationClient

_log = logging.getLogger(__name__)

TOKEN_MARGIN_SECONDS = 600.0  # ringing before the call, late reports after it

Line = Callable[[str, str, AgentProject], PhoneLine]
"""Makes the control of a call of another telephone service: of our call id, the token of its addresses, the project."""


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
        event_tokens: AcsTokens | None = None,
        sinks: Sequence[Sink] = (),
        taps: Sequence[WireTap] = (),
        witness: Witness | None = None,
        account: Account | None = None,
        budget: ConnectionBudget | None = None,
        others: Sequence[Served] = (),
        own_voice: OwnVoice | None = None,
        clock: Clock | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        settings = project.settings
        first = Served(project, engine_name, open_engine, tuple(sinks), tuple(taps), witness, account)
        self.agents = [first, *others]
        """Whoever answers here; the first one's settings are those of the edge."""
        self.at_start = settings
        """Who is let in is decided by these: settings that lose a secret while they are saved must not open the door."""
        self.public = Public(settings.bridge.public_url)
        self.store: SharedStore | None = None
        """What we know together with them."""
        self.known = KnownCalls()
        self.calls = self.known.running
        self.clock = clock or MonotonicClock()
        self.admission = Admission(max_calls=settings.limits.max_calls, budget=budget)
        self._budget = budget
        self.acs_tokens = acs_tokens
        """None: `bridge.verification` is unverified."""
        self.event_tokens = event_tokens
        """Who checks the tokens of Event Grid's deliveries; None: the secret alone."""
        self.token_use = TokenUse(self.clock)
        self.tokens = CallTokens(settings.bridge.token_secret.encode() or secrets.token_bytes(32), wall)
        self._client = client
        self._own_voice = own_voice
        self._wall = wall
        self._dialling = Dialling(self.clock)
        self._rings = Once()
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

    @property
    def leaves_calls_to_others(self) -> bool:
        """It is on its way out, and there are others who may take a call that rings now."""
        return self.admission.draining and self.at_start.bridge.drain_seconds > 0

    @property
    def project(self) -> AgentProject:
        """The first agent's."""
        return self.agents[0].project

    def use(self, project: AgentProject) -> None:
        """Changed settings, instructions or tools of one agent: for the calls that ring from now on."""
        agent = next((one for one in self.agents if one.project.dir == project.dir), self.agents[0])
        agent.project = project
        self.admission.max_calls = self.project.settings.limits.max_calls

    def find(self, call_id: str) -> LiveCall | None:
        """The call that runs under our id."""
        return self.known.find(call_id)

    def find_given_up(self, call_id: str) -> LiveCall | None:
        """A call that we never learnt to have been connected; one of the last."""
        return self.known.find_given_up(call_id)

    # --- a call begins

    def ring(self, incoming: IncomingCall, line: Line | None = None) -> None:
        """Somebody calls, over Azure or over another `line`. Returns at once; repeated and stale deliveries are only logged."""
        context = hashlib.sha256(incoming.incoming_call_context.encode()).hexdigest()  # it is several KB long
        if not self._rings.first(incoming.event_id, incoming.server_call_id, context):
            _log.info("the ring of call %s was delivered again", incoming.correlation_id)
            return
        age = self._age_seconds(incoming.time)
        if age > self.project.settings.limits.ring_event_max_age_seconds:
            told = {"kind": "stale_ring", "why": f"{age:.0f} s late", "correlation_id": incoming.correlation_id}
            _log.warning(
                "the ring of call %s came %s; nobody is on the phone any more", told["correlation_id"], told["why"], extra=told
            )
            return
        self._begin(self._take(incoming, line, context))

    def abandon(self) -> None:
        """Cut every call short; each still closes what it has open."""
        for task in self._tasks:
            task.cancel()

    def _age_seconds(self, event_time: str) -> float:
        try:
            return self._wall() - datetime.fromisoformat(event_time).timestamp()
        except ValueError:
            return 0.0  # no time, or one we cannot read: better to answer a dead call than to miss a living one

    async def _take(self, incoming: IncomingCall, line: Line | None, context: str) -> None:
        try:
            if self.store is not None and not await self.store.first(context):
                _log.info("the ring of call %s was taken by another replica", incoming.correlation_id)
                return
            agent = agent_for(self.agents, incoming.to.phone_number)
            decision = await self._decide(agent, incoming)
            if agent is not None and decision.do == "accept":
                await self._run(agent, incoming, line)
            else:
                await self._turn_away(agent or self.agents[0], incoming, line, decision)
        except Exception:  # the edge of a call's task: what escapes it, in whatever step, must not end the other calls
            _log.exception("the call of correlation id %s broke", incoming.correlation_id)

    async def _decide(self, agent: Served | None, incoming: IncomingCall) -> Decision:
        """What is done with a ringing call. One that is accepted has been admitted, and must leave."""
        if agent is None:
            return Decision("forbidden", why="nobodys_number")
        rules = agent.project.settings.answer
        decision = decide(rules, incoming, now=self._wall(), calls=self.admission.inside)
        if decision.do != "accept":
            return decision
        verdict = await self.admission.enter()
        return decision if verdict == "admitted" else over_the_limit(rules, verdict)

    async def _run(
        self, agent: Served, incoming: IncomingCall, line: Line | None, call: Dial | None = None, call_id: str = ""
    ) -> None:
        """An admitted call, until it leaves its place: also one that cannot even be made."""
        project, call_id = agent.project, call_id or secrets.token_hex(8)
        try:
            control = self._control(project, call_id, incoming, line, call)
            try:
                live = self._make(agent, incoming, control, call_id, outbound=call is not None)
            except Exception as error:  # raised again below: only whoever rang must not ring on
                await self._not_made(agent, incoming, call_id, None if call else control, error)
                raise
            connecting = Connecting(
                lambda setup, listener: agent.open_engine(project, setup, listener, live.runner.wire("engine")), self._budget
            )
            with self.known.while_it_runs(live):
                await live.runner.run(answer=live.control.answer, open_engine=connecting.open)
        finally:
            self.admission.leave()

    async def _not_made(
        self, agent: Served, incoming: IncomingCall, call_id: str, control: PhoneLine | None, error: Exception
    ) -> None:
        """Whoever rang must not ring on, and the report tells that there was a call."""
        notes: list[Note] = [
            self._began(agent, incoming),
            Warned("defect", f"{type(error).__name__} in the bridge ended the call"),
        ]
        try:
            if control is not None:
                await control.reject()
        except RemoteError as refused:
            notes.append(Warned("reject_failed", str(refused)))
        self._tell(agent, call_id, notes, CallEndedNoted("failed", f"a defect in the bridge: {type(error).__name__}", 0, 0, 0))

    # --- a call of ours

    def dial(self, request: DialRequest) -> Dialled:
        """Call somebody; returns at once. UserError when that may not be; the same key calls nobody a second time."""
        if (known := self._dialling.known(request.key)) is not None:
            return known
        agent = next((one for one in self.agents if one.name == request.agent), None if request.agent else self.agents[0])
        if agent is None:
            raise UserError(f"no agent {request.agent} is served here", remedy=f"there are {self._names()}")
        settings = agent.project.settings
        address = address_of(request.to, settings, over_azure=self._client is not None)
        if not self.ready:
            raise UserError("this bridge is stopping", remedy="start it again")
        call = Dial(identifier_of(address), settings.acs.phone_number, settings.outbound.ring_seconds, request.key)
        ours = from_raw_id(f"4:{settings.acs.phone_number}" if settings.acs.phone_number else "8:acs:voiceagent")
        facts = IncomingCall(from_raw_id(str(call.target.raw_id)), ours, "", correlation_id=secrets.token_hex(8))
        dialled = Dialled(secrets.token_hex(8), facts.correlation_id)
        self._dialling.begin(request.key, dialled, settings)
        self._begin(self._place(agent, facts, call, dialled.call_id))
        return dialled

    async def _place(self, agent: Served, facts: IncomingCall, call: Dial, call_id: str) -> None:
        try:
            if await self.admission.enter() == "admitted":
                await self._run(agent, facts, None, call, call_id)
            else:
                _log.warning("call %s was not placed: there is no room", call_id)
                self._dialling.forget(call.key)
                self._tell(agent, call_id, [self._began(agent, facts)], CallEndedNoted("failed", "no_room", 0, 0, 0))
        except Exception:  # the edge of a call's task, as in `_take`
            _log.exception("the call %s of ours broke", call_id)
        finally:
            self._dialling.ended()

    def _names(self) -> str:
        return ", ".join(agent.name for agent in self.agents)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _turn_away(self, agent: Served, incoming: IncomingCall, line: Line | None, decision: Decision) -> None:
        call_id = secrets.token_hex(8)
        live = self._make(agent, incoming, self._control(agent.project, call_id, incoming, line), call_id)
        _log.warning(
            "call %s is not answered: %s, %s (%d calls run)", live.call_id, decision.do, decision.why, self.admission.inside
        )
        address = agent.project.settings.transfer.targets.get(decision.to)
        notes, reason = await turned_away(live.control, decision, address)
        self._tell(agent, live.call_id, [self._began(agent, incoming), *notes], CallEndedNoted("rejected", reason, 0, 0, 0))

    def _tell(self, agent: Served, call_id: str, notes: Sequence[Note], end: CallEndedNoted) -> None:
        for note in (*notes, end):
            for sink in agent.sinks:
                sink.note(call_id, 0.0, note)

    # --- what a call is made of

    def _make(
        self, agent: Served, incoming: IncomingCall, control: PhoneLine, call_id: str, *, outbound: bool = False
    ) -> LiveCall:
        project = agent.project
        settings = replace(agent.settings_of_a_call(outbound=outbound), own_voice=self._own_voice is not None)
        playback = Playback() if agent.account is None else agent.account(call_id)
        session: CallSession = Session(settings, playback)
        if agent.witness is not None:
            session = agent.witness(call_id, session, settings)
        began = self._began(agent, incoming)
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
            sinks=agent.sinks,
            taps=agent.taps,
            began=began,
            own_voice=self._own_voice,
        )
        control.watch(runner.wire("control"))
        if not outbound and (show := runner.wire("webhook")) is not None:
            show("in", json.dumps(encode(incoming, "event-grid"), default=str).encode())
        live = LiveCall(runner, control, settings.setup.sample_rate, lost_ms=project.settings.bridge.lost_after_seconds * 1000)
        control.deliver = live.reported
        return live

    def _control(
        self, project: AgentProject, call_id: str, incoming: IncomingCall, line: Line | None, call: Dial | None = None
    ) -> PhoneLine:
        token = self._token(call_id)
        if line is not None:
            return line(call_id, token, project)
        assert self._client is not None, "Azure announces calls only where its resource is known"
        return AcsControl(
            self._client,
            incoming_call_context=incoming.incoming_call_context,
            correlation_id=incoming.correlation_id or incoming.event_id or call_id,
            callback_url=self.public.http(f"/callbacks/{call_id}/{token}"),
            media_url=self.public.ws(f"/media/{call_id}/{token}"),
            sample_rate=SAMPLE_RATES[project.settings.bridge.audio_format],
            manners=Manners(
                project.settings.transfer.targets,
                caller_id=project.settings.acs.phone_number,
                call_id=call_id,
                caller=(incoming.from_ if call is None else incoming.to).raw_id.shown,
                hold_audio=self._hold_audio(project, call_id, token),
                headers=project.settings.transfer.headers,
            ),
            recording=project.settings.recording,
            dial=call,
        )

    def _hold_audio(self, project: AgentProject, call_id: str, token: str) -> str:
        wanted = project.settings.transfer.hold_audio
        return self.public.http(f"/hold/{call_id}/{token}") if wanted == "tones" else "" if wanted == "silence" else wanted

    def _token(self, call_id: str) -> str:
        return self.tokens.make(call_id, self.project.settings.limits.max_call_minutes * 60 + TOKEN_MARGIN_SECONDS)

    def _began(self, agent: Served, incoming: IncomingCall) -> CallBeganNoted:
        return CallBeganNoted(
            agent=agent.name,
            engine=agent.engine_name,
            correlation_id=incoming.correlation_id,
            caller=incoming.from_.phone_number or PhoneNumber(incoming.from_.raw_id.shown),
            called=incoming.to.phone_number or PhoneNumber(incoming.to.raw_id.shown),
            started_at=self._wall(),
            received_at=incoming.received_at,
            validated_at=incoming.validated_at,
        )
