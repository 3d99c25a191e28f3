"""Tools, keys and agents of the settings that cannot be meant: what must fit each other, and secrets that stand in a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from voiceagent.config.answering import MCP_SINCE, kind_of
from voiceagent.config.keypad import KeyChoice
from voiceagent.config.schema import EngineSection, Settings
from voiceagent.config.tools import HttpTool, McpServer
from voiceagent.errors import UserError

Where = Callable[[str], str]

_SECRET_HEADERS = re.compile(r"authorization|cookie|api-?key|subscription-key|token|secret|password|access-?key", re.IGNORECASE)
_IN_URL = re.compile(r"\{(\w+)\}")


def check_tools(settings: Settings, where: Where) -> None:
    """UserError for the first thing that cannot work."""
    for name, tool in settings.tools.http.items():
        _check_http(f"tools.http.{name}", tool, where)
    for name, server in settings.tools.mcp.items():
        _check_mcp(f"tools.mcp.{name}", server, settings, where)
    both = settings.tools.http.keys() & settings.tools.mcp.keys()
    if both:
        name = min(both)
        raise UserError(f"`tools.http.{name}` and `tools.mcp.{name}` have the same name", remedy="rename one of them")
    for key, choice in settings.keys.menu.items():
        _check_choice(f"keys.menu.{key}", choice, settings, where)
    if (settings.keys.to == "tool") != bool(settings.keys.tool):
        raise UserError(
            f'`keys.to` is {settings.keys.to} ({where("keys.to")}) and `keys.tool` is "{settings.keys.tool}"',
            remedy='give both to = "tool" and tool = "NAME", or neither',
        )
    if settings.agent.name in settings.agents:
        raise UserError(
            f"`agents.{settings.agent.name}` has the name of the first agent ({where('agent.name')})",
            remedy="rename one: hand_to_NAME must lead to one of them",
        )


def _check_http(key: str, tool: HttpTool, where: Where) -> None:
    _check_headers(key, tool.headers, where)
    for name in _IN_URL.findall(tool.url):
        parameter = tool.parameters.get(name)
        if parameter is None or not parameter.required:
            what = "is not under its parameters" if parameter is None else "is not required"
            raise UserError(
                f"`{key}.url` has {{{name}}}, which {what} ({where(key)})",
                remedy=f"add [{key}.parameters.{name}], required",
            )
    for name, parameter in tool.parameters.items():
        _check_pattern(f"{key}.parameters.{name}.pattern", parameter.pattern, where)


def _check_pattern(key: str, pattern: str, where: Where) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise UserError(
            f"`{key}` is no regular expression ({where(key)}): {error}", remedy="mend it, or leave it out"
        ) from None


def _check_mcp(key: str, server: McpServer, settings: Settings, where: Where) -> None:
    if bool(server.command) == bool(server.url):
        raise UserError(f"`{key}` needs either a command or a url ({where(key)})", remedy="give exactly one of the two")
    if server.at == "engine" and server.command:
        raise UserError(
            f"`{key}` is spoken with by the engine, which cannot start a command here ({where(key)})",
            remedy='give a url that Azure reaches, or at = "bridge"',
        )
    if server.at == "engine":
        _check_at_engine(key, settings.engine, where)
    if server.url and not server.url.startswith(("https://", "http://")):
        raise UserError(f"`{key}.url` is {server.url} ({where(key)})", remedy="write an https address")
    _check_headers(key, server.headers, where)


def _check_at_engine(key: str, engine: EngineSection, where: Where) -> None:
    """The embedded engine may do without them, as it stands for Voice Live on this machine; callers would miss them."""
    kind, version = kind_of(engine), engine.api_version
    if kind not in ("voice-live", "embedded"):
        raise UserError(
            f"`{key}` is spoken with by the engine, and {kind} is not asked to ({where(key)})", remedy='write at = "bridge"'
        )
    if kind == "voice-live" and version[:1].isdigit() and version < MCP_SINCE:
        raise UserError(
            f"`{key}` is spoken with by the engine, and Voice Live {version} knows no such servers ({where(key)})",
            remedy=f'write at = "bridge", or use an engine.api_version from {MCP_SINCE} on',
        )


def _check_headers(key: str, headers: Mapping[str, str], where: Where) -> None:
    for name, value in headers.items():
        if _SECRET_HEADERS.search(name) and value and "${" not in value:
            raise UserError(
                f"`{key}.headers.{name}` holds a secret ({where(key)}); files are read by others, and end up in git",
                remedy=f'write {name} = "${{SOME_NAME}}", and SOME_NAME=… into .env',
            )


def _check_choice(key: str, choice: KeyChoice, settings: Settings, where: Where) -> None:
    given = [name for name in ("tool", "transfer", "end_call") if getattr(choice, name)]
    if len(given) > 1:
        raise UserError(
            f"`{key}` does {' and '.join(given)} ({where(key)})", remedy="one key does one thing: leave one of them"
        )
    if choice.transfer and choice.transfer not in settings.transfer.targets:
        known = ", ".join(settings.transfer.targets) or "none"
        raise UserError(
            f"`{key}` transfers to {choice.transfer} ({where(key)}), and there is no such target",
            remedy=f"the targets are: {known}; add [transfer.targets.{choice.transfer}]",
        )
