"""One agent on every engine and over every telephone service: the scenarios of examples/orders, and the rules they rest on.

Engines: the embedded one; Voice Live by a script; the embedded one behind OpenAI's GA words; a pipeline whose thinker is a chat
server (the agent's own rules behind `/v1/chat/completions` on this machine, or the server of OPENAI_BASE_URL with --real-chat).
Legs: Azure Communication Services and Twilio. The last figure counts the rules of the tables of turns, transfers and silence
that the conversations of the tests follow.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voiceagent.emulators.together import Emulators as InThisProcess
from voiceagent.emulators.voice_live.scripted import Scripted, Turn
from voiceagent.local.emulators import Emulators, emulators
from voiceagent.local.need import Leg
from voiceagent.local.project import settings_of
from voiceagent.scenarios.load import Case, cases, selected
from voiceagent.scenarios.results import Run, expectations
from voiceagent.scenarios.stage import stage
from voiceagent.speech.parts import load_thinker
from voiceagent.testing.edges import edges_of, edges_taken
from voiceagent.testing.openai_stub import OpenaiStub

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "examples" / "orders"
LEGS: tuple[Leg, ...] = ("acs", "twilio")
TABLES = ("floor", "barge_in", "gate", "item", "silence", "transfer")
"""Turns are four tables: whose turn it is, interruptions, replies one at a time, and what is audible."""

CONVERSATIONS = ("scenarios", "bridge/call")
"""Where tests are conversations, in virtual time."""

SUPPORT = ("request_transfer", {"target": "support", "reason": "a person, please"})
SCRIPTS: Mapping[str, Sequence[Turn]] = {
    "order-status": [
        Turn(hear="Where is my order 4271?", call=[("lookup_order", {"order_id": "4271"})]),
        Turn(say="Order 4271 is on its way."),
        Turn(hear="Thank you, goodbye.", say="Thank you for calling, goodbye.", call=[("end_call", {})]),
    ],
    "barge-in": [
        Turn(hear="What are your opening hours?", say="Yes, we are open Monday to Friday from eight to six, and on Saturdays."),
        Turn(hear="Sorry, where is my order 1138?", call=[("lookup_order", {"order_id": "1138"})]),
        Turn(say="Order 1138 was delivered."),
    ],
    "transfer-answered": [Turn(hear="A person, please.", say="I will connect you.", call=[SUPPORT])],
    "transfer-busy": [
        Turn(hear="A person, please.", say="I will connect you.", call=[SUPPORT]),
        Turn(say="I am sorry, the line is busy."),
        Turn(hear="What are your opening hours?", say="We are open Monday to Friday."),
    ],
}
"""What Voice Live answers by script, by the scenario's file."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine: the settings that lead to it, and what must be told before a scenario begins."""

    name: str
    flags: Mapping[str, Any]
    house: Emulators
    before: Callable[[Case], None] = lambda _: None


@dataclass(slots=True)
class Combination:
    leg: str
    engine: str
    passed: int = 0
    failed: int = 0
    why: list[str] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        return {"leg": self.leg, "engine": self.engine, "passed": self.passed, "failed": self.failed}


# --- engines


@asynccontextmanager
async def embedded() -> AsyncIterator[Engine]:
    async with emulators("all", project=PROJECT) as house:
        yield Engine("embedded", {"engine.kind": "embedded"}, house)


@asynccontextmanager
async def openai() -> AsyncIterator[Engine]:
    """The same ears and rules, spoken to as OpenAI is."""
    async with emulators("all", project=PROJECT) as house:
        flags = {
            "engine.kind": "openai",
            "engine.endpoint": house.env["AZURE_VOICELIVE_ENDPOINT"],
            "engine.transcription.model": "whisper-1",
            "agent.voice": "alloy",
        }
        yield Engine("openai", flags, house)


@asynccontextmanager
async def pipeline(real_chat: bool) -> AsyncIterator[Engine]:
    """Embedded ear and voice, and a chat server that thinks."""
    stub = OpenaiStub(load_thinker(settings_of(PROJECT).settings.thinker))
    async with contextlib.AsyncExitStack() as entered:
        env = {"VOICEAGENT_ENGINE": "pipeline", "VOICEAGENT_PIPELINE_THINK": "chat"}
        if not real_chat:
            await entered.enter_async_context(stub)
            env |= {"OPENAI_BASE_URL": stub.base_url, "OPENAI_MODEL": "the-agents-rules"}
        entered.enter_context(_environment(env))
        house = await entered.enter_async_context(emulators("all", project=PROJECT))
        yield Engine("pipeline, a real chat server" if real_chat else "pipeline", {}, house)


@asynccontextmanager
async def scripted() -> AsyncIterator[Engine]:
    """Voice Live as a script of each scenario has it."""
    chosen: list[Sequence[Turn]] = [()]

    def before(case: Case) -> None:
        chosen[0] = SCRIPTS[case.path.stem]

    async with InThisProcess("all", source=lambda: Scripted(chosen[0])()) as running:
        yield Engine("voice-live scripted", {"engine.kind": "voice-live"}, Emulators(running.env(), running.facts()), before)


@contextlib.contextmanager
def _environment(names: Mapping[str, str]) -> Any:
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


# --- the matrix


async def play(found: Sequence[Case], args: argparse.Namespace) -> list[Combination]:
    """All scenarios on each engine, over each leg."""
    engines = {"embedded": embedded, "scripted": scripted, "openai": openai, "pipeline": lambda: pipeline(False)}
    if args.real_chat:
        engines["real-chat"] = lambda: pipeline(True)
    combinations = []
    for name, make in engines.items():
        if args.engine and name not in args.engine:
            continue
        async with make() as engine:
            for leg in LEGS:
                if not args.leg or leg in args.leg:
                    combinations.append(await _combination(leg, engine, found))
    return combinations


async def _combination(leg: Leg, engine: Engine, found: Sequence[Case]) -> Combination:
    combination, stop = Combination(leg, engine.name), asyncio.Event()
    for case in found:
        engine.before(case)
        async with stage(PROJECT, {**case.overrides, **engine.flags}, engine.house, leg) as on:
            run = await on.play(case, stop=stop)
        passed = run.outcome == "passed"
        combination.passed += passed
        combination.failed += not passed
        say(f"{run.outcome:<7} {leg:<7} {engine.name:<20} {case.name}  {run.seconds:.1f} s")
        for sentence in [] if passed else _why(run):
            combination.why.append(sentence)
            say(f"        {sentence}")
    return combination


def _why(run: Run) -> list[str]:
    missed = [f"expected {one['text']}; heard {one['heard']}" for one in expectations(run) if not one["passed"]]
    return missed or [str(run.error)]


def edges() -> dict[str, Any]:
    """Rules followed, rules there are, and those that no conversation follows; counted in a process of its own."""
    counted = subprocess.run([sys.executable, __file__, "--edges"], stdout=subprocess.PIPE, check=False)
    if counted.returncode:
        raise SystemExit("error: the conversations of the tests do not pass")
    found: dict[str, Any] = json.loads(counted.stdout.splitlines()[-1])
    return found


def count_edges() -> int:
    """What `edges` asks for, as a line of JSON."""
    import pytest

    words = ["-q", "-p", "no:cacheprovider", "-m", "not engine and not call", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    with edges_taken() as taken, contextlib.redirect_stdout(sys.stderr):
        outcome = pytest.main([*words, *(str(ROOT / "tests" / folder) for folder in CONVERSATIONS)])
    wanted = edges_of(*TABLES)
    left = sorted(f"{table}: {state}/{signal}" for table, state, signal in wanted - taken)
    print(json.dumps({"covered": len(wanted & taken), "total": len(wanted), "left": left}))
    return int(outcome)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("-k", "--select", default="", help="only scenarios with these words")
    parser.add_argument("--engine", action="append", help="only this engine; repeatable")
    parser.add_argument("--leg", action="append", help="only this leg; repeatable")
    parser.add_argument("--real-chat", action="store_true", help="also the chat server of OPENAI_BASE_URL")
    parser.add_argument("--edges", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(words)
    if args.edges:
        return count_edges()
    found = selected(cases([PROJECT]), args.select)
    rules = edges()
    combinations = asyncio.run(play(found, args))
    result = {
        "scenarios": len(found),
        "combinations": [one.json() for one in combinations],
        "edges": {"covered": rules["covered"], "total": rules["total"]},
    }
    if args.json:
        print(json.dumps(result))
    else:
        for one in combinations:
            print(f"{one.leg:<7} {one.engine:<28} {one.passed} passed, {one.failed} failed")
        print(f"rules   {rules['covered']} of {rules['total']} followed by conversations")
    for edge in rules["left"]:
        say(f"no conversation follows {edge}")
    return 1 if any(one.failed for one in combinations) or rules["left"] else 0


if __name__ == "__main__":
    sys.exit(main())
