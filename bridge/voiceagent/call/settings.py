"""What a call session must be told before the call: its policies, as values.

Bounds that no user should need to change stand as constants beside the code that keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from voiceagent.call.commands import EngineSetup, TransferMode
from voiceagent.call.policies import NO, YES, AgentPolicy, BargeInPolicy, KeyPolicy, ToolPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPolicy:
    """A transfer target as the session knows it; its address is call control's business.

    `description` is told to the model. `agent`: what we do when the human has the caller. `mode`: how the human gets the
    caller, see `transfer`. `members`: a queue, of other targets in the order in which they are called.
    """

    description: str = ""
    ring_seconds: int = 30
    agent: Literal["leaves", "listens"] = "leaves"
    mode: TransferMode = "join"
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverPolicy:
    """How humans are met. `briefing` and `question` are said to them in private; `{summary}` is what the model wants said.

    `stay_ms`: how long the agent stays, silent, when a human has the caller: one who hangs up meanwhile leaves the caller to
    us. `decide_ms`: how long a human may think about it.
    """

    briefing: str = "I have a caller for you. {summary}"
    question: str = "Do you take the call? Say yes or press 1. Say no or press 2."
    stay_ms: float = 0
    decide_ms: float = 15_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundPolicy:
    """A call of ours. `message` is left when a machine answers; empty: the call ends without a word."""

    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """Everything a session decides by.

    `greeting` empty: the caller speaks first; `greeting_by` model: the greeting is guidance, not text.
    `goodbye` is said before the agent ends the call; empty: it ends without a word.
    `silence_after_ms` None: silence never ends the call. Each of `silence_prompts` is said once, then the goodbye.
    `in_writing`: the caller reads, so an item without audio counts as heard when its words come.
    `tools`: how tools are treated that need more than to be run. `approvals`: the question to the caller before
    the engine may run a tool of its own at a server, by server. `yes`, `no`: words by which the caller lets a tool run or does
    not, and a human takes a caller or does not. `agents`: others that may take the conversation over from the first one, which
    is named `agent`.
    `max_call_ms` counts from the answer; `warning` is said `warn_before_ms` before it, at the next pause.
    `barge_in` False: the caller cannot interrupt the agent; else `interruptions` says when. `disclosure` is said before the
    greeting, and nobody can interrupt it.
    `renew_ms`: how long one engine session serves; None: as long as the engine lets it. `reconnect_ms`: how long a lost engine
    is searched for; 0: its loss ends the call. `lost_target`: the transfer target who gets the caller then, or "". `own_voice`:
    the runner can speak without an engine; then `filler` is said when the search takes long, and when it was in vain
    `lost_transfer` before the caller gets a human, `lost_goodbye` before the call ends.
    """

    setup: EngineSetup
    greeting: str = ""
    greeting_by: Literal["text", "model"] = "text"
    goodbye: str = "Thank you for calling. Goodbye."
    silence_after_ms: float | None = 8_000
    silence_prompts: tuple[str, ...] = ("Are you still there?", "I cannot hear you. Are you still there?")
    max_call_ms: float = 55 * 60_000
    tool_timeout_ms: int = 8_000
    targets: Mapping[str, TargetPolicy] = field(default_factory=dict)
    handover: HandoverPolicy = HandoverPolicy()
    outbound: OutboundPolicy | None = None
    record: bool = False
    barge_in: bool = True
    interruptions: BargeInPolicy = field(default_factory=BargeInPolicy)
    disclosure: str = ""
    warning: str = ""
    warn_before_ms: float = 60_000
    renew_ms: float | None = None
    reconnect_ms: float = 0
    lost_target: str = ""
    own_voice: bool = False
    filler: str = "One moment, please."
    lost_transfer: str = "I am sorry, there is a problem on our side. I will connect you to a person."
    lost_goodbye: str = "I am sorry, there is a problem on our side. Please call again later. Goodbye."
    in_writing: bool = False
    tools: Mapping[str, ToolPolicy] = field(default_factory=dict)
    yes: tuple[str, ...] = YES
    no: tuple[str, ...] = NO
    keys: KeyPolicy = field(default_factory=KeyPolicy)
    agent: str = "agent"
    approvals: Mapping[str, str] = field(default_factory=dict)
    agents: Mapping[str, AgentPolicy] = field(default_factory=dict)

    def to_call(self, target: str) -> list[tuple[str, TargetPolicy]]:
        """Whom a transfer to this target calls, one after the other: itself, or the members of a queue in its own manner."""
        policy = self.targets[target]
        if not policy.members:
            return [(target, policy)]
        return [(name, replace(self.targets[name], mode=policy.mode, agent=policy.agent)) for name in policy.members]

    @property
    def end_silence_ms(self) -> float:
        """The silence by which the engine recognises the end of a turn; its reported end includes it."""
        value = self._turn_detection("silence_duration_ms", 500)
        return float(value) if isinstance(value, int | float) else 500.0

    @property
    def onset_padding_ms(self) -> float:
        """The audio the engine keeps from before the onset of speech; its reported start includes it."""
        value = self._turn_detection("prefix_padding_ms", None)
        if isinstance(value, int | float):
            return float(value)
        kind = str(self._turn_detection("type", ""))
        return 400.0 if kind == "server_vad" else 420.0 if kind.startswith("azure_semantic_vad") else 0.0

    @property
    def engine_replies(self) -> bool:
        """The engine answers a turn by itself (its default), so that we must not ask."""
        return self._turn_detection("create_response", True) is not False

    @property
    def engine_interrupts(self) -> bool:
        """The engine cancels its reply by itself when the caller speaks (its default), so that we need not."""
        return self._turn_detection("interrupt_response", True) is not False

    @property
    def engine_truncates(self) -> bool:
        """The engine shortens its memory of an interrupted item by itself; by default it does not."""
        return self._turn_detection("auto_truncate", False) is True

    def _turn_detection(self, name: str, default: Any) -> Any:
        return (self.setup.turn_detection or {}).get(name, default)
