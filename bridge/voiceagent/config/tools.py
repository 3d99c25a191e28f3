"""The settings of tools: how the agent treats all of them, and those that are declared here rather than written in Python."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from voiceagent.config.section import Section
from voiceagent.discreet import Secret

ToolName = Annotated[str, Field(pattern=r"^[a-zA-Z][a-zA-Z0-9_-]{0,47}$")]

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class HttpParameter(Section):
    type: Literal["string", "integer", "number", "boolean"] = Field("string", description="what the model gives")
    description: str = Field("", description="told to the model")
    required: bool = Field(True, description="the model must give it")
    choices: list[str] = Field(default_factory=list, description="what a text may be")
    pattern: str = Field("", description="regular expression a text must match, such as ^[0-9]{4}$")


class HttpTool(Section):
    description: str = Field(min_length=1, description="when the model shall use it, and what it gives")
    url: str = Field(
        pattern=r"^https?://", description="address; {parameter} is filled in, other parameters go into query or body"
    )
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field("GET", description="of the request")
    headers: dict[str, str] = Field(
        default_factory=dict, description="sent along; ${NAME} is taken from the environment or .env"
    )
    parameters: dict[Annotated[str, Field(pattern=r"^[a-z][a-zA-Z0-9_]*$")], HttpParameter] = Field(
        default_factory=dict, description="what the model gives, by name, see below"
    )
    select: str = Field("", description="the part of the answer that the model gets, such as data.orders[0].status")
    max_bytes: int = Field(65_536, ge=256, le=1_048_576, description="longest answer that is read")
    timeout_seconds: float = Field(8, gt=0, le=120, description="shorter than limits.tool_timeout_seconds, to matter")
    ask_first: bool | str = Field(False, description="true or a question: the caller must say yes before it runs")
    filler: str | None = Field(None, description="said when it takes long; empty: nothing; left out: tools.filler")
    filler_after_seconds: float | None = Field(
        None, gt=0, le=60, description="how long that is; left out: tools.filler_after_seconds"
    )
    max_calls: int | None = Field(None, ge=1, description="how often it may run in one call")
    max_seconds: float | None = Field(None, gt=0, description="how long in all it may run in one call")


class McpServer(Section):
    """Where a server of the Model Context Protocol is: a command that is started here, or an address."""

    at: Literal["bridge", "engine"] = Field("bridge", description="who speaks with it: this bridge, or Voice Live itself")
    command: list[str] = Field(default_factory=list, description="program and arguments, spoken with over its input and output")
    env: dict[str, str] = Field(default_factory=dict, description="environment of the command; ${NAME} as in headers")
    url: str = Field("", description="address of a server with streamable HTTP")
    headers: dict[str, str] = Field(
        default_factory=dict, description="sent along; ${NAME} is taken from the environment or .env"
    )
    prefix: str | None = Field(None, description="before the names of its tools; left out: the server's name and _")
    allowed_tools: list[str] = Field(default_factory=list, description="the server's names of tools to offer; empty: all")
    ask_first: bool | str | list[str] = Field(
        False, description="the caller must say yes first: true, a question, or a list of the server's tools"
    )
    connect_timeout_seconds: float = Field(10, gt=0, le=60, description="how long starting and listing may take")
    timeout_seconds: float = Field(8, gt=0, le=120, description="how long one of its tools may take")
    filler: str | None = Field(None, description="said when one takes long; empty: nothing; left out: tools.filler")
    filler_after_seconds: float | None = Field(
        None, gt=0, le=60, description="how long that is; left out: tools.filler_after_seconds"
    )
    max_calls: int | None = Field(None, ge=1, description="how often each of its tools may run in one call")
    max_seconds: float | None = Field(None, gt=0, description="how long in all each of them may run in one call")


class ToolsSection(Section):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=False)

    filler: str = Field("One moment, please.", description="said when a tool takes long; empty: nothing")
    filler_after_seconds: float = Field(2.5, gt=0, le=60, description="how long that is")
    ask_first: str = Field(
        "Shall I go ahead? Please say yes or no.",
        description="asked before a tool with ask_first that has no question of its own",
    )
    yes: list[str] = Field(default_factory=list, description="words by which a caller agrees; empty: English ones")
    no: list[str] = Field(default_factory=list, description="words by which a caller does not; empty: English ones")
    http: dict[ToolName, HttpTool] = Field(default_factory=dict, description="tools that are requests, by name, see below")
    mcp: dict[ToolName, McpServer] = Field(default_factory=dict, description="MCP servers, by name, see below")

    _references: dict[str, Secret] = PrivateAttr(default_factory=dict)

    @property
    def references(self) -> dict[str, Secret]:
        """What `${NAME}` stands for, as far as the environment has it; never shown and never written."""
        return self._references

    def with_references(self, environment: dict[str, str]) -> ToolsSection:
        """The same section with the values of all names that it refers to."""
        tables = [*self.http.values(), *self.mcp.values()]
        texts = [text for table in tables for text in _referring(table)]
        names = {name for text in texts for name in _REFERENCE.findall(text)}
        known = self.model_copy()
        known._references = {name: Secret(environment[name]) for name in sorted(names) if environment.get(name)}
        return known


def _referring(table: BaseModel) -> list[str]:
    return [text for name in ("headers", "env") for text in getattr(table, name, {}).values()]


def resolved(text: str, references: dict[str, Secret]) -> tuple[str, list[str]]:
    """A text with every `${NAME}` filled in, and the names that nothing is known for."""
    missing = [name for name in _REFERENCE.findall(text) if name not in references]
    return _REFERENCE.sub(lambda name: references[name[1]].shown if name[1] in references else "", text), missing
