"""How people say numbers that are codes: order, account and phone numbers, digit by digit or in groups.

"four two seven one", "4-2-7-1", "forty-two seventy-one", "double two", "triple 7", "oh", "four thousand two hundred
seventy one" and an ear's typical slips ("for two 7 1", "order to 41") all become runs of digits. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
}  # fmt: skip
_TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8",
    "ninety": "9",
}  # fmt: skip
_SLIPS = {"to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8", "won": "1", "tree": "3", "sex": "6"}
"""Words that sound like digits. They count only beside a real digit, or right after a word that announces a number."""
_WEAK = _SLIPS.keys() | {"oh", "o"}
_ANNOUNCE = {"order", "number", "is", "s", "code", "id", "account", "reference"}
_CLOSING = {"please", "thanks", "thank", "and", "yes", "ok", "okay"}
"""Words after which a slip at a number's end still is a digit."""
_TIMES = {"double": 2, "triple": 3}
_FILLERS = {"dash", "hyphen", "hash", "um", "uh", "er", "then"}
"""May stand inside a number without ending it."""
_SCALES = {"hundred": 100, "thousand": 1000}


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """Digits (none for a filler), the index after them, and whether they are beyond doubt."""

    digits: str
    end: int
    certain: bool


@dataclass(frozen=True, slots=True)
class DigitRun:
    """Digits said in one go, and where in the text they stand."""

    digits: str
    begin: int
    end: int


def digit_runs(text: str) -> list[DigitRun]:
    """All numbers in a text, in order."""
    words = [_Word(m[0], m.start(), m.end()) for m in re.finditer(r"[a-z]+|\d+", text.lower())]
    runs, at = list[DigitRun](), 0
    while at < len(words):
        digits, next_at = _run(words, at)
        if digits:
            runs.append(DigitRun(digits, words[at].begin, words[next_at - 1].end))
        at = max(next_at, at + 1)
    return runs


def find_number(text: str, *, min_digits: int = 1, max_digits: int = 20) -> str:
    """The number that fits best, "" when none does: the longest of the right length; a later one wins a tie (people
    correct themselves)."""
    fitting = [run.digits for run in digit_runs(text) if min_digits <= len(run.digits) <= max_digits]
    return max(reversed(fitting), key=len, default="")


def spoken_digits(text: str) -> str:
    """All digits of a text one after the other, for whoever collects a number piece by piece."""
    return "".join(run.digits for run in digit_runs(text))


def longest_run(text: str) -> str:
    """The longest number of a text, whatever its length; "" when there is none."""
    return max((run.digits for run in digit_runs(text)), key=len, default="")


def is_mostly_number(text: str) -> bool:
    """Whether a text has hardly any words beside digits ("it's four two seven", "42 71 please")."""
    plain = text.lower()
    for run in reversed(digit_runs(plain)):
        plain = plain[: run.begin] + plain[run.end :]
    return len(re.findall(r"[a-z']+", plain)) <= 4


def _run(words: list[_Word], at: int) -> tuple[str, int]:
    """Read a run that begins at `at`: its digits ("" if there is none) and the index after it."""
    if words[at].text in _WEAK and not _announced(words, at):
        return "", at + 1
    pieces = list(_pieces(words, at))
    while pieces and (not pieces[-1].digits or _is_preposition(words, pieces[-1])):
        pieces.pop()
    if not any(piece.certain for piece in pieces):
        return "", at + 1
    return "".join(piece.digits for piece in pieces), pieces[-1].end


def _announced(words: list[_Word], at: int) -> bool:
    before = words[at - 1].text if at else ""
    return not before or before in _ANNOUNCE


def _is_preposition(words: list[_Word], piece: _Piece) -> bool:
    """Whether a slip at the end of a run belongs to what follows: the "to" of "press six to repeat"."""
    is_slip = words[piece.end - 1].text in _SLIPS
    return is_slip and piece.end < len(words) and words[piece.end].text not in _CLOSING


def _pieces(words: list[_Word], at: int) -> Iterator[_Piece]:
    while at < len(words) and (piece := _piece(words, at)):
        yield piece
        at = piece.end


def _piece(words: list[_Word], at: int) -> _Piece | None:
    """What one word (or two, or a spoken quantity) adds to a run; None when it ends the run."""
    word = words[at].text
    following = words[at + 1].text if at + 1 < len(words) else ""
    if word.isdigit() or word in _DIGITS or word in _TEENS or word in _TENS:
        value, next_at = _spoken_value(words, at)
        return _Piece(value, next_at, certain=word not in _WEAK)
    if word in _TIMES and (digit := _one_digit(following)):
        return _Piece(digit * _TIMES[word], at + 2, certain=True)
    if word in _SLIPS:
        return _Piece(_SLIPS[word], at + 1, certain=False)
    return _Piece("", at + 1, certain=False) if word in _FILLERS else None


def _one_digit(word: str) -> str:
    if word in _DIGITS:
        return _DIGITS[word]
    return word if len(word) == 1 and word.isdigit() else ""


def _spoken_value(words: list[_Word], at: int) -> tuple[str, int]:
    """A number word, with what belongs to it: "forty two" is 42, "four thousand two hundred seventy one" is 4271."""
    small, here = _below_hundred(words, at)
    if here < len(words) and words[here].text in _SCALES:
        return _with_scales(words, at)
    return small, here


def _below_hundred(words: list[_Word], at: int) -> tuple[str, int]:
    word = words[at].text
    if word in _TENS:
        unit = words[at + 1].text if at + 1 < len(words) else ""
        if unit in _DIGITS and _DIGITS[unit] != "0":
            return _TENS[word] + _DIGITS[unit], at + 2
        return _TENS[word] + "0", at + 1
    return _DIGITS.get(word) or _TEENS.get(word) or word, at + 1


def _with_scales(words: list[_Word], at: int) -> tuple[str, int]:
    total, here = 0, at
    while here < len(words):
        word = words[here].text
        if word == "and" and here + 1 < len(words) and _is_number_word(words[here + 1].text):
            here += 1
            continue
        if not _is_number_word(word):
            break
        value, here = _below_hundred(words, here)
        amount = int(value)
        while here < len(words) and words[here].text in _SCALES:
            amount *= _SCALES[words[here].text]
            here += 1
        total += amount
    return str(total), here


def _is_number_word(word: str) -> bool:
    return word.isdigit() or word in _DIGITS or word in _TEENS or word in _TENS
