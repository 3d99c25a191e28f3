"""The settings of the telephone's keys, and of further agents in the same call."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from voiceagent.config.section import Section


class KeyChoice(Section):
    """What a key of the menu does: at most one of tool, transfer and end_call, after what is said."""

    say: str = Field("", description="said first, as it is written")
    tool: str = Field("", description="a tool that runs then; the model speaks about its result")
    arguments: dict[str, Any] = Field(default_factory=dict, description="the tool's arguments")
    transfer: str = Field("", description="a name under [transfer.targets]: the caller is put through")
    end_call: bool = Field(False, description="the call ends")


class KeysSection(Section):
    pause_seconds: float = Field(2, gt=0, le=30, description="a pause this long ends what the caller types")
    end_key: Literal["#", ""] = Field("#", description="ends it at once; empty: no key does")
    max_keys: int = Field(64, ge=1, le=64, description="so many keys end it as well")
    to: Literal["model", "tool", "nobody"] = Field("model", description="who gets what is typed and is not in the menu")
    tool: str = Field("", description="the tool that gets it as its argument `keys`, when `to` is tool")
    menu: dict[Annotated[str, Field(pattern=r"^[0-9*#A-D]$")], KeyChoice] = Field(
        default_factory=dict, description="what single keys do, by key, see below"
    )
    menu_pause_seconds: float = Field(0.7, gt=0, le=10, description="how long a key of the menu waits for a second key")
    recognise: bool = Field(
        False, description="have Azure recognise the caller's keys as well, for lines whose media stream does not tell them"
    )
    send: bool = Field(False, description="the model may press keys towards the caller's side: the tool send_keys")


class AgentEntry(Section):
    """A further agent of the same call, with a prompt of its own."""

    prompt: str = Field(min_length=1, description="file with its instructions, relative to the project")
    description: str = Field("", description="what it is for: told to the others, so that they hand the right things over")
    offers: list[str] = Field(default_factory=list, description="names of its tools; empty: all of the project")
    voice: str = Field("", description="its voice; empty: the one that is speaking")
