"""An empty Azure subscription in a thread of its own, because commands run a loop of their own; the settings lead there."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.arm.options import ArmOptions
from voiceagent.emulators.arm.serve import ArmEmulator
from voiceagent.emulators.numbers.options import NumbersOptions
from voiceagent.emulators.tap import Asked
from voiceagent.emulators.together import Emulators


class Mute:
    """A voice without a model."""

    def stream(self, text: str, *, rate: int, **_: Any) -> Iterator[bytes]:
        yield bytes(2 * rate // 50 * len(text))


@dataclass
class Subscription:
    """What runs in the thread. `run` carries out a coroutine there; `enter` opens something that stays open."""

    loop: asyncio.AbstractEventLoop
    stack: AsyncExitStack
    acs: Any = None
    arm: Any = None
    env: Any = None
    deadly: tuple[str, int] = ("", 0)
    crossed: list[str] = field(default_factory=list)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def enter(self, block: Any) -> Any:
        return self.run(self.stack.enter_async_context(block))

    def kill_at(self, part: str, pid: int) -> None:
        """Kill the process as soon as a changing request with this in its address was carried out."""
        self.deadly = (part, pid)

    def hear(self, crossed: Any) -> None:
        if isinstance(crossed, Asked) and crossed.method != "GET":
            self.crossed.append(crossed.target)
            part, pid = self.deadly
            if pid and part in crossed.target:
                self.deadly = ("", 0)
                os.kill(pid, signal.SIGKILL)

    def asked(self, part: str) -> int:
        """How many changing requests had this in their address."""
        return sum(part in target for target in self.crossed)

    def numbers(self) -> list[str]:
        found = httpx.get(f"{self.acs.url}/emulator/numbers", trust_env=False).json()
        return [one["phoneNumber"] for one in found["owned"]]

    def things(self) -> list[str]:
        desk = self.arm.desk
        found = [*desk.things.made, *desk.things.groups, *desk.resources.topics, *desk.resources.subscriptions]
        return [*found, *desk.things.deleted] + ([] if desk.acs is None else ["acs"])


@contextmanager
def a_thread() -> Iterator[Subscription]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    found = Subscription(loop, AsyncExitStack())
    try:
        yield found
    finally:
        asyncio.run_coroutine_threadsafe(found.stack.aclose(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def subscription(monkeypatch: pytest.MonkeyPatch) -> Iterator[Subscription]:
    """One that answers at once."""
    with a_thread() as found:
        found.acs = found.enter(AcsEmulator(numbers=NumbersOptions(owned=(), operation_seconds=0), voice=Mute, tap=found.hear))
        options = ArmOptions(operation_seconds=0, retry_after_seconds=0, empty=True)
        found.arm = found.enter(ArmEmulator(found.acs.network, options=options))
        found.env = {"VOICEAGENT_ARM_ENDPOINT": found.arm.url, "AZURE_SUBSCRIPTION_ID": found.arm.azure_subscription}
        for name, value in found.env.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def emulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[Subscription]:
    """What `voiceagent emulate all --empty` runs, with its settings."""
    with a_thread() as found:
        emulators = found.enter(Emulators("all", answers="scripted", empty=True, voice=Mute))
        found.acs, found.arm, found.env = emulators.acs, emulators.arm, emulators.env()
        for name, value in found.env.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def provision(project: Path, voiceagent: Callable[..., Any]) -> Callable[..., Any]:
    """`voiceagent provision WORDS --json` on the project; its result, or with another `code` its outcome."""

    def carry_out(*words: str, code: int = 0, of: str = "") -> Any:
        where = ["--dir", str(project)] if of == "dir" else [str(project)]
        outcome = voiceagent("provision", *words, *where, "--json")
        assert outcome.code == code, outcome.err
        return outcome if code else json.loads(outcome.out)

    return carry_out


@pytest.fixture
def told(project: Path, voiceagent: Callable[..., Any]) -> Callable[..., Any]:
    """The same for people: exit code, results and talk."""

    def carry_out(*words: str, of: str = "") -> Any:
        where = ["--dir", str(project)] if of == "dir" else [str(project)]
        return voiceagent("provision", *words, *where)

    return carry_out
