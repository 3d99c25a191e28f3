"""When somebody speaks in a recording of one voice: what an engine tells of a call, found again where none was listening."""

from __future__ import annotations

from voiceagent.errors import UserError

Stretch = tuple[float, float]
"""From the first sound of a turn to its last, in milliseconds of the recording."""

_PIECE = 1 << 16


def voiced(pcm: bytes, rate: int, *, silence_ms: int = 500) -> list[Stretch]:
    """The turns in 16-bit mono PCM; a silence of `silence_ms` ends one. UserError when the detector is not installed.

    A minute of sound takes about a second.
    """
    from voiceagent.audio.resample import Resampler
    from voiceagent.speech.detect import VoiceDetector
    from voiceagent.speech.port import HEARING_RATE
    from voiceagent.speech.turns import TurnDetector, TurnParams, TurnStarted, TurnStopped

    try:
        detector = VoiceDetector()
    except ModuleNotFoundError as error:
        raise UserError(
            "turns of a bare recording are found by the voice detector, and it is not installed",
            remedy="pip install 'voiceagent-workbench[embedded]'",
        ) from error
    turns = TurnDetector(
        TurnParams(prefix_padding_ms=0, silence_duration_ms=silence_ms, speculate_ms=None), window_ms=detector.window_ms
    )
    if rate != HEARING_RATE:
        resampler = Resampler(rate, HEARING_RATE)
        pcm = resampler.push(pcm) + resampler.flush()
    found: list[Stretch] = []
    began = None
    for start in range(0, len(pcm), _PIECE):
        for probability in detector.push(pcm[start : start + _PIECE]):
            for event in turns.push(probability):
                if isinstance(event, TurnStarted):
                    began = float(event.audio_start_ms)
                elif isinstance(event, TurnStopped) and began is not None:
                    found.append((began, float(event.speech_end_ms)))
                    began = None
    if began is not None:
        found.append((began, turns.now_ms))
    return found
