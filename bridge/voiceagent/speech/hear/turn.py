"""How one turn of the caller is put into words when a number may be in it: once freely, and again for digits alone."""

from __future__ import annotations

from voiceagent.speech.hear.digits import digit_runs, find_number, is_mostly_number
from voiceagent.speech.port import Cancelled, Ear, Heard, never
from voiceagent.speech.think.port import DigitsWanted

_BELIEVE_DIGITS = -0.6
"""Mean log-probability down to which digits are believed: the digits mode must write *something*, and what is no number at
all comes out less certain than this."""


def hear_turn(ear: Ear, pcm: bytes, *, wanted: DigitsWanted | None = None, cancelled: Cancelled = never) -> Heard:
    """Transcribe a turn. When a number is `wanted` and the free transcript lacks it, the digits-only transcript may replace it.

    Costs a second pass only in that case. Cancelled work gives empty text.
    """
    free = ear.transcribe(pcm, cancelled=cancelled)
    if wanted is None or cancelled() or _has_number(free.text, wanted) or not is_mostly_number(free.text):
        return free
    only_digits = ear.transcribe(pcm, digits=True, cancelled=cancelled)
    if cancelled() or only_digits.confidence < _BELIEVE_DIGITS:
        return free
    better = len(_digits(only_digits.text)) > len(_digits(free.text))
    return only_digits if _has_number(only_digits.text, wanted) or better else free


def _has_number(text: str, wanted: DigitsWanted) -> bool:
    return bool(find_number(text, min_digits=wanted.min_digits, max_digits=wanted.max_digits))


def _digits(text: str) -> str:
    return max((run.digits for run in digit_runs(text)), key=len, default="")
