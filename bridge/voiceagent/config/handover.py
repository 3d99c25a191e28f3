"""The settings of transfers: whom the agent may hand a caller to, and how."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from voiceagent.config.section import Section

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]


class TransferTarget(Section):
    """Where a named target is reached: exactly one of the addresses, or a queue of other targets."""

    phone_number: str = Field("", description="E.164 number")
    acs_user: str = Field("", description="8:acs:… identity")
    teams_user: str = Field("", description="Entra object id of a Teams user")
    queue: list[Name] = Field(default_factory=list, description="names of other targets, called until one takes the caller")
    order: Literal["in_turn", "round_robin"] = Field(
        "in_turn", description="of a queue: always from the first, or from one further with each call"
    )
    description: str = Field("", description="told to the model, so that it picks the right target")
    ring_seconds: int = Field(30, ge=5, le=180, description="how long the target's phone rings")
    mode: Literal["join", "cold", "warm", "consult"] = Field(
        "join",
        description="join: the human comes into the call; cold: Azure moves the caller; warm: the agent tells the human first, "
        "while the caller is on hold; consult: and asks whether they take the call",
    )
    agent: Literal["leaves", "listens"] = Field(
        "leaves", description="when the human has the caller: leave, or stay muted as transcriber"
    )


class TransferSection(Section):
    targets: dict[Name, TransferTarget] = Field(
        default_factory=dict, description="whom the agent may hand the caller to, by name, see below"
    )
    briefing: str = Field(
        "I have a caller for you. {summary}",
        description="said to the human of a warm transfer; {summary} is what the model wants them to know",
    )
    question: str = Field(
        "Do you take the call? Say yes or press 1. Say no or press 2.", description="said after it, when the human is consulted"
    )
    decide_seconds: float = Field(15, ge=3, le=60, description="how long a human who is consulted may think about it")
    stay_seconds: float = Field(
        3, ge=0, le=60, description="how long the agent stays, silent, so that a human who hangs up at once leaves nobody alone"
    )
    when_engine_lost: str = Field(
        "", description="the target who gets a caller when no engine can be had; empty: the caller hears a goodbye"
    )
    hold_audio: str = Field(
        "tones",
        description="what a caller on hold hears: tones, silence, or the https address of a WAV file (mono, 16 bit, 16 kHz)",
    )
    headers: Literal["summary", "call_id", "none"] = Field(
        "summary", description="what the human's system is told in User-To-User and X- headers"
    )
