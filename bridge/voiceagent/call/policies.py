"""How a call treats tools, keys and further agents: policies of an agent's author, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from voiceagent.call.commands import ToolSpec

YES = (
    *("yes", "yeah", "yep", "yup", "sure", "of course", "go ahead", "please do", "do it", "correct", "right", "okay", "ok"),
    *("i am sure", "that is right", "absolutely", "definitely"),
)
NO = (
    *("no", "nope", "not", "don't", "do not", "never", "wrong", "stop", "cancel that", "wait", "rather not"),
    *("changed my mind", "leave it", "forget it"),
)
"""Words of consent and of refusal, unless the settings give others; a refusal anywhere outweighs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretEntry:
    """What the caller shall type without anybody seeing it but the tool that asked.

    `prompt` is said first. `*` gives up; `end_key` (empty: none) or `most` keys end the entry, or a pause of `pause_ms` once
    `least` keys are there. `mute`: meanwhile the engine hears silence in place of the caller, since tones sound in the audio.
    """

    prompt: str
    least: int = 1
    most: int = 20
    end_key: str = "#"
    pause_ms: float = 6_000
    first_key_ms: float = 20_000
    mute: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolPolicy:
    """One tool in a call.

    `ask_first`: the question whose yes lets the tool run, with `{argument}` filled in; empty: it runs at once. `filler` is said
    when it runs longer than `filler_after_ms`. `most_calls` and `most_ms` (of running) are for the whole call. `keys`: typed
    digits that only the tool gets.
    """

    ask_first: str = ""
    filler: str = ""
    filler_after_ms: float = 2_500
    most_calls: int | None = None
    most_ms: float | None = None
    keys: SecretEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAction:
    """What one key of the menu does: something is said, and then a tool runs, a human is called, or the call ends."""

    say: str = ""
    tool: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    transfer: str = ""
    end_call: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPolicy:
    """Which keys belong together, and who gets them.

    An entry ends with `end_key`, after `most` keys, or after a pause. One key that stands in `menu` does what the menu says
    after the shorter `menu_pause_ms`. Anything else goes to the model as something the caller did, or to the tool `tool` as its
    argument `keys`. `recognise`: the telephony service shall report keys as well, beside the media stream.
    """

    pause_ms: float = 2_000
    end_key: str = "#"
    most: int = 64
    menu_pause_ms: float = 700
    menu: Mapping[str, KeyAction] = field(default_factory=dict)
    to: Literal["model", "tool", "nobody"] = "model"
    tool: str = ""
    recognise: bool = False
    send: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BargeInPolicy:
    """When a caller who speaks while the agent does makes it fall silent; see `barge_in`.

    `when` duration: after `after_ms` of speech; words: once `after_words` of it are known. `resume_after_ms`: so long after
    the sound without a word the agent goes on; 0: it never does. `during_greeting` False: the greeting is heard to its end.
    Anything but the default needs an engine that neither interrupts nor replies by itself.
    """

    when: Literal["speech", "duration", "words", "never"] = "speech"
    after_ms: float = 400
    after_words: int = 2
    resume_after_ms: float = 0
    during_greeting: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPolicy:
    """A further agent of the same call: its own prompt and tools. `voice` None keeps the one that is speaking."""

    instructions: str
    tools: tuple[ToolSpec, ...] = ()
    voice: str | Mapping[str, Any] | None = None
    description: str = ""
