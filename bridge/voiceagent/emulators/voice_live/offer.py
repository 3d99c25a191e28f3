"""What a session can have: the model behind it, the dialect it speaks, and what follows from the two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voiceagent.config.parallel_calls import refuses_parallel_calls
from voiceagent.protocol.dialects import VOICE_LIVE, Dialect
from voiceagent.protocol.versions import NEWEST, SHORT_PADDING_BEFORE, at_least

Family = Literal["auto", "native", "cascaded"]

NATIVE_MODELS = ("gpt-realtime", "azure-realtime", "phi4-mm-realtime")
"""Models that hear and speak themselves; everything else is transcribed, thought about and read aloud (cascaded)."""


def is_native(model: str) -> bool:
    """Whether the model hears and speaks by itself."""
    return model.startswith(NATIVE_MODELS)


@dataclass(frozen=True, slots=True)
class Offer:
    """One session's possibilities. `family` other than auto says of a model with an unknown name what it is."""

    model: str
    dialect: Dialect = VOICE_LIVE[NEWEST]
    family: Family = "auto"
    agent: str = ""
    """The agent that answers, with a model of its own; "" in model mode."""
    project: str = ""
    client_echo_reference: bool = False

    @property
    def native(self) -> bool:
        """Whether audio goes straight into the model and comes out of it."""
        if self.family != "auto":
            return self.family == "native"
        return not self.azure or (not self.agent and is_native(self.model))

    @property
    def azure(self) -> bool:
        """Whether this is Voice Live; otherwise OpenAI's own API, there or on Azure."""
        return self.dialect in VOICE_LIVE.values() or self.dialect.subprotocol != ""

    @property
    def ga(self) -> bool:
        """Whether the wire has the GA words."""
        return self.dialect.shape is not None

    @property
    def openai_voices(self) -> bool:
        """Whether the model has voices of its own."""
        return not self.azure or (self.native and not self.model.startswith("phi4"))

    @property
    def reasons(self) -> bool:
        """Whether the model thinks before it answers, and so has no temperature."""
        return self.model.startswith("gpt-5") and "chat" not in self.model

    @property
    def refuses_parallel_calls(self) -> bool:
        return refuses_parallel_calls(self.model)

    @property
    def short_padding(self) -> bool:
        """Whether turn detection pads speech with 300 ms by default, as all versions before 2026-04-10."""
        version = self.dialect.version
        return not self.azure or (bool(version) and not at_least(version, SHORT_PADDING_BEFORE))
