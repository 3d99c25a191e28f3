"""What is set off in running emulators, on the screen: where they are, what was asked of them, what they answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer import BadParameter

from voiceagent.errors import UserError
from voiceagent.trust import authorities

if TYPE_CHECKING:
    from voiceagent.local.phone import Phone
    from voiceagent_cli.terminal import Terminal


def pairs(typed: Sequence[str]) -> dict[str, str]:
    """`--param ms=500` as a name and a value."""
    for one in typed:
        if "=" not in one:
            raise BadParameter(f"{one!r} is not NAME=VALUE.", param_hint="--param")
    return dict(one.split("=", 1) for one in typed)


def address(directory: Path, url: str) -> str:
    """Where the emulators are: as told, or those of the bridge that serves the project, or those of its settings."""
    from voiceagent.local.project import settings_of
    from voiceagent.local.running import read_note

    if url:
        return url
    if (note := read_note(directory)) and note.emulator_url:
        return note.emulator_url
    try:
        found = settings_of(directory).settings.acs.emulator_url
    except UserError:
        found = ""
    if not found:
        raise UserError(
            "No emulators are running for this project.",
            remedy="start `voiceagent serve`, or name those of `voiceagent emulate` with --url",
        )
    return found


def tell_catalogue(name: str, terminal: Terminal, *, as_json: bool) -> None:
    """All faults, or one in full."""
    from voiceagent.emulators.faults.catalogue import FAULTS, find

    chosen = [find(name)] if name else list(FAULTS)
    if as_json:
        terminal.record({"faults": [fault.json() for fault in chosen]})
        return
    for fault in chosen:
        terminal.result(f"{fault.name:<24} {fault.does}")
        if not name:
            continue
        for one in fault.parameters:
            choices = f" ({', '.join(one.choices)})" if one.choices else ""
            default = "none" if one.default is None else f"{one.default}{f' {one.unit}' if one.unit else ''}"
            terminal.result(f"  --param {one.name}={default:<12} {one.about}{choices}")
        only = f"  --only {fault.only}" if fault.only else ""
        terminal.result(f"  --times {fault.times}  --after {fault.after}{only}")
        terminal.result(f"  source: {fault.source}")


def arm(where: str, name: str, written: Mapping[str, str], terminal: Terminal, *, as_json: bool) -> None:
    from voiceagent.emulators.faults.switchboard import Switchboard

    Switchboard().arm(name, written)  # a typing error is told with what was meant, without asking anybody
    armed = _ask(where, lambda phone: phone.arm_fault(name, written))
    if as_json:
        terminal.record(armed)
        return
    often = "until it is cleared" if armed["left"] is None else "once" if armed["left"] == 1 else f"{armed['left']} times"
    terminal.result(f"{armed['number']} {name}: armed, happens {often}")


def clear(where: str, which: str, terminal: Terminal, *, as_json: bool) -> None:
    cleared = _ask(where, lambda phone: phone.clear_faults(which))
    if as_json:
        terminal.record(cleared)
    else:
        terminal.result(f"{cleared['cleared']} cleared")


def tell_armed(where: str, terminal: Terminal, *, as_json: bool) -> None:
    faults = _ask(where, lambda phone: phone.faults())
    faults.pop("catalogue")
    if as_json:
        terminal.record(faults)
        return
    for one in faults["armed"]:
        left = "for ever" if one["left"] is None else f"{one['left']} left"
        terminal.result(f"{one['number']:<4} {one['fault']:<24} {', '.join(filter(None, (left, one['only'])))}")
    for one in faults["happened"]:
        terminal.result(f"     {one['fault']:<24} happened to {one['to'] or 'it'}")
    if not faults["armed"] and not faults["happened"]:
        terminal.say("No fault is armed, and none has happened.")


def call(where: str, order: Mapping[str, Any], terminal: Terminal, *, as_json: bool) -> None:
    placed = _ask(where, lambda phone: phone.place_call(order))
    if as_json:
        terminal.record(placed)
    else:
        terminal.result(placed["call_id"])


def callback(where: str, kind: str, call_id: str, content: str, terminal: Terminal, *, as_json: bool) -> None:
    sent = _ask(where, lambda phone: phone.send_callback(call_id, kind, json.loads(content)))
    _tell_sent(sent, terminal, as_json=as_json)


def event(where: str, kind: str, subject: str, content: str, terminal: Terminal, *, as_json: bool) -> None:
    sent = _ask(where, lambda phone: phone.publish_event(kind, subject, json.loads(content)))
    _tell_sent(sent, terminal, as_json=as_json)
    if not sent["subscriptions"]:
        terminal.say("Nobody is subscribed to events of this type.")


def _tell_sent(sent: Mapping[str, Any], terminal: Terminal, *, as_json: bool) -> None:
    if as_json:
        terminal.record(sent)
    else:
        terminal.result(f"{sent['type']} {sent['event_id']}")


def _ask(where: str, question: Callable[[Phone], Coroutine[Any, Any, dict[str, Any]]]) -> dict[str, Any]:
    from voiceagent_cli.signals import run

    async def ask(_: object) -> dict[str, Any]:
        import httpx

        from voiceagent.local.phone import Phone

        async with httpx.AsyncClient(trust_env=False, verify=authorities(), timeout=30) as http:
            return await question(Phone(http, where))

    return run(ask)
