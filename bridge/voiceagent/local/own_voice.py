"""A voice on this machine for the moments in which a call has no engine, where one is installed that speaks its language.

It is loaded when it is first needed, which takes about a second; whoever waits for it has waited longer for the engine.
"""

from __future__ import annotations

import asyncio
import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING

from voiceagent.config.schema import Settings
from voiceagent.discreet import Words

if TYPE_CHECKING:
    from voiceagent.runtime.runner import OwnVoice
    from voiceagent.speech.port import Voice

_log = logging.getLogger(__name__)
_PACKAGES = ("hibari", "onnxruntime")


def own_voice(settings: Settings) -> OwnVoice | None:
    """How to say something without an engine; None where nobody could."""
    if not settings.agent.language.lower().startswith("en") or any(find_spec(package) is None for package in _PACKAGES):
        return None
    return _Spoken().say


class _Spoken:
    """The voice, once somebody needed it."""

    def __init__(self) -> None:
        self._voice: Voice | None = None
        self._loading = asyncio.Lock()

    async def say(self, text: Words, rate: int) -> bytes:
        """16-bit PCM; nothing when the voice does not work: the call then goes on in silence."""
        try:
            async with self._loading:
                if self._voice is None:
                    self._voice = await asyncio.to_thread(_load)
            return await asyncio.to_thread(_speak, self._voice, text.shown, rate)
        except Exception:  # whatever is wrong with a voice that is only a comfort must not end the call
            _log.exception("the voice of this machine cannot speak")
            return b""


def _load() -> Voice:
    from voiceagent.speech.parts import load_voice

    return load_voice()


def _speak(voice: Voice, text: str, rate: int) -> bytes:
    return b"".join(voice.stream(text, rate=rate))
