"""`voiceagent init [DIR]`: an agent project that works at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson

if TYPE_CHECKING:
    from voiceagent_cli.terminal import Terminal


def command(
    ctx: Context,
    directory: Annotated[
        Path | None, Argument(metavar="[DIR]", help="Where; made when it does not exist.", show_default=False)
    ] = None,
    template: Annotated[
        str, Option(metavar="NAME", help="orders, reception, intake or blank; without it orders, or asked.", show_default=False)
    ] = "",
    name: Annotated[str, Option(metavar="NAME", help="The agent's name in reports and logs.", show_default=False)] = "",
    greeting: Annotated[str, Option(metavar="TEXT", help="What it says first.", show_default=False)] = "",
    language: Annotated[str, Option(metavar="TAG", help="Language of the calls, as en-US.", show_default=False)] = "",
    voice: Annotated[str, Option(metavar="VOICE", help="Voice Live's voice.", show_default=False)] = "",
    phone_number: Annotated[
        str, Option(metavar="NUMBER", help="The person it may hand over to, as +14255550123.", show_default=False)
    ] = "",
    without: Annotated[
        list[str] | None, Option(metavar="PART", help="Leave out agents, devcontainer or ci; repeatable.", show_default=False)
    ] = None,
    list_options: Annotated[
        bool, Option("--list-options", help="Print what can be chosen, as JSON, and write nothing.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Write an agent project that works offline at once.

    On a terminal, without --template, it asks what it needs; elsewhere the options say it. Beside the agent it writes
    AGENTS.md, a .devcontainer and a workflow that runs `voiceagent test`. Then make it yours.
    """
    from voiceagent.agent.init import PARTS, TEMPLATES, Choices, part_files, write_project
    from voiceagent.discreet import PhoneNumber
    from voiceagent.errors import UserError

    terminal: Terminal = ctx.obj
    if list_options:
        terminal.record(options())
        return
    left_out = without or []
    part_files(left_out)  # a part that does not exist is told
    parts = [part for part in PARTS if part not in left_out]
    choices = Choices(name, greeting, language, voice, PhoneNumber(phone_number) if phone_number else None)
    if not template and not json and choices == Choices() and not left_out and _asks(terminal):
        from voiceagent_cli.asking import ask_for_project

        directory, template, choices, parts = ask_for_project(terminal, directory)
    if directory is None:
        raise UserError("it is not said where the project is to be", remedy="voiceagent init my-agent")
    template = template or "orders"
    files = [
        path.relative_to(directory).as_posix() for path in write_project(directory, template, choices=choices, parts=parts)
    ]
    if json:
        terminal.record({"directory": str(directory), "template": template, "files": files})
        return
    terminal.result(f"Wrote {directory}: {', '.join(files)}")
    terminal.say(f'Next: voiceagent call {directory} --say "{TEMPLATES[template].first_words}"')


def _asks(terminal: Terminal) -> bool:
    from voiceagent_cli.asking import somebody_is_there

    return somebody_is_there(terminal)


def options() -> dict[str, Any]:
    """What can be chosen, for programs that choose for people."""
    from voiceagent.agent.init import PARTS, TEMPLATES, template_files

    return {
        "templates": [
            {
                "name": name,
                "description": one.line,
                "first_words": one.first_words,
                "scenarios": [path for path in template_files(name) if path.startswith("scenarios/")],
            }
            for name, one in TEMPLATES.items()
        ],
        "parts": [{"name": name, "description": one.line, "files": list(one.files)} for name, one in PARTS.items()],
        "options": [
            {"flag": "--template", "default": "orders", "values": list(TEMPLATES)},
            {"flag": "--name", "default": None, "values": None},
            {"flag": "--greeting", "default": None, "values": None},
            {"flag": "--language", "default": "en-US", "values": None},
            {"flag": "--voice", "default": "en-US-Ava:DragonHDLatestNeural", "values": None},
            {"flag": "--phone-number", "default": None, "values": None},
            {"flag": "--without", "default": [], "values": list(PARTS)},
        ],
    }
