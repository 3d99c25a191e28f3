"""How one turn of the caller is put into words when a number may be in it: once freely, and again for digits alone."""

from __future__ import annotations

from voiceagent.speech.hear.digits import find_number, is_mostly_number, longest_run, spoken_digits
from voiceagent.speech.port import Cancelled, Ear, Heard, never
from voiceagent.speech.think.port import DigitsWanted

_BELIEVE_DIGITS = -0.95
"""Mean log-probability down to which digits are believed. The digits mode must write *something*: of 120 telephone prompts
without a number it gave none more than -1.0 (-1.5 without noise), of 38 numbers it got right none less than -0.93."""
_BEGINS_A_NUMBER = 2
"""Digits in the free transcript that show a number was said although nobody had asked for one."""


def hear_turn(ear: Ear, pcm: bytes, *, wanted: DigitsWanted | None = None, cancelled: Cancelled = never) -> Heard:
    """Transcribe a turn. When a number is `wanted` and the free transcript lacks it, the digits-only transcript may replace it.

    Costs a second pass only in that case. Cancelled work gives empty text.
    """
    free = ear.transcribe(pcm, cancelled=cancelled)
    if wanted is None or cancelled() or not _worth_another_pass(free.text, wanted):
        return free
    only_digits = ear.transcribe(pcm, digits=True, cancelled=cancelled)
    if cancelled() or only_digits.confidence < _BELIEVE_DIGITS:
        return free
    is_better = wanted.asked and len(longest_run(only_digits.text)) > len(longest_run(free.text))
    return only_digits if is_better or _has_number(only_digits.text, wanted) else free


def _worth_another_pass(text: str, wanted: DigitsWanted) -> bool:
    if _has_number(text, wanted) or not is_mostly_number(text):
        return False
    return wanted.asked or len(spoken_digits(text)) >= _BEGINS_A_NUMBER


def _has_number(text: str, wanted: DigitsWanted) -> bool:
    return bool(find_number(text, min_digits=wanted.min_digits, max_digits=wanted.max_digits))
