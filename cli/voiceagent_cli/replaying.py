"""Replays on the screen: one line for each capture, and for what differs as much as a person needs to see why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError
from voiceagent_cli.exits import OK, Ended
from voiceagent_cli.misspelt import warn_of_names

if TYPE_CHECKING:
    import asyncio

    from voiceagent.capture.seal import CaptureKey
    from voiceagent.local.chat import Chat
    from voiceagent.replay.live import Rehearsed, Way
    from voiceagent.replay.result import Result
    from voiceagent_cli.terminal import Terminal

_WIDTH = 100
_SIGNS = {"same": "=", "different": "!", "failed": "x"}


def find(names: Sequence[str], directory: Path | None) -> list[Path]:
    """The files that are meant: by path, or by name in the project's captures. UserError names the one that is not there."""
    found = []
    for name in names:
        path = Path(name)
        if not path.is_file():
            from voiceagent.local.captured import shelf_of

            path = shelf_of(directory or Path()).find(name)
        found.append(path)
    return found


def key_of(path: Path, directory: Path | None) -> CaptureKey | None:
    """The key of an encrypted capture; settings are read only for those."""
    from voiceagent.capture.read import CaptureReader
    from voiceagent.replay.changed import project_of

    if not CaptureReader(path, sealed_too=True).header.sealed:
        return None
    from voiceagent.capture.keys import reading_key
    from voiceagent.local.project import settings_of

    return reading_key(settings_of(directory or project_of(path)).settings.capture)


# --- exactly


def exact(paths: Sequence[Path], directory: Path | None, terminal: Terminal, *, strictly: bool, as_json: bool) -> None:
    """Replay them one after the other; ends the command unless all are the same.

    `strictly`: the reports count, and are the result, in the same bytes on every machine; the verdicts are talk then.
    """
    from voiceagent.replay.result import Result
    from voiceagent.replay.run import replay_exactly

    results: list[Result] = []
    for path in paths:
        try:
            result = replay_exactly(path, project=directory, key=key_of(path, directory), strictly=strictly)
        except UserError as error:
            if len(paths) == 1:
                raise
            result = Result(capture=str(path), mode="exact", verdict="failed", sentence=str(error))
        results.append(result)
        if not as_json:
            tell(result, terminal, aside=strictly)
            if strictly and result.call is not None:
                terminal.result(json.dumps(result.call, indent=2))
    conclude(results, terminal, as_json=as_json, aside=strictly)


def conclude(results: Sequence[Result], terminal: Terminal, *, as_json: bool, aside: bool = False) -> None:
    """The whole as JSON or a line; ends the command with the code of the worst."""
    from voiceagent.replay.result import exit_code, summary

    total = summary(results)
    if as_json:
        terminal.record(total)
    elif len(results) > 1:
        put = terminal.say if aside else terminal.result
        put(f"{total['same']} same, {total['different']} different, {total['failed']} failed")
    if (code := exit_code(results)) != OK:
        raise Ended(code)


def tell(result: Result, terminal: Terminal, *, aside: bool = False) -> None:
    """One capture: a line, and below it what differs. `aside`: as talk, because something else is the result."""
    put = terminal.say if aside else terminal.result
    name = Path(result.capture).name
    facts = [f"{result.commands} commands"]
    if result.wire is not None:
        facts.append(f"{result.wire['frames']} frames")
    if result.speed_x:
        facts.append(f"{result.speed_x:.0f} x real time")
    put(f"{_SIGNS[result.verdict]} {result.verdict:<9}  {name}  ({', '.join(facts)})")
    if result.stopped:
        terminal.say(f"  Up to its last whole record: {result.stopped}.")
    for line in [*_failure(result), *_difference(result.difference), *_wire(result), *_told(result), *_changed(result)]:
        put(f"  {line}")


def _failure(result: Result) -> list[str]:
    return [f"cannot be replayed: {result.sentence}"] if result.sentence else []


def _difference(difference: Mapping[str, Any] | None) -> list[str]:
    if difference is None:
        return []
    if "edge" in difference:
        return _frame(difference, "first difference")
    lines = [f"first difference at {difference['at_ms'] / 1000:.3f} s, after {_event(difference['event'])}"]
    lines += [f"    {one['at_ms'] / 1000:9.3f} s    {_shown(one)}" for one in difference["context"]]
    lines.append(f"  - {difference['at_ms'] / 1000:9.3f} s  expected  {_shown(difference['expected'])}")
    lines.append(f"  + {difference['at_ms'] / 1000:9.3f} s  actual    {_shown(difference['actual'])}")
    lines += [f"    {field}" for field in difference["fields"][:8]]
    lines += [f"    {sentence}" for sentence in difference["nearest"]]
    return lines


def _frame(difference: Mapping[str, Any], title: str) -> list[str]:
    way = "from" if difference["dir"] == "in" else "to"
    edge = {"engine": "the engine", "media": "the caller"}[difference["edge"]]
    lines = [f"{title} on the wire at {difference['at_ms'] / 1000:.3f} s, {way} {edge}"]
    lines.append(f"  - expected  {_cut(json.dumps(difference['expected'], ensure_ascii=False))}")
    lines.append(f"  + actual    {_cut(json.dumps(difference['actual'], ensure_ascii=False))}")
    return lines + [f"    {_cut(field)}" for field in difference["fields"][:8]]


def _wire(result: Result) -> list[str]:
    wire = result.wire
    if not wire or not wire["differences"]:
        return []
    if result.difference is not None and "edge" in result.difference:
        return [f"{wire['differences']} frames differ"]
    return [*_frame(wire["first"][0], "first difference"), f"{wire['differences']} frames differ"]


def _told(result: Result) -> list[str]:
    return [f"report differs: {line}" for line in result.told[:8]]


def _changed(result: Result) -> list[str]:
    if result.verdict == "same":
        return []
    return [
        *(f"changed since: {line}" for line in result.versions),
        *(f"changed in the project: {line}" for line in result.project),
    ]


def _event(event: Mapping[str, Any] | None) -> str:
    return "the start" if event is None else _shown(event)


def _shown(thing: Mapping[str, Any] | None) -> str:
    """A command or event on a line: its name and its fields."""
    if thing is None:
        return "(nothing)"
    fields = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in thing["fields"].items())
    return _cut(f"{thing['type']}({fields})")


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


# --- live


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for with `--live`."""

    engine: str | None
    repeat: int
    words: float
    latency_ms: float | None
    fast: bool
    against: str | None
    judge: str | None
    until: int | None
    say: tuple[str, ...]
    limit_seconds: float


def live(paths: Sequence[Path], directory: Path | None, wish: Wish, terminal: Terminal, *, as_json: bool) -> None:
    """Have the recorded callers speak again, one after the other; ends the command unless all calls mean the same."""
    from voiceagent.replay.live import Way, rehearse
    from voiceagent.replay.meaning import Tolerance
    from voiceagent_cli.signals import run

    way = Way(
        fast=wish.fast,
        until=wish.until,
        say=wish.say,
        tolerance=Tolerance(words=wish.words, latency_ms=wish.latency_ms),
        limit_seconds=wish.limit_seconds,
    )
    if wish.judge and wish.against:
        raise UserError(
            "--judge reads the agent's words, and a foreign bridge does not tell them", remedy="leave one of them out"
        )
    rehearsed = [rehearse(path, way, key=key_of(path, directory)) for path in paths]
    results = run(lambda stop: _speak(rehearsed, way, directory, wish, terminal, stop))
    if not as_json:
        for result in results:
            tell_live(result, terminal)
    conclude(results, terminal, as_json=as_json)


async def _speak(
    rehearsed: Sequence[Rehearsed],
    way: Way,
    directory: Path | None,
    wish: Wish,
    terminal: Terminal,
    stop: asyncio.Event,
) -> list[Result]:
    from voiceagent.config.load import environment
    from voiceagent.local.project import settings_of
    from voiceagent.replay.changed import project_of
    from voiceagent.replay.live import bridge_elsewhere, own_bridge, replay_live
    from voiceagent_cli import conversation

    def show(note: Mapping[str, Any]) -> None:
        if line := conversation.line(note):
            terminal.say(line)

    judge = _judge(rehearsed, directory, wish.judge) if wish.judge else None
    if wish.against:
        environ = environment()
        phone_url = environ.get("VOICEAGENT_EMULATOR_URL", "")
        if not phone_url:
            raise UserError(
                "--against needs the emulated phone that the bridge uses: VOICEAGENT_EMULATOR_URL is not set",
                remedy="run `voiceagent emulate acs --env`, and give its settings to the bridge and to this command",
            )
        secret = environ.get("VOICEAGENT_EVENT_SECRET", "")
        calling = bridge_elsewhere(wish.against, phone_url=phone_url, secret=secret, limit_seconds=way.limit_seconds, stop=stop)
    else:
        terminal.log("warning")
        project = directory or project_of(rehearsed[0].path) or Path()
        flags = {"engine.kind": wish.engine} if wish.engine else {}
        warn_of_names(settings_of(project, flags=flags).environment, terminal)
        calling = own_bridge(
            project,
            flags=flags,
            limit_seconds=way.limit_seconds,
            show=show,
            say=terminal.soft,
            stop=stop,
        )
    async with calling as call:
        return [
            await replay_live(one, call, way, repeat=wish.repeat, ear_only=bool(wish.against), judge=judge) for one in rehearsed
        ]


def _judge(rehearsed: Sequence[Rehearsed], directory: Path | None, model: str) -> Chat:
    from voiceagent.local.project import settings_of
    from voiceagent.replay.changed import project_of
    from voiceagent.replay.judge import judge_of

    thinker = settings_of(directory or project_of(rehearsed[0].path)).settings.thinker
    hidden = any(one.hidden for one in rehearsed)
    return judge_of(thinker.base_url, model, str.__str__(thinker.api_key), hidden=hidden)


def tell_live(result: Result, terminal: Terminal) -> None:
    """One capture: a line, and below it how alike the calls were."""
    rates = result.rates
    if rates is None:
        terminal.result(f"{Path(result.capture).name}: there is nothing to compare this call with")
        return
    of = f", {rates['same']} of {rates['runs']} times" if rates["runs"] > 1 else ""
    terminal.result(f"{_SIGNS[result.verdict]} {result.verdict:<9}  {Path(result.capture).name}  (live{of})")
    for one in rates["aspects"]:
        mark = " " if one["held"] == rates["runs"] else "!" if one["counts"] else "~"
        often = f"  {one['held']}/{rates['runs']}" if rates["runs"] > 1 else ""
        terminal.result(f"  {mark} {one['what']:<15}{often}  {_beside(one)}")
    if result.verdict != "same":
        for line in result.versions:
            terminal.result(f"  changed since: {line}")


def _beside(one: Mapping[str, Any]) -> str:
    then, now = (json.dumps(one[side], ensure_ascii=False) for side in ("expected", "actual"))
    return _cut(then) if one["same"] and then == now else f"{_cut(then)} → {_cut(now)}"
