"""The network's understanding of its callers: when one begins and ends to speak, and what it was, for whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from voiceagent.emulators.acs.caller import Caller
from voiceagent.emulators.acs.script import Utterance
from voiceagent.emulators.acs.state import Call
from voiceagent.emulators.acs.studio import Studio
from voiceagent.emulators.acs.transcriber import Transcriber
from voiceagent.emulators.acs.transcribing import Spoken


class Hearing:
    """`tick` every 20 ms. Nothing is understood that nobody asked for."""

    def __init__(
        self,
        call: Call,
        caller: Caller,
        transcriber: Transcriber,
        *,
        studio: Studio,
        rate: int,
        now: Callable[[], float],
        start: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._call = call
        self._caller = caller
        self._transcriber = transcriber
        self._studio = studio
        self._rate = rate
        self._now = now
        self._start = start
        self._seen = 0
        self._speaking: tuple[float, Utterance] | None = None
        self._begun = False

    def tick(self, now: float) -> None:
        if self._speaking is None and self._seen < len(self._caller.spoken):
            self._speaking, self._begun = self._caller.spoken[self._seen], False
            self._seen += 1
        if self._speaking is None:
            return
        at, words = self._speaking
        if not self._begun and now >= at + words.begins_ms:
            self._begun = True
            self._call.prompting.speech_began(now)
        if now >= at + words.ends_ms:
            self._speaking = None
            if self._call.prompting.wants_speech or self._call.transcribing.state == "active":
                self._start(self._understand(at, words))

    async def _understand(self, at: float, words: Utterance) -> None:
        text, confidence = await self._studio.understand(words, self._rate)
        call = self._call
        call.prompting.heard(text, confidence, self._now())
        if text and call.answered_at is not None:
            began = at + words.begins_ms - call.answered_at
            spoken = Spoken(call.order.caller, text, confidence, began, began + words.ends_ms - words.begins_ms)
            await self._transcriber.say(spoken)
