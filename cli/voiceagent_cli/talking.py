"""Talking to the agent on the screen: the conversation as it goes, the report, and the call in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError
from voiceagent.local.project import settings_of
from voiceagent.local.talking import Plan, Talking, play_files, talking, write_lines
from voiceagent_cli import conversation, exits, signals, summary
from voiceagent_cli.lines import lines_typed, stdin_is_terminal
from voiceagent_cli.meters import meters
from voiceagent_cli.misspelt import warn_of_names
from voiceagent_cli.mouthpiece import HINT, Mouthpiece

if TYPE_CHECKING:
    from voiceagent_cli.terminal import Terminal

WENT_WELL = ("completed", "transferred")
DEAD_MICROPHONE_DBFS = -70.0
"""No room is that quiet; a microphone that the system keeps from us is."""

Sounds = list[tuple[bytes, int]]


def talk(plan: Plan, terminal: Terminal, *, detach: bool, in_background: bool, as_json: bool) -> None:
    """Hold the planned call and report; with `detach` only start it."""
    check(plan, detach=detach)
    if not in_background:
        warn_of_names(settings_of(plan.directory, flags=plan.flags).environment, terminal)
    if detach:
        _detach(plan, terminal, as_json=as_json)
        return
    sounds = _sounds(plan, terminal)
    report, cut = signals.run(lambda stop: _hold(plan, sounds, terminal, stop, in_background=in_background, as_json=as_json))
    if not in_background:
        _tell(report, plan, terminal, as_json=as_json)
    if cut and plan.kind == "wav":
        raise exits.Ended(exits.INTERRUPTED)
    if report["outcome"] not in WENT_WELL:
        verdict = exits.judge_call(report)
        terminal.complain(verdict.sentence, verdict.remedy)
        raise exits.Ended(verdict.code)


def check(plan: Plan, *, detach: bool = False) -> None:
    """Raises UserError for options that contradict each other."""
    ways = [name for name, chosen in (("--text", plan.text), ("--wav", plan.wavs), ("--no-sound", plan.no_sound)) if chosen]
    if len(ways) > 1:
        raise UserError(f"{' and '.join(ways)} exclude each other.", remedy="choose one of them")
    if plan.text and (plan.out or plan.phone):
        raise UserError("--text has no sound, so --out and --phone make no sense with it.", remedy="leave them out")
    if detach and plan.wavs:
        raise UserError("--wav needs nobody to drive it.", remedy="leave --detach out, or use --text or --no-sound")


def _sounds(plan: Plan, terminal: Terminal) -> Sounds:
    """All files, before anything starts."""
    from voiceagent.audio.wav import cut_short, read_wav, wav_content

    contents = {path: wav_content(path) for path in dict.fromkeys(plan.wavs)}  # once: a pipe can be read only once
    sounds = {path: read_wav(content, name=str(path)) for path, content in contents.items()}
    for path, content in contents.items():
        if doubt := cut_short(content, name=str(path)):
            terminal.warn(doubt)
    return [sounds[path] for path in plan.wavs]


# --- the call


async def _hold(
    plan: Plan, sounds: Sounds, terminal: Terminal, stop: signals.Stop, *, in_background: bool, as_json: bool
) -> tuple[dict[str, Any], bool]:
    """The call from beginning to end: its report, and whether it was cut short from here."""
    from voiceagent.local.orders import Orders

    terminal.log("warning")
    async with AsyncExitStack() as stack:
        with stop.before_it_begins():
            held = await stack.enter_async_context(talking(plan, say=terminal.soft))
        orders = Orders(held)
        if in_background or plan.kind == "none":
            await _take_orders(stack, orders, plan, held, terminal, in_background=in_background)
        mouthpiece = None if held.leg is None else Mouthpiece(held.talk, held.leg)
        if mouthpiece is not None and plan.kind == "sound" and not in_background:
            terminal.soft(mouthpiece.sentence())
            if stack.enter_context(mouthpiece.keys()):
                terminal.soft(HINT)
        say = stack.enter_context(meters(terminal, mouthpiece.row if mouthpiece and not in_background else None))
        show = _shower(plan, terminal, say, as_json=as_json or in_background)
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(_follow(held, show))
            beside = [tasks.create_task(work) for work in _beside(plan, sounds, held, stop, in_background=in_background)]
            await held.talk.run()
            held.feed.close()
            await following
            for task in beside:
                task.cancel()
        report = held.report()
        orders.report.set_result(report)
    return report, stop.is_set()


def _beside(
    plan: Plan, sounds: Sounds, held: Talking, stop: asyncio.Event, *, in_background: bool
) -> list[Coroutine[Any, Any, None]]:
    """What goes on beside the call: Ctrl-C, and the caller when it is not the one at the microphone."""
    found = [_hang_up_on(stop, held)]
    if plan.kind == "wav":
        found.append(play_files(held, sounds))
    if plan.kind == "text" and not in_background:
        found.append(write_lines(held, lines_typed(), patiently=not stdin_is_terminal()))
    return found


async def _hang_up_on(stop: asyncio.Event, held: Talking) -> None:
    await stop.wait()
    held.talk.hang_up()


async def _follow(held: Talking, show: Callable[[Mapping[str, Any]], None]) -> None:
    with held.feed.subscribe(recent=True) as items:
        async for item in items:
            show(item)


def _shower(
    plan: Plan, terminal: Terminal, say: Callable[[str], None], *, as_json: bool
) -> Callable[[Mapping[str, Any]], None]:
    """How a note is shown: in a written conversation the agent's words are the result, everything else is talk."""

    typed = plan.text and stdin_is_terminal()

    def show(item: Mapping[str, Any]) -> None:
        if plan.text and not as_json and item.get("note") == "AgentTurnNoted":
            terminal.result(item["text"])
        elif item.get("note") == "CallerTurnNoted" and typed:
            pass  # it stands there already
        elif text := conversation.line(item):
            say(text)

    return show


async def _take_orders(
    stack: AsyncExitStack, orders: Any, plan: Plan, held: Talking, terminal: Terminal, *, in_background: bool
) -> None:
    from voiceagent.local.driving import driven

    call_id = held.talk.call_id
    note = await stack.enter_async_context(driven(plan.directory, call_id=call_id, kind=plan.kind, carry_out=orders.carry_out))
    if not in_background:
        where = "" if plan.directory == Path() else f" {plan.directory}"
        terminal.say(f'From another terminal: voiceagent say "Hello"{where}, then voiceagent stop{where}')
        return
    facts = {"ready": True, "call_id": call_id, "kind": plan.kind, "pid": note.pid, "port": note.port}
    terminal.record({**facts, "agent": held.project.settings.agent.name, "engine": held.engine}, indent=None)


def _tell(report: Mapping[str, Any], plan: Plan, terminal: Terminal, *, as_json: bool) -> None:
    sound = report.get("sound")
    if sound and plan.kind == "sound" and sound["mic_peak_dbfs"] < DEAD_MICROPHONE_DBFS:
        terminal.warn(f"the microphone {sound['input']} gave nothing but silence; is it muted, or forbidden to the terminal?")
    if as_json:
        terminal.record(report)
        return
    terminal.say()
    write = terminal.soft if plan.text else terminal.result  # the result of a written conversation are the agent's words
    for name, value in summary.facts(report, plan.directory):
        write(f"{name:<11} {value}")
    if plan.out is not None:
        write(f"{'sound':<11} {plan.out}")


# --- in the background


def _detach(plan: Plan, terminal: Terminal, *, as_json: bool) -> None:
    from voiceagent.local.background import in_background

    facts = in_background(words_of(plan), log=plan.directory / ".voiceagent" / "talk.log")
    if as_json:
        terminal.record(facts, indent=None)
        return
    where = "" if plan.directory == Path() else f" {plan.directory}"
    terminal.say(f"{facts['agent']} is on the line (process {facts['pid']}).")
    terminal.result(f'voiceagent say "Hello"{where}')
    terminal.result(f"voiceagent stop{where}")


def words_of(plan: Plan) -> list[str]:
    """The command line that holds this call in the background."""
    switches = {
        "--text": plan.text,
        "--no-sound": plan.no_sound,
        "--phone": plan.phone,
        "--full-duplex": plan.full_duplex,
        "--push-to-talk": plan.push_to_talk,
    }
    values = {"--out": plan.out, "--input": plan.microphone, "--output": plan.speaker}
    words = ["talk", str(plan.directory), "--in-background", "--human", plan.human.replace("_", "-")]
    words += [name for name, chosen in switches.items() if chosen]
    return words + [word for name, value in values.items() if value for word in (name, str(value))]


def say(directory: Path, text: str, terminal: Terminal, *, in_writing: bool, as_json: bool) -> None:
    """Have the caller say something in the call in the background; show what came of it."""
    from voiceagent.local.driving import drive

    order = {"do": "say", "text": text, "in_writing": in_writing}
    answer = signals.run(lambda _: drive(directory, order))
    if as_json:
        terminal.record(answer)
    else:
        for note in answer["notes"]:
            if note["note"] == "AgentTurnNoted":
                terminal.result(note["text"])
            elif line := conversation.line(note):
                terminal.soft(line)
        if answer["over"]:
            terminal.say("The call is over.")


def stop(directory: Path, terminal: Terminal, *, as_json: bool) -> None:
    """Hang up the call in the background and report."""
    from voiceagent.local.driving import drive

    report = signals.run(lambda _: drive(directory, {"do": "stop"}))["report"]
    if as_json:
        terminal.record(report)
        return
    for name, value in summary.facts(report, directory):
        terminal.result(f"{name:<11} {value}")


# --- devices


def list_devices(terminal: Terminal, *, as_json: bool) -> None:
    """The sound devices; ends the command with 2 when there is none."""
    from dataclasses import asdict

    from voiceagent.legs.portaudio import choose, portaudio, sound_cards

    cards = sound_cards(portaudio())
    if as_json:
        terminal.record({"devices": [asdict(card) for card in cards]})
    else:
        columns = ("number", "name", "system", "inputs", "outputs", "rate", "default")
        rows = [(card.number, card.name, card.system, card.inputs, card.outputs, card.rate, _defaults(card)) for card in cards]
        terminal.table(columns, [[str(value) for value in row] for row in rows])
    if not cards:
        choose(cards, "input")


def _defaults(card: Any) -> str:
    return ", ".join(name for name, is_default in (("in", card.default_input), ("out", card.default_output)) if is_default)
