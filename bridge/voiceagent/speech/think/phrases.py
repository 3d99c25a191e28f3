"""When words count as said: whole words in any case, regular expressions, yes and no, and sentences that break off. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_YES = re.compile(r"\b(yes|yeah|yep|yup|correct|right|sure|ok|okay|exactly|of course|please do)\b")
_NO = re.compile(r"\b(no|nope|nah|not|wrong|incorrect|never)\b")
_BREAKS_OFF = re.compile(
    r"(\b(and|or|but|because|so|the|a|an|my|your|of|with|is|was|are|um|uh|it's|its|i'm|number|called|please check)"
    r"|[,\-–—]|\.\.\.|…)$"
)
"""How a text ends when its speaker only took a breath. "to" and "for" are left out: an ear writes them for two and four."""
_GOOD_BY = re.compile(r"\bgood-?by\b|^\W*good (?:by|buy)\W*$")
"""What ears write for goodbye. In two words only where nothing else is said: "when is it good by?" must not hang up."""
_GOODBYE = re.compile(r"\bgood ?bye\b")


def plain(text: str) -> str:
    """Lower case, straight apostrophes, no other punctuation, single spaces, and a goodbye that was misspelt put right."""
    straight = _GOOD_BY.sub("goodbye", text.lower().replace("’", "'"))
    return " ".join(re.sub(r"[^\w'\s]", " ", straight).split())


def said(text: str, phrases: Sequence[str]) -> bool:
    """Whether any of the phrases stands in the text as whole words; `re:` begins a regular expression."""
    return any(_pattern(phrase).search(plain(text)) for phrase in phrases)


def chosen(text: str, choices: Sequence[str]) -> str:
    """The first of the choices that was said, or "" ; the longest wins where one is part of another."""
    return next((choice for choice in sorted(choices, key=len, reverse=True) if said(text, [choice])), "")


def yes_or_no(text: str) -> bool | None:
    """What was answered, or None. "No, that is right" is a no: the first word decides."""
    words = plain(text)
    yes, no = _YES.search(words), _NO.search(words)
    if yes and no:
        return yes.start() < no.start()
    return True if yes else False if no else None


def breaks_off(text: str) -> bool:
    """Whether the last word promises another."""
    trimmed = text.lower().replace("’", "'").strip()
    return bool(_BREAKS_OFF.search(trimmed if trimmed.endswith("...") else trimmed.rstrip(" .?!")))


@lru_cache(maxsize=2048)
def _pattern(phrase: str) -> re.Pattern[str]:
    if phrase.startswith("re:"):
        return re.compile(phrase[3:], re.IGNORECASE)
    words = plain(phrase)
    if not words:
        return re.compile(r"(?!)")  # an empty phrase would stand in every text; it must select nothing
    sought = "good ?bye".join(re.escape(part) for part in _GOODBYE.split(words))
    return re.compile(rf"(?<![\w']){sought}(?![\w'])")
