"""Calls for tests that are not asynchronous themselves: a thread with a loop of its own, where a bridge waits for the next one.

Opening a bridge takes seconds, so it stays open between calls; a call that needs another project or other settings closes it.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from voiceagent.local.emulators import Emulators
    from voiceagent.scenarios.load import Case
    from voiceagent.scenarios.results import Run
    from voiceagent.scenarios.stage import Stage

Open = TypeVar("Open")


@dataclass(frozen=True, slots=True)
class _Job:
    project: Path
    overrides: Mapping[str, Any]
    work: Callable[[Stage], Awaitable[Any]]
    done: Future[Any] = field(default_factory=Future)

    @property
    def place(self) -> str:
        """Jobs of the same place share a bridge."""
        return json.dumps([str(self.project), dict(self.overrides)], sort_keys=True, default=str)


class Backstage:
    """Give it calls with `play` and `call`, one after the other; `close` it at the end. The first call starts the thread."""

    def __init__(self) -> None:
        self._jobs: asyncio.Queue[_Job | None] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._current: _Job | None = None

    def play(self, case: Case) -> Run:
        """Play and judge a scenario once."""

        async def work(on: Stage) -> Run:
            return await on.play(case, stop=asyncio.Event())

        run: Run = self._carry_out(_Job(case.project, case.overrides, work))
        return run

    def call(
        self, project: Path, plan: Mapping[str, Any], *, overrides: Mapping[str, Any], limit_seconds: float
    ) -> dict[str, Any]:
        """Place a call as the phone wants it; returns its report, with `ear` and the phone's `diary`."""

        async def work(on: Stage) -> dict[str, Any]:
            from voiceagent.local.calling import place

            stop = asyncio.Event()
            called = await place(on.running, plan, limit_seconds=limit_seconds, show=lambda _: None, stop=stop)
            return {**called.report, "diary": list(called.diary), "cut": called.cut}

        report: dict[str, Any] = self._carry_out(_Job(project, overrides, work))
        return report

    def close(self) -> None:
        """Close what is open and wait for it. Idempotent."""
        if self._thread is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._jobs.put_nowait, None)
            self._thread.join()
            self._thread = None

    def _carry_out(self, job: _Job) -> Any:
        if self._thread is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._run, args=(self._loop,), name="voiceagent-backstage", daemon=True)
            self._thread.start()
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._jobs.put_nowait, job)
        return job.done.result()

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(self._work())

    async def _work(self) -> None:
        job = await self._jobs.get()
        while job is not None:
            self._current = job
            try:
                job = await self._in_house(job)
            except Exception as error:  # whoever waits for the call is told; the next call opens everything anew
                if not self._current.done.done():
                    self._current.done.set_exception(error)
                job = await self._jobs.get()

    async def _in_house(self, job: _Job) -> _Job | None:
        """All calls to this project; returns the first to another."""
        from voiceagent.scenarios.stage import house

        project, next_one = job.project, job
        async with house(project, say=lambda _: None) as emulators:
            waiting: _Job | None = next_one
            while waiting is not None and waiting.project == project:
                waiting = await self._on_stage(waiting, emulators)
        return waiting

    async def _on_stage(self, job: _Job, emulators: Emulators) -> _Job | None:
        from voiceagent.scenarios.stage import stage

        place, waiting = job.place, job
        self._current = job
        async with stage(job.project, job.overrides, emulators) as on:
            following: _Job | None = waiting
            while following is not None and following.place == place:
                self._current = following
                await self._one(following, on)
                following = await self._jobs.get()
        return following

    async def _one(self, job: _Job, on: Stage) -> None:
        try:
            job.done.set_result(await job.work(on))
        except Exception as error:  # the edge of a call: its test fails, the bridge goes on
            job.done.set_exception(error)


class Kept(Generic[Open]):
    """An asynchronous context that a thread keeps open: `with Kept(lambda: Emulators("all")) as emulators`."""

    def __init__(self, context: Callable[[], AbstractAsyncContextManager[Open]]) -> None:
        self._context = context
        self._opened: Future[Open] = Future()
        self._leave: Callable[[], object] = lambda: None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._keep()), name="voiceagent-kept", daemon=True)

    def __enter__(self) -> Open:
        self._thread.start()
        return self._opened.result()

    def __exit__(self, *_: object) -> None:
        self._leave()
        self._thread.join()

    async def _keep(self) -> None:
        leave, loop = asyncio.Event(), asyncio.get_running_loop()
        self._leave = lambda: loop.call_soon_threadsafe(leave.set)
        try:
            async with self._context() as opened:
                self._opened.set_result(opened)
                await leave.wait()
        except Exception as error:  # whoever opened it is told
            if self._opened.done():
                raise
            self._opened.set_exception(error)
