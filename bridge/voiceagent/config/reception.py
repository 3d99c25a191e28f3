"""The settings of what happens before a conversation: who is answered and when, and whom the agent may call."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voiceagent.config.section import Section


class AnswerRule(Section):
    """What is done with a ringing call that fits everything the rule names. The first rule that fits decides."""

    caller: list[str] = Field(default_factory=list, description="numbers that call: +4930* for a prefix, anonymous, a raw id")
    called: list[str] = Field(default_factory=list, description="numbers that were called, in the same way")
    during: list[str] = Field(default_factory=list, description="times such as mon-fri 09:00-17:30, in answer.timezone")
    outside: list[str] = Field(default_factory=list, description="the same: the rule fits at all other times")
    calls_over: int | None = Field(None, ge=0, description="the rule fits while more calls than this are going on")
    do: Literal["accept", "busy", "forbidden", "redirect"] = Field(
        "accept", description="answer, give a busy signal, refuse, or send the caller elsewhere unanswered"
    )
    to: str = Field("", description="of redirect: the name of a transfer target")


class AnswerSection(Section):
    timezone: str = Field("UTC", description="of the times in the rules, such as Europe/Berlin")
    rules: list[AnswerRule] = Field(default_factory=list, description="who is answered; without rules everybody is, see below")
    overflow: str = Field(
        "", description="transfer target that callers over the limits are sent to, unanswered; empty: a busy signal"
    )


class OutboundSection(Section):
    allowed: list[str] = Field(
        default_factory=list,
        description="prefixes of numbers that may be dialled, such as +1425; transfer targets may be in any case",
    )
    max_calls: int = Field(2, ge=1, description="calls of ours at once; Azure allows 2 for each number unless asked for more")
    per_hour: int = Field(60, ge=1, description="calls of ours in an hour")
    ring_seconds: int = Field(40, ge=5, le=50, description="how long a phone rings that we call")
    greeting: str = Field("", description="what the agent says first in such a call; empty: agent.greeting")
    voicemail: Literal["hang_up", "leave_message"] = Field(
        "hang_up", description="what is done when the model reports that a machine answered"
    )
    message: str = Field("", description="what is said to the machine, as it is written, when a message is left")
