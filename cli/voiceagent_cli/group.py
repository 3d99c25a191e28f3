"""Which commands there are. Each line of the table is all that `voiceagent --help` needs, so that it imports none of them."""

# ruff: noqa: ARG002 - the signatures are typer's

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any

from typer import Context, Typer
from typer.core import TyperGroup, TyperOption
from typer.main import get_command, get_install_completion_arguments

from voiceagent_cli.exits import USAGE, Ended


@dataclass(frozen=True, slots=True)
class Listed:
    """A command as the overview shows it; its code is the module of the same words under `voiceagent_cli.commands`."""

    words: str
    line: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Commands that are used together."""

    title: str
    commands: tuple[Listed, ...]


CHAPTERS = (
    Chapter(
        "Build an agent",
        (
            Listed("init", "Write an agent project that works offline at once"),
            Listed("serve", "Answer calls: Azure's, or an emulated phone's offline"),
            Listed("call", "Place an emulated phone call to the agent and report how it went"),
            Listed("dial", "Have the agent call somebody and report how it went"),
            Listed("talk", "Talk to the agent by microphone and speaker, by WAV files, or in writing"),
            Listed("say", "Say something in a call that `talk --detach` holds"),
            Listed("stop", "Hang up the call that `talk --detach` holds"),
            Listed("test", "Play scenarios and check words, tools, events and latency; 1 when one fails"),
        ),
    ),
    Chapter(
        "Look back",
        (
            Listed("calls list", "The calls of a project, latest first"),
            Listed("calls show", "One call: what was said, what ran, how long it took"),
            Listed("rca", "Why a call did not come, was silent, or ended: with the evidence"),
            Listed("replay", "Captured calls again: exactly, or live with an engine; 1 when one differs"),
            Listed("captures list", "Captured calls, latest first, each checked to its last byte"),
            Listed("captures show", "What a capture holds: the call, its records, whether it is whole"),
            Listed("captures export", "A capture as WAV, transcript, vCon, HAR or JSON"),
            Listed("captures redact", "A copy of a capture without the people in it"),
            Listed("captures compare", "Two captured calls side by side; 1 when they differ"),
            Listed("captures import", "Make a capture of a bare recording: media frames or a WAV file"),
            Listed("captures to-scenario", "Make a scenario of a captured call: a bad call becomes a test"),
            Listed("captures migrate", "A capture as today's voiceagent writes it"),
            Listed("captures prune", "Delete captures by age or number"),
        ),
    ),
    Chapter(
        "A number that rings",
        (
            Listed("provision plan", "What `provision apply` would do in Azure, and what it costs"),
            Listed("provision apply", "Make what is missing in Azure: resources, number, event subscriptions"),
            Listed("provision status", "What is there in Azure, and whether it is as it should be"),
            Listed("provision destroy", "Remove what `provision apply` made"),
            Listed("provision numbers search", "What numbers are sold, and one held for 15 minutes"),
            Listed("provision numbers buy", "Buy the number that a search holds"),
            Listed("provision numbers list", "The numbers of the resource"),
            Listed("provision numbers capabilities", "What a number can do"),
            Listed("provision numbers release", "Give a number back"),
            Listed("provision events list", "Where Azure announces calls"),
            Listed("provision events point", "Have calls announced to a bridge"),
            Listed("provision events probe", "What Azure would meet at an address"),
        ),
    ),
    Chapter(
        "Into production",
        (
            Listed("deploy plan", "What `deploy apply` would do"),
            Listed("deploy apply", "Deploy the agent to Azure Container Apps"),
            Listed("deploy status", "What is deployed, its revisions and their calls"),
            Listed("deploy logs", "What the deployed bridge says"),
            Listed("deploy render", "The deployment as files: Bicep, azure.yaml, image, Helm chart"),
            Listed("deploy destroy", "Remove what `deploy apply` made"),
        ),
    ),
    Chapter(
        "Around it",
        (
            Listed("emulate", "Run the emulators of Azure's services for any client"),
            Listed("trigger call", "Send an incoming call into running emulators; do not wait for it"),
            Listed("trigger callback", "Send the app a callback of any type"),
            Listed("trigger event", "Deliver an event of any type through Event Grid"),
            Listed("trigger fault", "Let something go wrong in running emulators: lost, late, forged, refused"),
            Listed("tunnel", "Give a bridge on this machine an address that telephony services reach"),
            Listed("doctor", "Check this machine, the settings and the services; say what to mend first"),
            Listed("config show", "Every setting, its value and where it comes from"),
        ),
    ),
)

GROUPS = {
    "calls": "The calls of a project",
    "captures": "Captured calls",
    "config": "The settings of a project",
    "deploy": "The agent in Azure Container Apps, or in a cluster",
    "provision": "What stands in Azure around the bridge: resources, a number, event subscriptions",
    "provision numbers": "Phone numbers by hand",
    "provision events": "Where Azure announces calls",
    "trigger": "What is set off in running emulators",
}
"""First words that only lead to other commands."""

EPILOG = (
    "`voiceagent COMMAND --help` tells more. Results go to stdout, everything else to stderr; --json gives the same facts to "
    "programs. Exit codes: 0 fine, 1 a check or call failed, 2 wrong usage or settings, 3 a remote service failed, 130 "
    "interrupted."
)


def root() -> Commands:
    """The command `voiceagent` itself."""
    return Commands(name="voiceagent", help="Phone agents on Azure, and a whole phone call on a laptop.")


def listed() -> list[Listed]:
    """All commands in the order of the overview."""
    return [command for chapter in CHAPTERS for command in chapter.commands]


class Commands(TyperGroup):
    """A group whose commands are imported when they are chosen. `prefix` is the words that lead here."""

    def __init__(self, *, prefix: str = "", **attrs: Any) -> None:
        super().__init__(rich_markup_mode=None, **attrs)
        self.prefix = prefix
        # Filled for typer's did-you-mean, which looks at the keys only; the values come from `get_command`.
        names: dict[str, Any] = dict.fromkeys(self._names())
        self.commands = names
        if not prefix:
            self.params += [_version_option(), *get_install_completion_arguments()]

    def list_commands(self, ctx: Any) -> list[str]:
        return self._names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self._names():
            return None
        words = f"{self.prefix} {cmd_name}".strip()
        if words in GROUPS:
            return Commands(name=cmd_name, prefix=words, help=f"{GROUPS[words]}.")
        return load(words)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            # No command chosen: the overview is talk, not a result, and nothing ran.
            ctx.obj.say(self.get_help(ctx))
            raise Ended(USAGE)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        self.format_commands(ctx, formatter)
        with formatter.section("Options"):
            formatter.write_dl([record for param in self.get_params(ctx) if (record := param.get_help_record(ctx))])

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        chapters = [(chapter.title, self._rows(chapter)) for chapter in CHAPTERS]
        width = max(len(name) for _, rows in chapters for name, _ in rows)
        for title, rows in chapters:
            if rows:
                with formatter.section(title):
                    formatter.write_dl([(name.ljust(width), line) for name, line in rows])

    def _rows(self, chapter: Chapter) -> list[tuple[str, str]]:
        return [
            (command.words.removeprefix(self.prefix).strip(), command.line)
            for command in chapter.commands
            if command.words.startswith(self.prefix)
        ]

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        if not self.prefix:
            formatter.write_paragraph()
            formatter.write_text(EPILOG)

    def _names(self) -> list[str]:
        depth = len(self.prefix.split())
        names = [command.words.split()[depth] for command in listed() if command.words.startswith(self.prefix)]
        return list(dict.fromkeys(names))


def load(words: str) -> Any:
    """The command of these words, from the file of the same name: `calls list` is `commands/calls/list.py`."""
    module = import_module("voiceagent_cli.commands." + ".".join(words.replace("-", "_").split()))
    app = Typer(add_completion=False, rich_markup_mode=None)
    name = words.rsplit(" ", 1)[-1]
    app.command(name, cls=getattr(module, "COMMAND_CLASS", None))(_with_prints_as_talk(module.command))
    return get_command(app)


def _with_prints_as_talk(command: Callable[..., None]) -> Callable[..., None]:
    """The terminal took hold of stdout before; whatever a project's code or a library prints from here on is talk."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        with redirect_stdout(sys.stderr):
            command(*args, **options)

    return run


def _version_option() -> Any:
    def show(ctx: Context, _param: object, wanted: bool) -> None:
        if wanted:
            from voiceagent import __version__

            ctx.obj.result(f"voiceagent {__version__}")
            ctx.exit()

    return TyperOption(
        param_decls=["--version", "-V"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=show,
        help="Show the version.",
    )
