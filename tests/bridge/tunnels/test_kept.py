"""A tunnel that is lost is made again, told of, and never spoken of before somebody answers through it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from voiceagent.errors import RemoteError, UserError
from voiceagent.protocol.public_address import PublicAddress
from voiceagent.testing.clock import ManualClock
from voiceagent.tunnels.kept import FIRST_PROBES, PROBE_SECONDS, Change, Lost, Restored, Tunnel
from voiceagent.tunnels.probe import Reached

SILENT = Reached("", sentence="nobody there", remedy="start it")


def answering(ms: float) -> Reached:
    return Reached("", round_trip_ms=ms)


@dataclass
class ScriptedLink:
    address: PublicAddress
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def lost(self) -> str:
        await self.ended.wait()
        return "it was cut"


class Stage:
    """Links, probes and pauses as the test wants them. A pause lasts until the test lets it pass."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.links: list[ScriptedLink] = []
        self.closed = 0
        self.refusals: list[Exception] = []
        self.probes: list[Reached] = []
        self.slow_ms = 0.0
        self._pauses: list[tuple[float, asyncio.Event]] = []
        self._paused = asyncio.Event()

    @asynccontextmanager
    async def way(self) -> AsyncIterator[ScriptedLink]:
        if self.refusals:
            raise self.refusals.pop(0)
        link = ScriptedLink(PublicAddress(f"https://{len(self.links)}.example"))
        self.links.append(link)
        try:
            yield link
        finally:
            self.closed += 1

    async def probe(self, _: PublicAddress) -> Reached:
        self.clock.advance(self.slow_ms)
        return self.probes.pop(0) if self.probes else answering(20.0)

    async def pause(self, seconds: float) -> None:
        pause = (seconds, asyncio.Event())
        self._pauses.append(pause)
        self._paused.set()
        try:
            await pause[1].wait()
        finally:
            self._pauses.remove(pause)

    async def let_pass(self, seconds: float) -> None:
        """The pause that is made, which must be that long."""
        async with asyncio.timeout(5):
            while not self._pauses:
                self._paused.clear()
                await self._paused.wait()
        length, over = self._pauses[0]
        assert length == seconds
        self.clock.advance(seconds * 1000)
        over.set()
        while any(pause[1] is over for pause in self._pauses):
            await asyncio.sleep(0)

    def tunnel(self) -> Tunnel:
        return Tunnel("a tunnel", self.way, clock=self.clock, probe=self.probe, pause=self.pause)


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def news(tunnel: Tunnel) -> Change:
    async with asyncio.timeout(5):
        return await anext(tunnel.changes())


async def test_it_opens_tells_where_and_closes(stage: Stage) -> None:
    stage.probes = [answering(31.5)]
    async with stage.tunnel() as tunnel:
        assert (tunnel.url, tunnel.round_trip_ms, tunnel.name) == ("https://0.example", 31.5, "a tunnel")
        assert stage.closed == 0
    assert stage.closed == 1


async def test_a_lost_link_is_made_again_under_its_new_address(stage: Stage) -> None:
    async with stage.tunnel() as tunnel:
        await stage.let_pass(PROBE_SECONDS)
        stage.links[0].ended.set()
        assert await news(tunnel) == Lost("it was cut")
        assert tunnel.url == "https://0.example"
        await stage.let_pass(0.5)
        assert await news(tunnel) == Restored(PublicAddress("https://1.example"), 20.0, 500)
        assert tunnel.url == "https://1.example"
    assert stage.closed == 2


async def test_attempts_come_at_growing_distances_and_are_told_once(stage: Stage) -> None:
    async with stage.tunnel() as tunnel:
        stage.refusals = [RemoteError("refused", service="x"), UserError("no key"), *[OSError("no network")] * 5]
        stage.links[0].ended.set()
        assert await news(tunnel) == Lost("it was cut")
        for seconds in (0.5, 1, 2, 4, 8, 8, 8, 8):
            await stage.let_pass(seconds)
        assert isinstance(await news(tunnel), Restored)
        stage.links[1].ended.set()
        assert await news(tunnel) == Lost("it was cut")
        await stage.let_pass(0.5)  # it had worked, so one begins anew
        assert isinstance(await news(tunnel), Restored)


async def test_silence_under_the_public_address_is_a_loss_though_the_link_stands(stage: Stage) -> None:
    async with stage.tunnel() as tunnel:
        stage.probes = [answering(25.0), SILENT, answering(26.0), SILENT, SILENT]
        for _ in range(5):
            await stage.let_pass(PROBE_SECONDS)
        assert await news(tunnel) == Lost("nobody there")
        assert (tunnel.round_trip_ms, stage.closed) == (26.0, 1)
        await stage.let_pass(0.5)
        assert isinstance(await news(tunnel), Restored)


async def test_a_new_address_is_believed_once_somebody_answers_there(stage: Stage) -> None:
    stage.probes = [SILENT, SILENT]
    entering = stage.tunnel()
    async with asyncio.TaskGroup() as tasks:
        opened = tasks.create_task(entering.__aenter__())
        await stage.let_pass(1.0)
        assert not opened.done()
        await stage.let_pass(1.0)
        await opened
        await entering.__aexit__(None, None, None)


async def test_a_link_that_ends_before_anybody_answered_is_made_again_at_once(stage: Stage) -> None:
    async with stage.tunnel() as tunnel:
        stage.probes = [SILENT] * FIRST_PROBES
        stage.links[0].ended.set()
        assert await news(tunnel) == Lost("it was cut")
        await stage.let_pass(0.5)
        await stage.let_pass(1.0)
        stage.links[1].ended.set()
        while stage.closed < 2:
            await asyncio.sleep(0)
        stage.probes = []
        await stage.let_pass(1.0)
        assert await news(tunnel) == Restored(PublicAddress("https://2.example"), 20.0, 2500)


async def test_one_that_takes_too_long_to_answer_is_made_again(stage: Stage) -> None:
    async with stage.tunnel() as tunnel:
        stage.links[0].ended.set()
        await news(tunnel)
        stage.probes, stage.slow_ms = [SILENT] * 2, 10_000.0
        await stage.let_pass(0.5)
        await stage.let_pass(1.0)
        while stage.closed < 2:
            await asyncio.sleep(0)
        stage.slow_ms = 0.0
        await stage.let_pass(1.0)
        assert await news(tunnel) == Restored(PublicAddress("https://2.example"), 20.0, 22500)


async def test_one_that_nobody_ever_answers_under_is_refused(stage: Stage) -> None:
    stage.probes = [SILENT] * FIRST_PROBES
    async with asyncio.TaskGroup() as tasks:
        opening = tasks.create_task(_open(stage))
        for _ in range(FIRST_PROBES - 1):
            await stage.let_pass(1.0)
    error = opening.result()
    assert (str(error), getattr(error, "remedy", "")) == ("nobody there", "start it")
    assert stage.closed == 1


async def _open(stage: Stage) -> Exception:
    with pytest.raises(RemoteError) as caught:
        async with stage.tunnel():
            pass
    return caught.value


@pytest.mark.parametrize("refusal", [UserError("no key"), RemoteError("no", service="x"), RuntimeError("a bug")])
async def test_what_prevents_the_first_link_is_raised(stage: Stage, refusal: Exception) -> None:
    stage.refusals = [refusal]
    with pytest.raises(type(refusal)) as caught:
        async with stage.tunnel():
            pass
    assert caught.value is refusal


async def test_it_closes_while_it_is_lost(stage: Stage) -> None:
    async with stage.tunnel() as tunnel:
        stage.refusals = [OSError("no network")] * 3
        stage.links[0].ended.set()
        assert await news(tunnel) == Lost("it was cut")
    assert stage.closed == 1


async def test_who_does_not_look_misses_only_the_oldest_news(stage: Stage) -> None:
    async with stage.tunnel() as tunnel:
        for number in range(40):
            await stage.let_pass(PROBE_SECONDS)
            stage.links[number].ended.set()
            while stage.closed <= number:
                await asyncio.sleep(0)
            await stage.let_pass(0.5)
            while tunnel.url != f"https://{number + 1}.example":
                await asyncio.sleep(0)
        async with asyncio.timeout(5):
            changes = tunnel.changes()
            assert await anext(changes) == Lost("it was cut")
            assert await anext(changes) == Restored(PublicAddress("https://25.example"), 20.0, 500)
