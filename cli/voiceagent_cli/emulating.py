"""The emulators on the screen: started, announced as settings that can be pasted, and run until somebody ends them."""

from __future__ import annotations

import asyncio
import os
import shlex
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError
from voiceagent_cli.exits import FAILED, Ended
from voiceagent_cli.settled import settle

if TYPE_CHECKING:
    from voiceagent.emulators.certificates import Authority
    from voiceagent.emulators.lint.rule import Finding
    from voiceagent.emulators.together import Emulators, Which
    from voiceagent.speech.parts import Parts
    from voiceagent_cli.terminal import Terminal


async def emulate(
    which: Which,
    terminal: Terminal,
    stop: asyncio.Event,
    *,
    options: Mapping[str, Any],
    https: bool,
    shells: Sequence[str],
    as_json: bool,
    with_parent: bool,
    tell_findings: bool = True,
) -> None:
    """Run the emulators until `stop` is set, or until standard input closes when they run for a parent.

    `shells` are those for which settings to paste are printed.
    """
    from voiceagent.emulators.proxy import STORAGE
    from voiceagent.emulators.together import Emulators
    from voiceagent.emulators.voice_live.options import EmulatorOptions

    thinker = thinker_of(options["agent"])
    chosen = {name: value for name, value in options.items() if name not in ("agent", "engine")}
    engine = EmulatorOptions(**options.get("engine", {}))
    names = [options.get("name", ""), STORAGE if options.get("proxy") else ""]
    authority = await asyncio.to_thread(own_authority, *filter(None, names)) if https else None
    pipeline = pipeline_of(options["agent"])
    async with Emulators(which, thinker=thinker, pipeline=pipeline, authority=authority, engine=engine, **chosen) as emulators:
        facts = emulators.facts()
        settle()
        if as_json:
            terminal.record(facts, indent=None)
        else:
            announce(facts, terminal, shells=shells)
        if with_parent:
            _stop_with_parent(stop)
        if tell_findings:
            emulators.findings.listen(lambda finding: tell(finding, terminal, as_json=as_json))
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(_follow_rules(options["agent"], emulators))
            await stop.wait()
            following.cancel()
    if options.get("strict") and emulators.findings:
        raise Ended(FAILED)


def tell(finding: Finding, terminal: Terminal, *, as_json: bool) -> None:
    """One thing that an app did wrong."""
    if as_json:
        terminal.record(finding.json(), indent=None)
        return
    for line in lines_of(finding.json()):
        terminal.result(line)


def lines_of(finding: Mapping[str, Any]) -> list[str]:
    """A finding as it is read."""
    lines = [f"{finding['severity']:<7} {finding['rule']}: {finding['sentence']}", f"        {finding['where']}"]
    if finding["frame"]:
        lines.append(f"        {finding['frame']}")
    return [*lines, f"        source: {finding['source']}"]


def tell_guesses(terminal: Terminal, *, as_json: bool) -> None:
    """What the emulators do though nobody knows that Azure does it."""
    from voiceagent.emulators.guesses import GUESSES

    if as_json:
        terminal.record({"guesses": [guess.json() for guess in GUESSES]})
        return
    for guess in GUESSES:
        terminal.result(f"{guess.about:<11} {guess.id}: {guess.sentence}")
        terminal.result(f"{'':<11} {guess.source}")


def thinker_of(directory: Path | None) -> Any:
    """The rules by which the embedded engine answers: the agent's, or none but the fallback."""
    from voiceagent.config.schema import ThinkerSection
    from voiceagent.local.project import settings_of

    return settings_of(directory).settings.thinker if directory else ThinkerSection()


def pipeline_of(directory: Path | None) -> Callable[[], Parts] | None:
    """How the agent's own pipeline is loaded; None when it has none."""
    from voiceagent.local.project import settings_of
    from voiceagent.speech.pipeline import load_pipeline

    settings = settings_of(directory).settings if directory else None
    if directory is None or settings is None or settings.engine.kind != "pipeline":
        return None
    return lambda: load_pipeline(settings, directory)


async def _follow_rules(directory: Path | None, emulators: Emulators) -> None:
    """Rules the author saves are for the calls that come afterwards. What is wrong with a file, the bridge tells."""
    if directory is None:
        return
    from watchfiles import awatch

    async for _ in awatch(directory, watch_filter=lambda _, path: path.endswith(".toml"), recursive=False):
        with suppress(UserError):
            emulators.think(thinker_of(directory))


def own_authority(*names: str) -> Authority:
    """This user's certificate authority for emulators of these names beside `localhost`; each set of names has its own."""
    from voiceagent.config.load import data_folder, environment
    from voiceagent.emulators.certificates import NAMES, open_authority

    further = [name for name in names if name not in NAMES]
    return open_authority(data_folder(environment()) / "-".join(["https", *further]), names=(*NAMES, *further))


def announce(facts: Mapping[str, Any], terminal: Terminal, *, shells: Sequence[str]) -> None:
    """The addresses, or the settings to paste for each shell: the shapes differ, the settings do not."""
    if shells:
        for shell in shells:
            title, line = SHELLS[shell]
            if len(shells) > 1:
                terminal.result(f"# {title}")
            for name, value in facts["env"].items():
                terminal.result(line(name, value))
            if len(shells) > 1:
                terminal.result("")
        return
    for name in ("acs", "voice_live", "arm", "twilio"):
        if server := facts.get(name):
            also = "" if server["endpoint"] == server["plain_endpoint"] else f"  and  {server['plain_endpoint']}"
            terminal.result(f"{name.replace('_', '-'):<11} {server['endpoint']}{also}")
    if trust := facts.get("trust"):
        terminal.say(f"Their certificates are signed by {trust['certificate']}, which clients have to trust.")
        terminal.say("--env prints the settings for that. Java: " + trust["java_options"])
    terminal.say("Ctrl-C ends them; --env prints settings that lead a client here.")


def _bash(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}"


def _powershell(name: str, value: str) -> str:
    return f"$env:{name} = '{value.replace(chr(39), chr(39) * 2)}'"


def _dotenv(name: str, value: str) -> str:
    return f'{name}="{value}"'


SHELLS: Mapping[str, tuple[str, Callable[[str, str], str]]] = {
    "bash": ("bash", _bash),
    "powershell": ("PowerShell", _powershell),
    "dotenv": (".env", _dotenv),
}


def _stop_with_parent(stop: asyncio.Event) -> None:
    """Whoever started us holds the other end of standard input; it closes with them, even when they are killed.

    A thread, because a loop can watch pipes only, and on Windows not even those.
    """
    loop = asyncio.get_running_loop()

    def watch() -> None:
        while os.read(0, 1024):
            pass
        with suppress(RuntimeError):  # the loop has ended already
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, name="voiceagent-parent", daemon=True).start()
