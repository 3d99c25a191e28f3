"""The network's own voice in one live call: prompts, hold music and tones at the caller's ear."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from voiceagent.emulators.acs.effects import PreparePrompt, SoundPrompt
from voiceagent.emulators.acs.prompter import PromptFailed, sound_of

if TYPE_CHECKING:
    from voiceagent.emulators.acs.ear import Ear
    from voiceagent.emulators.acs.network import Network
    from voiceagent.emulators.acs.state import Call

REMEMBERED = 16
"""Prompts kept for sounding again, the longest unused are forgotten first: one that loops and the music of holds."""

TONE_MS = 100.0
"""Of each 200 ms that a sent tone takes."""


class Speaking:
    """`ear` tells the caller's ear of the moment; `changed` is called after each report to the state."""

    def __init__(self, network: Network, call: Call, *, ear: Callable[[], Ear], changed: Callable[[], None]) -> None:
        self._network = network
        self._call = call
        self._ear = ear
        self._changed = changed
        self._sounds: OrderedDict[int, bytes] = OrderedDict()

    async def prepare(self, wanted: PreparePrompt) -> None:
        network, call, rate = self._network, self._call, self._ear().rate
        try:
            pcm = await sound_of(wanted.sources, rate, studio=network.studio, client=network.client)
        except PromptFailed as failure:
            call.prompt_not_prepared(wanted.number, failure.index, failure.result, network.now())
        else:
            self._sounds[wanted.number] = pcm
            if len(self._sounds) > REMEMBERED:
                self._sounds.popitem(last=False)
            call.prompt_prepared(wanted.number, len(pcm) * 500 / rate, network.now())
        self._changed()

    # unverified: prompt-queue
    def sound(self, wanted: SoundPrompt) -> None:
        if wanted.number in self._sounds:
            self._sounds.move_to_end(wanted.number)
            if wanted.audible:
                self._ear().plays(self._sounds[wanted.number], self._network.now())

    def hush(self) -> None:
        self._ear().stop(self._network.now())

    def tones(self, keys: str) -> None:
        from voiceagent.audio.tones import dtmf, silence

        rate = self._ear().rate
        pcm = b"".join(dtmf(key, TONE_MS, rate) + silence(TONE_MS, rate) for key in keys)
        self._ear().plays(pcm, self._network.now())
