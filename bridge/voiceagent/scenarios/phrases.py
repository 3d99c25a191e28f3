"""Whether words were said: what counts as the same words when people write and engines transcribe."""

from __future__ import annotations

import re

from voiceagent.scenarios.schema import Phrase

_OTHER = re.compile(r"[^\w']+")
_BETWEEN_DIGITS = re.compile(r"(?<=\b\d) (?=\d\b)")


def plain(text: str) -> str:
    """Words without case, punctuation and the spaces of a number that is read digit by digit."""
    words = _OTHER.sub(" ", text.casefold().replace("’", "'")).strip()
    return _BETWEEN_DIGITS.sub("", words)


def found(phrase: Phrase, text: str) -> bool:
    """Whether the text has it, as whole words."""
    if phrase.matching is not None:
        return re.search(phrase.matching, text, re.IGNORECASE) is not None
    sought = phrase.any_of or [phrase.containing or ""]
    return any(f" {plain(one)} " in f" {plain(text)} " for one in sought)


def shown(phrase: Phrase) -> str:
    """The phrase in a sentence."""
    if phrase.matching is not None:
        return f"something matching /{phrase.matching}/"
    return " or ".join(f"“{one}”" for one in phrase.any_of or [phrase.containing or ""])
