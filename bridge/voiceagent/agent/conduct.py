"""What an agent project's settings mean for tools, keys and further agents in a call, as the policies a session decides by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from voiceagent.agent.prompt import read_prompt
from voiceagent.call.commands import ToolSpec
from voiceagent.call.policies import NO, YES, AgentPolicy, KeyAction, KeyPolicy, ToolPolicy
from voiceagent.config.answering import kind_of, runs_tools
from voiceagent.config.schema import Settings
from voiceagent.config.tools import McpServer
from voiceagent.errors import UserError
from voiceagent.tools.http import filled_in
from voiceagent.tools.schema import RESERVED, RESERVED_PREFIX
from voiceagent.tools.toolbox import Toolbox


def tool_policies(settings: Settings, toolset: Toolbox) -> Mapping[str, ToolPolicy]:
    """How the call treats each tool. An engine that fills the time of tools by itself is not helped."""
    chosen = settings.tools
    filler = "" if _engine_fills(settings) else chosen.filler
    defaults = ToolPolicy(filler=filler, filler_after_ms=chosen.filler_after_seconds * 1000)
    return toolset.policies(defaults, question=chosen.ask_first)


def _engine_fills(settings: Settings) -> bool:
    engine = settings.engine
    chosen = engine.interim_response
    return kind_of(engine) == "voice-live" and chosen.type != "none" and "tool" in chosen.triggers


def consent_words(settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a yes and of a no."""
    return tuple(settings.tools.yes) or YES, tuple(settings.tools.no) or NO


def engine_tools(settings: Settings) -> tuple[Mapping[str, Any], ...]:
    """The servers that Voice Live speaks with itself, as its session wants them; none where another engine answers."""
    if not runs_tools(settings.engine):
        return ()
    servers = settings.tools.mcp.items()
    return tuple(_engine_server(name, server, settings) for name, server in servers if server.at == "engine")


def _engine_server(name: str, server: McpServer, settings: Settings) -> dict[str, Any]:
    references, key = settings.tools.references, f"tools.mcp.{name}.headers"
    headers = {one: filled_in(f"{key}.{one}", text, references) for one, text in server.headers.items()}
    asks = server.ask_first
    never = [tool for tool in server.allowed_tools if isinstance(asks, list) and tool not in asks]
    listed = {"always": asks, **({"never": never} if never else {})}
    said: dict[str, Any] = {"type": "mcp", "server_label": name, "server_url": server.url}
    if (bearer := headers.pop("Authorization", "")) != "":
        said["authorization"] = bearer
    if headers:
        said["headers"] = headers
    if server.allowed_tools:
        said["allowed_tools"] = list(server.allowed_tools)
    return {**said, "require_approval": listed if isinstance(asks, list) else "always" if asks else "never"}


def approvals(settings: Settings) -> dict[str, str]:
    """The question to the caller, by server, before the engine runs one of its tools."""
    asking = {
        name: server.ask_first for name, server in settings.tools.mcp.items() if server.at == "engine" and server.ask_first
    }
    return {name: asks if isinstance(asks, str) else settings.tools.ask_first for name, asks in asking.items()}


def key_policy(settings: Settings) -> KeyPolicy:
    """What typed keys mean."""
    keys = settings.keys
    return KeyPolicy(
        pause_ms=keys.pause_seconds * 1000,
        end_key=keys.end_key,
        most=keys.max_keys,
        menu_pause_ms=keys.menu_pause_seconds * 1000,
        menu={
            key: KeyAction(
                say=choice.say,
                tool=choice.tool,
                arguments=choice.arguments,
                transfer=choice.transfer,
                end_call=choice.end_call,
            )
            for key, choice in keys.menu.items()
        },
        to=keys.to,
        tool=keys.tool,
        recognise=keys.recognise,
        send=keys.send,
    )


def agent_policies(directory: Path, settings: Settings, specs: Sequence[ToolSpec]) -> Mapping[str, AgentPolicy]:
    """The further agents. UserError for a prompt that is missing, or a tool that is not there."""
    return {
        name: AgentPolicy(
            instructions=read_prompt(directory, entry.prompt, f"agents.{name}.prompt"),
            tools=offered(specs, entry.offers, f"agents.{name}.offers"),
            voice=entry.voice or None,
            description=entry.description,
        )
        for name, entry in settings.agents.items()
    }


def offered(specs: Sequence[ToolSpec], names: Sequence[str], key: str) -> tuple[ToolSpec, ...]:
    """The tools of these names; all when none is named."""
    known = {spec.name: spec for spec in specs}
    for name in names:
        if name not in known:
            raise _unknown(name, key, known)
    return tuple(known[name] for name in names) if names else tuple(specs)


def check_keys(settings: Settings, specs: Sequence[ToolSpec]) -> None:
    """UserError for a key that runs a tool which is not there."""
    known = {spec.name: spec for spec in specs}
    wanted = {f"keys.menu.{key}.tool": choice.tool for key, choice in settings.keys.menu.items()}
    for key, name in {**wanted, "keys.tool": settings.keys.tool}.items():
        if name and name not in known:
            raise _unknown(name, key, known)


def own_tools(settings: Settings) -> set[str]:
    """The names of the tools that a session has of its own under these settings, and of those it could have."""
    return set(RESERVED) | {RESERVED_PREFIX + name for name in (*settings.agents, settings.agent.name)}


def _unknown(name: str, key: str, known: Mapping[str, ToolSpec]) -> UserError:
    near = get_close_matches(name, sorted(known), n=1)
    remedy = f"did you mean `{near[0]}`?" if near else f"the tools are: {', '.join(known) or 'none'}"
    return UserError(f"`{key}` names the tool `{name}`, which is not there", remedy=remedy)
