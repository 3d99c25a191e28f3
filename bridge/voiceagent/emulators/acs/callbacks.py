"""Mid-call callbacks on their way to the app: signed, one at a time, in order, tried again a few times.

A call's callbacks go through one queue, whatever address each is for, so the app sees them in the order in which they became
true. The queue holds `QUEUE` of them and a call makes a few dozen; when an app stalls for so long that it is full, the newest
are dropped with a line in the diary, as nobody can say what the real service does then. Nothing follows CallDisconnected.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.diary import Diary
from voiceagent.emulators.acs.effects import Notice, Result
from voiceagent.emulators.acs.fate import Entry, Posting, postings
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.state import Call
from voiceagent.emulators.faults.switchboard import Switchboard
from voiceagent.emulators.lint import answers as lint
from voiceagent.emulators.lint.findings import Findings
from voiceagent.protocol import acs_callbacks as wire
from voiceagent.protocol.declared import write_json
from voiceagent.protocol.identifiers import from_raw_id

if TYPE_CHECKING:
    import httpx

# unverified: callback-queue
QUEUE = 256
PAUSES_SECONDS = (0.2, 1.0, 3.0, 5.0)
"""Before the second and later attempts."""


def callback(notice: Notice, call: Call, *, event_id: str, time: str, wall_of: Callable[[float], str]) -> wire.Callback:
    """The callback of a notice. `wall_of` turns a time of the call into the service's wall clock."""
    facts = {name: _WIRED[name](value) if name in _WIRED else value for name, value in notice.facts.items()}
    if "began" in facts:
        facts["start_date_time"] = wall_of(facts.pop("began"))
        facts["recording_kind"] = "azureCommunicationServices"
    if "transcription_status" in facts:
        update = wire.TranscriptionUpdate(facts.pop("transcription_status"), facts.pop("details"))
        facts["transcription_update"] = update
    if "status" in facts:
        facts = {"media_streaming_update": wire.MediaStreamingUpdate("Audio", facts["status"], facts["details"])}
    return wire.CALLBACKS[notice.type](
        call_connection_id=call.connection_id,
        server_call_id=call.server_call_id,
        correlation_id=call.correlation_id,
        operation_context=notice.operation_context,
        result=None if notice.result is None else _result(notice.result),
        event_id=event_id,
        time=time,
        **facts,
    )


def service_time(at: datetime) -> str:
    """A time as the service writes it: seven decimals and an offset."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0+00:00"


def _result(result: Result) -> wire.Result:
    sip = None if result.sip is None else wire.Cause(*result.sip)
    q850 = None if result.q850 is None else wire.Cause(*result.q850)
    return wire.Result(result.code, result.sub_code, result.message, sip, q850)


def _members(members: list[dict[str, Any]]) -> tuple[wire.Participant, ...]:
    return tuple(wire.Participant(from_raw_id(m["raw_id"]), m["muted"], m["on_hold"]) for m in members)


_WIRED: dict[str, Callable[[Any], Any]] = {
    "participant": from_raw_id,
    "transfer_target": from_raw_id,
    "transferee": from_raw_id,
    "participants": _members,
}


class CallbackPost:
    """The callbacks of one call. `run` ends when CallDisconnected has been delivered or given up, or after `close`."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        token: Callable[[], str],
        diary: Diary,
        now: Callable[[], float],
        ids: Ids,
        attempts: int,
        forged: Callable[[str], str] = lambda _: "",
        faults: Switchboard | None = None,
        findings: Findings | None = None,
        call: str = "",
    ) -> None:
        self._client = client
        self._token = token
        self._diary = diary
        self._now = now
        self._ids = ids
        self._attempts = attempts
        self._forged = forged
        self._faults = faults or Switchboard()
        self._findings = Findings() if findings is None else findings
        self._call = call
        self._queue: asyncio.Queue[tuple[str, wire.Callback] | None] = asyncio.Queue(QUEUE)
        self._ends = False

    def put(self, uri: str, report: wire.Callback) -> None:
        try:
            self._queue.put_nowait((uri, report))
        except asyncio.QueueFull:
            self._diary.note("warning", self._now(), sentence=f"{report.type} was dropped: {QUEUE} callbacks are waiting.")

    def close(self) -> None:
        """No more callbacks will come; those in the queue are still delivered."""
        if self._queue.full():
            self._ends = True  # `run` finds out when the queue is empty: it has them all before it
        else:
            self._queue.put_nowait(None)

    # unverified: callback-order
    async def run(self) -> None:
        while (entry := await self._next()) is not None:
            posted = await postings(entry, self._faults, self._call, self._following)
            for posting in posted:
                await self._deliver(posting)
            told = {type(report) for posting in posted for report in posting.reports} | {type(entry[1])}
            if wire.CallDisconnected in told:
                return

    async def _next(self) -> Entry | None:
        return None if self._ends and self._queue.empty() else await self._queue.get()

    async def _following(self, seconds: float) -> Entry | None:
        try:
            async with asyncio.timeout(seconds):
                entry = await self._next()
        except TimeoutError:
            return None
        if entry is None:
            self.close()
        return entry

    async def _deliver(self, posting: Posting) -> None:
        report = posting.reports[0]
        body = write_json([wire.encode(one) for one in posting.reports])
        outcome: int | str = ""
        for attempt in range(1, self._attempts + 1):
            outcome = await self._post(posting, body)
            if isinstance(outcome, int) and outcome < 300:
                if attempt > 1:
                    self._note(report, attempt, outcome)
                return
            if isinstance(outcome, int) and outcome < 500 and outcome not in (408, 429):
                break
            if attempt < self._attempts:
                await asyncio.sleep(PAUSES_SECONDS[min(attempt, len(PAUSES_SECONDS)) - 1])
        self._note(report, attempt, outcome)

    async def _post(self, posting: Posting, body: bytes) -> int | str:
        import httpx

        token, began = self._forged(posting.forgery) if posting.forgery else self._token(), self._now()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        if not token:
            del headers["Authorization"]
        outcome: int | str
        try:
            outcome = (await self._client.post(posting.uri, content=body, headers=headers)).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            outcome = type(error).__name__
        if not posting.forgery:
            self._findings.report(lint.callback(outcome, self._now() - began), f"callback {posting.uri}", body)
        return outcome

    def _note(self, report: wire.Callback, attempts: int, outcome: int | str) -> None:
        self._diary.note("callback", self._now(), type=report.TYPE, attempts=attempts, status=outcome)
