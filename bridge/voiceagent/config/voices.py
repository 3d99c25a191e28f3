"""The names of OpenAI's voices: they tell of a voice that is only named which service it is one of."""

from __future__ import annotations

OPENAI_VOICES = frozenset({"alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"})
"""All that a session accepts; every other name is one of Azure's."""
