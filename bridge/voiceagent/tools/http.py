"""Tools that are HTTP requests, declared as `[tools.http.NAME]`: checked arguments out, the selected part of the answer back.

Each call opens a connection of its own: a tool runs once or twice in a call, and kept connections would need an owner that
lives as long as the servers they lead to.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from voiceagent.call.commands import ToolSpec
from voiceagent.call.events import ToolOutcome, ToolReturned
from voiceagent.call.policies import ToolPolicy
from voiceagent.config.tools import HttpParameter, HttpTool, resolved
from voiceagent.discreet import Secret, without_secrets
from voiceagent.errors import UserError
from voiceagent.loopback import on_this_machine
from voiceagent.tools.define import ToolOptions
from voiceagent.tools.options import check_options, policy_of
from voiceagent.tools.output import error_text, result_text
from voiceagent.tools.run import idempotency_key
from voiceagent.tools.schema import check_arguments, check_name
from voiceagent.tools.select import is_path, select
from voiceagent.trust import authorities

if TYPE_CHECKING:
    import ssl

    import httpx
    from pydantic import BaseModel

_IN_QUERY = frozenset({"GET", "DELETE"})
_SHOWN = 200  # characters of a refusal's text that the model gets
_TYPES: Mapping[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool}


class HttpTools:
    """The declared tools of one project. `references`: what `${NAME}` in headers stands for."""

    def __init__(
        self,
        tools: Mapping[str, HttpTool],
        references: Mapping[str, Secret],
        *,
        now_ms: Callable[[], float],
        limit_bytes: int = 8192,
    ) -> None:
        self._tools = dict(tools)
        self._now_ms = now_ms
        self._limit_bytes = limit_bytes
        self._models = {name: _model(name, tool) for name, tool in tools.items()}
        self._headers = {name: _headers(name, tool, references) for name, tool in tools.items()}
        self._certificates = _certificates(tools.values())
        for name, tool in tools.items():
            check_name(name, f"`tools.http.{name}`")
            if not is_path(tool.select):
                raise UserError(
                    f"`tools.http.{name}.select` is {tool.select!r}", remedy="write data.orders[0].status, for example"
                )
            check_options(_options(tool), parameters=tuple(tool.parameters), secret=(), where=f"`tools.http.{name}`")

    def specs(self) -> Sequence[ToolSpec]:
        """The tools as the engine must know them."""
        return tuple(ToolSpec(name, tool.description, parameters_of(tool)) for name, tool in self._tools.items())

    def policies(self, defaults: ToolPolicy, *, question: str) -> Mapping[str, ToolPolicy]:
        """How a call treats each of them."""
        return {name: policy_of(_options(tool), defaults, question=question) for name, tool in self._tools.items()}

    async def run(
        self, name: str, arguments: str, *, tool_call_id: str, timeout_ms: int, context: Mapping[str, Any]
    ) -> ToolReturned:
        """Check the arguments, send the request, select from its answer. Never raises but for cancellation."""
        began, tool = self._now_ms(), self._tools[name]
        checked = check_arguments(name, self._models[name], arguments)
        outcome: ToolOutcome = "error"
        if isinstance(checked, str):
            output = error_text(checked)
        else:
            seconds = min(timeout_ms / 1000, tool.timeout_seconds)
            key = idempotency_key(str(context.get("call_id", "")), tool_call_id)
            given = checked.model_dump(exclude_none=True)
            try:
                async with asyncio.timeout(seconds):
                    outcome, output = await self._ask(name, tool, given, key)
            except TimeoutError:
                outcome, output = "timeout", error_text(f"{name} did not answer within {seconds:g} s.")
        return ToolReturned(tool_call_id, outcome, output, max(0.0, self._now_ms() - began))

    async def _ask(self, name: str, tool: HttpTool, given: Mapping[str, Any], key: str) -> tuple[ToolOutcome, str]:
        import httpx

        if (wrong := _leaves_its_place(tool.url, given)) is not None:
            return "error", error_text(f"The arguments of {name} were not accepted ({wrong}: it may not be {given[wrong]!r}).")
        url, rest = filled(tool.url, given)
        headers = {**self._headers[name], **({"Idempotency-Key": key} if key and tool.method != "GET" else {})}
        body: dict[str, Any] = {"params": rest} if tool.method in _IN_QUERY else {"json": rest}
        local = on_this_machine(url)  # a proxy of the environment does not know this machine
        client = httpx.AsyncClient(
            verify=self._certificates or False, trust_env=not local, timeout=tool.timeout_seconds, follow_redirects=False
        )
        try:
            async with (
                client as http,
                http.stream(tool.method, url, headers=headers, **{k: v for k, v in body.items() if v}) as response,
            ):
                content = await _read(response, tool.max_bytes)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return "error", error_text(f"{name} could not be asked: {type(error).__name__}")
        if content is None:
            return "error", error_text(f"{name} answered with more than {tool.max_bytes} bytes.")
        if not response.is_success:
            said = without_secrets(content.decode(errors="replace"))[:_SHOWN].strip()
            return "error", error_text(f"{name} answered with status {response.status_code}{f': {said}' if said else '.'}")
        return "ok", result_text(select(_value(content), tool.select), self._limit_bytes)


def _certificates(tools: Iterable[HttpTool]) -> ssl.SSLContext | None:
    """Read once, when the project is loaded: it takes tens of milliseconds, which all calls would hear. None: http only."""
    if not any(tool.url.startswith("https://") for tool in tools):
        return None
    return authorities()


async def _read(response: httpx.Response, most: int) -> bytes | None:
    """The body; None when it is longer than it may be."""
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > most:
            return None
    return bytes(content)


def _value(content: bytes) -> Any:
    text = content.decode(errors="replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text.strip() or None


def filled(url: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The address with its parameters in place, each as one piece of it, and the parameters that are not in it."""
    rest = dict(given)
    for name in given:
        if f"{{{name}}}" in url:
            url = url.replace(f"{{{name}}}", quote(_plain(rest.pop(name)), safe=""))
    return url, rest


def _leaves_its_place(url: str, given: Mapping[str, Any]) -> str | None:
    """The parameter whose value would make another address: nothing, or dots, which no quoting keeps from being walked."""
    return next((name for name, value in given.items() if f"{{{name}}}" in url and _plain(value) in ("", ".", "..")), None)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def parameters_of(tool: HttpTool) -> dict[str, Any]:
    """The JSON Schema of a declared tool."""
    return {
        "type": "object",
        "properties": {name: _schema(parameter) for name, parameter in tool.parameters.items()},
        "required": [name for name, parameter in tool.parameters.items() if parameter.required],
        "additionalProperties": False,
    }


def _schema(parameter: HttpParameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": parameter.type}
    if parameter.description:
        schema["description"] = parameter.description
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    if parameter.pattern:
        schema["pattern"] = parameter.pattern
    return schema


def _model(name: str, tool: HttpTool) -> type[BaseModel]:
    from pydantic import ConfigDict, create_model

    fields = {one: _field(parameter) for one, parameter in tool.parameters.items()}
    return create_model(
        name, __config__=ConfigDict(extra="forbid", coerce_numbers_to_str=True, regex_engine="python-re"), **fields
    )


def _field(parameter: HttpParameter) -> Any:
    from pydantic import Field

    kind: Any = Literal[tuple(parameter.choices)] if parameter.choices else _TYPES[parameter.type]
    if parameter.pattern and not parameter.choices:
        kind = Annotated[kind, Field(pattern=parameter.pattern)]
    return (kind, ...) if parameter.required else (kind | None, None)


def _options(tool: HttpTool) -> ToolOptions:
    return ToolOptions(
        ask_first=tool.ask_first,
        filler=tool.filler,
        filler_after_seconds=tool.filler_after_seconds,
        max_calls=tool.max_calls,
        max_seconds=tool.max_seconds,
    )


def _headers(name: str, tool: HttpTool, references: Mapping[str, Secret]) -> dict[str, str]:
    return {header: filled_in(f"tools.http.{name}.headers.{header}", text, references) for header, text in tool.headers.items()}


def filled_in(key: str, text: str, references: Mapping[str, Secret]) -> str:
    """A text of the settings with its references; UserError naming the one that is not set."""
    value, missing = resolved(text, dict(references))
    if missing:
        raise UserError(f"`{key}` needs {missing[0]}, which is not set", remedy=f"write {missing[0]}=… into .env")
    return value
