"""What a scenario file may hold: who calls, what the caller does, and what must come of it. Every name, type and default."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

CallOutcome = Literal["completed", "transferred", "rejected", "failed"]
TransferResult = Literal["connected", "busy", "no_answer", "declined", "failed"]


class Part(BaseModel):
    """Unknown keys are refused, so that a typing error does not become an expectation that nobody checks."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _as_text(value: Any) -> Any:
    """`dtmf: 4271` is meant as written."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]


class Phrase(Part):
    """Words to look for: text to find (case, punctuation and the spaces between single digits do not count), a regular
    expression, or any of several texts."""

    containing: Text | None = None
    matching: Text | None = None
    any_of: list[Text] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, list):
            return {"any_of": value}
        return value if isinstance(value, dict) else {"containing": value}

    @field_validator("matching")
    @classmethod
    def _a_regular_expression(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"a regular expression; this one is not: {error}") from None
        return value

    @model_validator(mode="after")
    def _one_form(self) -> Phrase:
        if sum((self.containing is not None, self.matching is not None, bool(self.any_of))) != 1:
            raise ValueError("exactly one of containing, matching, any_of")
        return self


# --- what must come of it


class AgentSays(Part):
    agent_says: Phrase
    within_ms: float | None = Field(None, gt=0)
    """From the end of the caller's step (at the top level: from the answer) to the turn that says it, at the ear."""


class AgentNeverSays(Part):
    agent_never_says: Phrase


class CallerIsHeard(Part):
    caller_is_heard: Phrase
    """What the engine understood of the caller."""


class ToolRuns(Part):
    tool: Text
    arguments: dict[str, Any] | None = None
    """These arguments with these values; further ones are welcome."""
    arguments_exactly: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    outcome: Literal["ok", "error", "timeout", "cancelled"] | None = None
    times: int | None = Field(None, ge=1)


class ToolNeverRuns(Part):
    no_tool: Text
    """A tool's name, or `any`."""


class Moment(Part):
    """One thing of an order of things: a bare word (`greeting` is the first `agent`), or a tool or words by name."""

    event: Literal["answered", "agent", "caller", "tool", "key", "barge_in", "transfer", "ended"]
    named: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"event": value}
        if isinstance(value, dict) and len(value) == 1 and (event := next(iter(value))) in ("agent", "caller", "tool", "key"):
            return {"event": event, "named": _as_text(value[event])}
        return value


class InOrder(Part):
    in_order: list[Moment] = Field(min_length=2)


class AnswersWithin(Part):
    answers_within_ms: float = Field(gt=0)


class Interruption(Part):
    stop_ms: float | None = Field(None, gt=0)
    """From the caller's first sound to silence at the ear, at most."""


class BargesIn(Part):
    barge_in: Literal["none"] | Interruption

    @field_validator("barge_in", mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        return {"stop_ms": value} if isinstance(value, int | float) else {} if value is None else value


class TransferEnds(Part):
    target: Text | None = None
    outcome: TransferResult | None = None


class Transfers(Part):
    transfer: Literal["none"] | TransferEnds

    @field_validator("transfer", mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        return {"outcome": value} if isinstance(value, str) and value != "none" else value


class End(Part):
    outcome: CallOutcome | None = None
    reason: Text | None = None


class CallEnds(Part):
    call_ended: End

    @field_validator("call_ended", mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        return {"outcome": value} if isinstance(value, str) else value


class CostsAtMost(Part):
    cost_at_most: float = Field(ge=0)


class NoWarnings(Part):
    no_warnings: Literal[True]


EXPECTATIONS: dict[str, type[Part]] = {
    "agent_says": AgentSays,
    "agent_never_says": AgentNeverSays,
    "caller_is_heard": CallerIsHeard,
    "tool": ToolRuns,
    "no_tool": ToolNeverRuns,
    "in_order": InOrder,
    "answers_within_ms": AnswersWithin,
    "barge_in": BargesIn,
    "transfer": Transfers,
    "call_ended": CallEnds,
    "cost_at_most": CostsAtMost,
    "no_warnings": NoWarnings,
}
"""Each kind of expectation by the key that tells it."""


def _told_by(kinds: dict[str, type[Part]], value: Any) -> str | None:
    """The kind of a value by its key; None when there is none, or more than one."""
    if isinstance(value, Part):
        return next(key for key, kind in kinds.items() if isinstance(value, kind))
    found = [key for key in kinds if isinstance(value, dict) and key in value]
    return found[0] if len(found) == 1 else None


Expectation = Annotated[
    Annotated[AgentSays, Tag("agent_says")]
    | Annotated[AgentNeverSays, Tag("agent_never_says")]
    | Annotated[CallerIsHeard, Tag("caller_is_heard")]
    | Annotated[ToolRuns, Tag("tool")]
    | Annotated[ToolNeverRuns, Tag("no_tool")]
    | Annotated[InOrder, Tag("in_order")]
    | Annotated[AnswersWithin, Tag("answers_within_ms")]
    | Annotated[BargesIn, Tag("barge_in")]
    | Annotated[Transfers, Tag("transfer")]
    | Annotated[CallEnds, Tag("call_ended")]
    | Annotated[CostsAtMost, Tag("cost_at_most")]
    | Annotated[NoWarnings, Tag("no_warnings")],
    Discriminator(lambda value: _told_by(EXPECTATIONS, value)),
]


# --- what the caller does


class Does(Part):
    """A step. `expect` is about what happens from its beginning to the beginning of the next step."""

    expect: list[Expectation] = Field(default_factory=list)


class Say(Does):
    say: Text


class Wav(Does):
    wav: Text
    """A file beside the scenario."""
    after_ms: float | None = Field(None, ge=0, le=600_000)
    """With it the recording interrupts, this long after the agent's next turn began."""
    pause_ms: float | None = Field(None, ge=0, le=600_000)
    """With it the recording begins so long after the agent has finished, in place of the caller's own 700 ms."""


class Interrupt(Does):
    interrupt: Text
    after_ms: float = Field(1_000, ge=0, le=600_000)


class Dtmf(Does):
    dtmf: Annotated[Text, Field(pattern=r"^[0-9*#A-Da-d]+$")]


class Silence(Does):
    silence: float = Field(gt=0, le=600_000)


STEPS: dict[str, type[Part]] = {"say": Say, "wav": Wav, "interrupt": Interrupt, "dtmf": Dtmf, "silence": Silence}

Step = Annotated[
    Annotated[Say, Tag("say")]
    | Annotated[Wav, Tag("wav")]
    | Annotated[Interrupt, Tag("interrupt")]
    | Annotated[Dtmf, Tag("dtmf")]
    | Annotated[Silence, Tag("silence")],
    Discriminator(lambda value: _told_by(STEPS, value)),
]


class Persona(Part):
    """A caller who makes up the words: a chat model that plays somebody with a goal."""

    who: Text
    goal: Text
    max_turns: int = Field(10, ge=1, le=100)
    base_url: str = ""
    model: str = ""
    """Empty: the endpoint and model of `thinker.base_url` and `thinker.model` (OPENAI_BASE_URL, OPENAI_MODEL)."""


Number = Annotated[Text, Field(pattern=r"^(\+[0-9]{3,15}|[48]:.+)$")]


class Who(Part):
    """Who calls whom."""

    from_: Number = Field("+14255550142", alias="from")
    to: Number = "+14255550199"
    display_name: str = ""


class Fault(BaseModel):
    """Something that goes wrong in the call: a name of docs/emulators/faults.md, and what is said about it. The emulator knows
    which names and parameters there are, and refuses others when the call is placed."""

    model_config = ConfigDict(extra="allow", frozen=True)
    fault: Text


class Scenario(Part):
    """One conversation."""

    name: Text | None = None
    description: str = ""
    caller: Who = Who()
    line: Literal["telephone", "wideband"] = "telephone"
    noise_db: float | None = Field(None, ge=-20, le=100)
    loss_percent: float = Field(0, ge=0, le=100)
    jitter_ms: float = Field(0, ge=0, le=1_000)
    echo_db: float | None = Field(None, ge=0, le=100)
    callers: int = Field(1, ge=1, le=500)
    human: Literal["answer", "busy", "declined", "no_answer", "unreachable", "refuses", "leaves"] = "answer"
    ring_ms: float | None = Field(None, ge=0, le=180_000)
    settings: dict[str, Any] = Field(default_factory=dict)
    faults: list[Fault] = Field(default_factory=list)
    repeat: int = Field(1, ge=1, le=1000)
    limit_seconds: float = Field(120, gt=0, le=3600)
    hang_up_after: bool = True
    steps: list[Step] = Field(default_factory=list)
    persona: Persona | None = None
    expect: list[Expectation] = Field(default_factory=list)

    @model_validator(mode="after")
    def _somebody_calls(self) -> Scenario:
        if bool(self.steps) == (self.persona is not None):
            raise ValueError("either steps, which say what the caller does, or a persona, who decides that")
        return self
