"""What the project and its settings hold on this machine: files, tools, folders, ports. Asks nobody."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

from voiceagent.config.misspelt import misspelt
from voiceagent.doctor.finding import Cause, Found, fine, skipped
from voiceagent.doctor.machine import EMBEDDED
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.errors import UserError

SETTINGS_WRONG = Cause("settings_wrong", "failed", "{told}", "{remedy}", "voiceagent config show")
MISSPELT = Cause("setting_misspelt", "warning", "{told}", "correct the name in .env or in the environment")
PROJECT_BROKEN = Cause("project_broken", "failed", "{told}", "{remedy}")
NOT_WRITABLE = Cause(
    "captures_not_writable",
    "failed",
    "{folder} cannot be written to: {why}",
    "make it writable for this user, name another in capture.directory, or set capture.policy to off",
)
PORT_TAKEN = Cause(
    "port_taken", "failed", "{where}: {why}", "end what listens there, or take another: voiceagent serve --port 0"
)
WOULD_NOT_SERVE = Cause("would_not_serve", "failed", "`voiceagent serve` refuses these settings: {told}", "{remedy}")
OFFLINE_NOT = Cause(
    "calls_need_azure", "warning", "calls need Azure here: the embedded engine is not installed", "install the extra `embedded`"
)


def settings(around: Surroundings) -> Found:
    """Whether the settings can be read at all."""
    if isinstance(around.loaded, UserError):
        return SETTINGS_WRONG.found(told=around.loaded, remedy=around.loaded.remedy)
    if told := misspelt(around.loaded.environment):
        return MISSPELT.found(told=" ".join(told))
    origins = sorted({origin.kind for origin in around.loaded.origins.values()})
    return fine(f"from: {', '.join(origins) or 'defaults alone'}")


def agent(around: Surroundings) -> Found:
    """The project with its prompt and its tools, as `serve` would load them."""
    if not (around.directory / "voiceagent.toml").exists():
        where = around.directory.resolve()
        return skipped(f"none in {where}", "name its folder, or make one", next_command="voiceagent init my-agent")
    from voiceagent.local.project import open_project

    assert not isinstance(around.loaded, UserError), "the settings were read before"
    try:
        project = open_project(around.directory, around.loaded)
    except UserError as error:
        return PROJECT_BROKEN.found(told=error, remedy=error.remedy)
    around.notes["project"] = project
    tools = [spec.name for spec in project.toolset.specs()]
    return fine(f"{project.settings.agent.name}; tools: {', '.join(tools) or 'none'}")


def captures(around: Surroundings) -> Found:
    """Whether a capture could be written."""
    chosen = around.settings.capture
    folder = around.directory / chosen.directory
    if chosen.policy == "off":
        return skipped("capture.policy is off")
    nearest = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        return NOT_WRITABLE.found(folder=folder, why=error.strerror or error)
    return fine(f"{chosen.directory} ({chosen.policy})")


def port(around: Surroundings) -> Found:
    """Whether the bridge can listen, or does already."""
    from voiceagent.local.running import read_note

    if running := read_note(around.directory):
        around.notes["running"] = running
        other = "" if running.pid != os.getpid() else ", this one"
        return fine(f"{running.port}: voiceagent serve runs there (process {running.pid}{other})")
    bridge = around.settings.bridge
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bridge.host, bridge.port))
        except OSError as error:
            return PORT_TAKEN.found(where=f"{bridge.host}:{bridge.port}", why=error.strerror or error)
    return fine(f"{bridge.host}:{bridge.port} is free" if bridge.port else f"any free one of {bridge.host}")


def servable(around: Surroundings) -> Found:
    """Whether `serve` would start: it refuses settings that would fail in the middle of a call."""
    from voiceagent.server.serve import check

    settings = around.settings
    if not (settings.acs.connection_string or settings.acs.endpoint or settings.twilio.account_sid):
        return skipped("`serve` emulates the phone where none is set")
    try:
        check(around.notes["project"])
    except UserError as error:
        return WOULD_NOT_SERVE.found(told=error, remedy=error.remedy)
    return fine("`voiceagent serve` takes these settings")


def offline(around: Surroundings) -> Found:
    """The verdict most people came for."""
    if not all(around.present(name) for name in EMBEDDED):
        return OFFLINE_NOT.found()
    return fine("whole calls run on this machine", next_command="voiceagent call")
