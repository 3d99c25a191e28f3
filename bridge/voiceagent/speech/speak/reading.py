"""How written text must be respelled so that a voice reads codes as codes and not as quantities. Pure."""

from __future__ import annotations

import re

_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_CODE = re.compile(r"(?<![\w.,$€£])[+#]?(?P<digits>\d{4,})(?![\w%]|[.,]\d)")
_SPELLED = re.compile(r"(?<![\w.,])\d(?: \d){2,}(?![\w]|[.,]\d)")
_YEAR_BEFORE = re.compile(rf"(?:\b(?:in|since|until|of|year|by)|{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?)?,?) $", re.IGNORECASE)


def readable(text: str) -> str:
    """Numbers of four digits and more without separators are read digit by digit, in groups with short pauses.

    Amounts ("1,250", "$4000", "3.1415"), percentages and years that follow "in" or a month stay as they are.
    """
    spelled = _CODE.sub(_spell, text)
    return _SPELLED.sub(lambda match: _grouped(match[0].replace(" ", "")), spelled)


def _spell(match: re.Match[str]) -> str:
    digits = match["digits"]
    is_year = len(digits) == 4 and digits[:2] in ("19", "20") and _YEAR_BEFORE.search(match.string[: match.start()])
    return match[0] if is_year else " ".join(digits)


def _grouped(digits: str) -> str:
    """Pairs for four and six digits, threes otherwise: the way people say numbers, and a comma is a short pause."""
    size = 2 if len(digits) in (4, 6) else 3
    groups = [digits[at : at + size] for at in range(0, len(digits), size)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return ", ".join(" ".join(group) for group in groups)
