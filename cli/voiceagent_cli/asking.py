"""Questions to somebody at a terminal: what a new project is to be. Enter takes what is shown in brackets."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from voiceagent.agent.init import PARTS, TEMPLATES, Choices, can_be_dialled
from voiceagent.config.load import PROJECT_FILE
from voiceagent.discreet import PhoneNumber

if TYPE_CHECKING:
    from voiceagent_cli.terminal import Terminal


def somebody_is_there(terminal: Terminal) -> bool:
    """Whether questions are seen and can be answered."""
    return sys.stdin.isatty() and terminal.watched


def ask(terminal: Terminal, question: str, default: str = "") -> str:
    """One line; the default for an empty one, and for the end of the input."""
    shown = f" [{default}]" if default else ""
    terminal.prompt(f"{question}{shown}: ")
    return sys.stdin.readline().strip() or default


def ask_yes(terminal: Terminal, question: str, *, default: bool = True) -> bool:
    """Yes or no; asked again until it is one."""
    while True:
        typed = ask(terminal, f"{question} [{'Y/n' if default else 'y/N'}]").lower()
        if not typed:
            return default
        if typed in ("y", "yes", "n", "no"):
            return typed[0] == "y"
        terminal.say("y or n?")


def ask_one(terminal: Terminal, question: str, choices: Mapping[str, str], default: str) -> str:
    """One of these, by its name or its number; asked again until it is one."""
    for number, (name, line) in enumerate(choices.items(), 1):
        terminal.say(f"  {number}  {name.ljust(10)} {line}")
    while True:
        typed = ask(terminal, question, default)
        if typed in choices:
            return typed
        if typed.isascii() and typed.isdigit() and len(typed) < 4 and 1 <= int(typed) <= len(choices):
            return list(choices)[int(typed) - 1]
        terminal.say(f"{typed} is none of them.")


def ask_for_project(terminal: Terminal, directory: Path | None) -> tuple[Path, str, Choices, list[str]]:
    """Folder, template, what is chosen in it, and the parts that go with it."""
    terminal.say("A new agent. Enter takes what is in brackets; everything can be changed later.")
    folder = directory or _ask_folder(terminal)
    template = ask_one(terminal, "Template", {name: one.line for name, one in TEMPLATES.items()}, "orders")
    name = ask(terminal, "Name of the agent, in reports and logs", folder.name)
    greeting = ask(terminal, "Its first words; empty: the template's")
    number = _ask_number(terminal)
    parts = [part for part, one in PARTS.items() if ask_yes(terminal, f"Add {one.line}?")]
    phone = PhoneNumber(number) if number else None
    return folder, template, Choices(name=name, greeting=greeting, phone_number=phone), parts


def _ask_folder(terminal: Terminal) -> Path:
    """One that holds no project yet: who is told of that after the last question has answered them all for nothing."""
    names = chain(["my-agent"], (f"my-agent-{number}" for number in count(2)))
    free = next(name for name in names if not (Path(name) / PROJECT_FILE).exists())
    while ((folder := Path(ask(terminal, "Folder", free))) / PROJECT_FILE).exists():
        terminal.say(f"{folder} holds a project already.")
    return folder


def _ask_number(terminal: Terminal) -> str:
    question = "Telephone number of a person it may hand over to, +1...; empty: an example"
    while (number := ask(terminal, question)) and not can_be_dialled(number):
        terminal.say("A number begins with + and the country, such as +14255550123.")
    return number
