"""A live replay: the caller of a capture speaks to an engine again, through the bridge and over the emulated phone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.capture.read import CaptureReader
from voiceagent.capture.recording import is_recording
from voiceagent.capture.records import NoteRecord, Record
from voiceagent.capture.seal import CaptureKey
from voiceagent.errors import RemoteError, UserError
from voiceagent.local.captured import report_of
from voiceagent.local.voices import voiced
from voiceagent.replay import changed
from voiceagent.replay.bare import overheard
from voiceagent.replay.judge import judged
from voiceagent.replay.meaning import AGENTS_WORDS, Compared, Tolerance, compared, first_difference, same
from voiceagent.replay.recorded import each
from voiceagent.replay.result import Result
from voiceagent.replay.script import steps
from voiceagent.replay.speech import spoken
from voiceagent.trust import authorities

if TYPE_CHECKING:
    from voiceagent.local.chat import Chat
    from voiceagent.local.phone import Phone

Show = Callable[[Mapping[str, Any]], None]

_HUMANS = {"busy": "busy", "declined": "declined", "no_answer": "no_answer"}
_NUMBER = "+14255550142"
_PATIENCE_MS = 8_000.0
"""A caller who did not hang up then does not do so now because the agent stops for breath. Not for ever: one who forgets to
end the call would be listened to in vain."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A capture made ready to be spoken again."""

    path: Path
    report: dict[str, Any] = field(repr=False)
    plan: dict[str, Any] = field(repr=False)
    """The emulated phone's order."""
    hidden: bool
    versions: tuple[str, ...]
    bare: bool = False
    """Made of a recording, which tells nothing that a call could be compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How to replay. `until` is a turn's number (from 1, as in the report) after which the caller says `say` instead."""

    fast: bool = False
    until: int | None = None
    say: tuple[str, ...] = ()
    tolerance: Tolerance = field(default_factory=Tolerance)
    limit_seconds: float = 900.0

    @property
    def goes_on(self) -> bool:
        """Whether the call is continued otherwise, so that there is nothing to compare it with."""
        return self.until is not None or bool(self.say)


def rehearse(path: Path, way: Way, *, key: CaptureKey | None = None) -> Rehearsed:
    """Read a capture for a live replay. UserError when it holds nothing to say."""
    reader = CaptureReader(path, key=key, scan=each)
    notes: list[Record] = []

    def passing() -> Iterator[Record]:
        for record in reader:
            if isinstance(record, NoteRecord):
                notes.append(record)
            yield record

    bare = is_recording(reader.header)
    said = overheard(passing(), voiced) if bare else spoken(passing())
    report = report_of(reader.header, notes, capture=path.name)
    script = steps(said, until_ms=_until_ms(report, way.until), fast=way.fast)
    script += [{"say": text} for text in way.say]
    if not way.goes_on and not bare and report["end_reason"] != "caller_left":
        script.append({"silence": _PATIENCE_MS})
    transfer = report["transfer"] or {}
    plan = {
        "from": _NUMBER,
        "steps": script,
        "line": "wideband",  # the recorded caller has been through a line already
        "human": _HUMANS.get(transfer.get("outcome", ""), "answer"),
        "hang_up_after": True,
    }
    hidden, versions = reader.header.policy != "full", tuple(changed.versions(reader.header))
    return Rehearsed(path, report, plan, hidden=hidden, versions=versions, bare=bare)


def _until_ms(report: Mapping[str, Any], turn: int | None) -> float | None:
    if turn is None:
        return None
    turns = report["turns"]
    if turn > len(turns):
        raise UserError(f"the call has {len(turns)} turns, not {turn}", remedy="`voiceagent calls show CALL` lists them")
    if turn == 0:
        return -1.0
    # Between this turn and the next: the two datings of an onset are some milliseconds apart.
    return None if turn == len(turns) else float(turns[turn - 1]["start_ms"] + turns[turn]["start_ms"]) / 2


Call = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Places a planned call and waits for its report."""


@asynccontextmanager
async def own_bridge(
    directory: Path,
    *,
    flags: Mapping[str, Any],
    limit_seconds: float,
    show: Show,
    say: Callable[[str], None],
    stop: asyncio.Event,
) -> AsyncIterator[Call]:
    """The project's bridge in this process, with an emulated phone, and how to call it."""
    from voiceagent.local.bridge import bridge
    from voiceagent.local.calling import place

    async with bridge(directory, flags={"bridge.port": 0, **flags}, phone=True, say=say) as served:

        async def call(plan: Mapping[str, Any]) -> dict[str, Any]:
            called = await place(served.running, plan, limit_seconds=limit_seconds, show=show, stop=stop)
            _refuse_cut(called.cut)
            return called.report

        yield call


@asynccontextmanager
async def bridge_elsewhere(
    endpoint: str, *, phone_url: str, secret: str, limit_seconds: float, stop: asyncio.Event
) -> AsyncIterator[Call]:
    """Any bridge that already runs on the emulated phone at `phone_url`; `endpoint` is where it takes its Event Grid events.

    Its side of the call is not told, so the report has only what the phone's ear knows.
    """
    import httpx

    from voiceagent.local.phone import Phone

    async with httpx.AsyncClient(trust_env=False, verify=authorities(), timeout=30) as http:
        phone = Phone(http, phone_url)
        await phone.subscribe(endpoint, secret=secret)

        async def call(plan: Mapping[str, Any]) -> dict[str, Any]:
            placed = await phone.place_call(plan)
            async with asyncio.TaskGroup() as tasks:
                ended = tasks.create_task(_follow(phone, placed["call_id"]))
                stopped = tasks.create_task(stop.wait())
                await asyncio.wait({ended, stopped}, timeout=limit_seconds, return_when=asyncio.FIRST_COMPLETED)
                stopped.cancel()
                late = not ended.done()
                if late:
                    await phone.hang_up(placed["call_id"])
                    ended.cancel()
            if late:
                _refuse_cut("interrupted" if stop.is_set() else f"longer than {limit_seconds:.0f} s")
            return ear_report(await phone.look(placed["call_id"]))

        yield call


async def _follow(phone: Phone, call_id: str) -> None:
    async for _ in phone.follow(call_id):
        pass


def _refuse_cut(cut: str) -> None:
    if cut == "interrupted":
        raise KeyboardInterrupt
    if cut:
        raise RemoteError(f"the call took {cut}", service="the emulated phone", remedy="--timeout SECONDS for a longer one")


def ear_report(ear: Mapping[str, Any]) -> dict[str, Any]:
    """A report of what the caller's ear alone can tell; what it cannot know is null or empty."""
    turns = [
        {
            "role": "agent",
            "text": "",
            **{name: turn[name] for name in ("start_ms", "end_ms", "interrupted", "heard_ms", "latency_ms")},
        }
        for turn in ear["turns"]
    ]
    return {
        "call_id": ear["call_id"],
        "correlation_id": ear["correlation_id"],
        "engine": None,
        "outcome": ear["outcome"],
        "end_reason": ear["end_reason"],
        "started_at": None,
        "duration_ms": ear["duration_ms"],
        "turns": turns,
        "tools": [],
        "barge_ins": [{"at_ms": one["at_ms"], "stop_ms": one["stop_ms"], "truncated_at_ms": None} for one in ear["barge_ins"]],
        "transfer": None,
        "latency_ms": {
            "answer": ear["answer_ms"],
            "first_audio": ear["first_audio_ms"],
            "turn_p50": ear["latency_p50_ms"],
            "turn_p95": None,
            "barge_in_stop_p95": None,
        },
        "frames": {"caller_in": ear["frames"]["sent"], "agent_out": ear["frames"]["received"], "dropped": 0},
        "cost": None,
        "recording": None,
        "capture": None,
    }


_OF_A_TURN = ("start_ms", "end_ms", "interrupted", "heard_ms", "latency_ms")
_AT_THE_EAR = frozenset({"interruptions", "latency p50"})


async def replay_live(
    rehearsed: Rehearsed,
    call: Call,
    way: Way,
    *,
    repeat: int = 1,
    ear_only: bool = False,
    judge: Chat | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Result:
    """Speak it so many times; the same only when every time was. A `judge` decides about the agent's words."""
    runs: list[list[Compared]] = []
    report: dict[str, Any] = {}
    difference: dict[str, Any] | None = None
    nothing_to_compare = way.goes_on or rehearsed.bare
    began = clock()
    for _ in range(repeat):
        report = await call(rehearsed.plan)
        found = compared(rehearsed.report, report, hidden=rehearsed.hidden, tolerance=way.tolerance)
        found = [one for one in found if not ear_only or one.what in _AT_THE_EAR]
        if judge is not None and not nothing_to_compare and not ear_only:
            verdict = await judged(judge, rehearsed.report, report)
            found = [verdict if one.what == AGENTS_WORDS else one for one in found]
        runs.append(found)
        if not nothing_to_compare:
            difference = difference or first_difference(found, report)
    took = (clock() - began) / repeat
    return Result(
        capture=str(rehearsed.path),
        mode="live",
        verdict="different" if difference is not None else "same",
        speed_x=float(rehearsed.report["duration_ms"]) / 1000 / took if took else 0.0,
        difference=difference,
        versions=rehearsed.versions,
        rates=None if nothing_to_compare else rates(runs),
        call=report,
    )


def rates(runs: Sequence[Sequence[Compared]]) -> dict[str, Any]:
    """How often each aspect was the same, and what it was the last time."""
    aspects = {
        last.what: {**last.json(), "held": sum(one.same for run in runs for one in run if one.what == last.what)}
        for last in runs[-1]
    }
    return {"runs": len(runs), "same": sum(same(run) for run in runs), "aspects": list(aspects.values())}
