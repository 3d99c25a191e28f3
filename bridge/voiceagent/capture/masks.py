"""How single texts are hidden in a capture: the same text always the same way, and so that what remains still parses.

A spoken word keeps its length and loses its letters; a phone number becomes a number that cannot exist (no country code begins
with 0), the same one for the same caller under the same key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from voiceagent.discreet import MASK
from voiceagent.nesting import read_json

_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"(?P<plus>\+|%2[Bb])(?P<digits>\d{7,15})(?!\d)|(?<=\b4:)(?P<bare>\d{7,15})(?!\d)")
_CALL_TOKEN = re.compile(r"(?<=/)\d+\.\d{9,12}\.[0-9a-f]{8}\.[\w-]{20,}")  # the per-call token in our own addresses
_REMEMBERED = 4096
SHORTEST_SECRET = 6  # anything shorter would be found in ordinary words
_PSEUDONYM_DIGITS = 11  # a 0, and ten digits

TRANSFER_TOOL = "request_transfer"
KEPT_OF_TRANSFERS = frozenset({"target"})
"""Of that tool's arguments: the name of a transfer target comes from the settings, and a replay needs it."""


def mask_words(text: str) -> str:
    """`Where is 4271?` → `xxxxx xx 0000?`"""
    return _DIGIT.sub("0", _LETTER.sub("x", text))


def mask_json(text: str, *, keep: Collection[str] = ()) -> str:
    """JSON text with every word inside hidden, names kept; anything that is not JSON is hidden as words."""
    try:
        value = read_json(text)
    except ValueError:
        return mask_words(text)
    return json.dumps(masked(value, keep=keep), ensure_ascii=False)


def masked(value: Any, *, keep: Collection[str] = ()) -> Any:
    """A JSON value with every word and number inside hidden, but for the members of these names."""
    if isinstance(value, dict):
        return {key: item if key in keep else masked(item, keep=keep) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, keep=keep) for item in value]
    if isinstance(value, str):
        return mask_words(value)
    return 0 if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def spellings(secret: str) -> set[str]:
    """A secret as it may stand in other texts: as it is, in an address, and inside base64 wherever it began there."""
    found = {secret, quote(secret, safe="")}
    plain = secret.encode()
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(bytes(before) + plain).decode()
            # The characters that hold bits of nothing but the secret.
            found.add(text[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6])
    return {text for text in found if len(text) >= SHORTEST_SECRET}


def mask_tokens(text: str) -> str:
    """Without the per-call token of an address."""
    return _CALL_TOKEN.sub(MASK, text) if "/" in text else text


class Numbers:
    """Pseudonyms for phone numbers: HMAC-SHA256 under `key`, so that no table of all numbers undoes them."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, str] = {}

    def hide(self, text: str) -> str:
        """The text with every phone number replaced, in whichever of its spellings."""
        return _NUMBER.sub(self._replace, text)

    def _replace(self, match: re.Match[str]) -> str:
        digits = match["digits"] or match["bare"]
        if len(digits) == _PSEUDONYM_DIGITS and digits[0] == "0":
            return match[0]  # hidden before: a capture that is redacted again, or compared, keeps its callers
        return f"{match['plus'] or ''}{self._pseudonym(digits)}"

    def _pseudonym(self, digits: str) -> str:
        known = self._known.get(digits)
        if known is None:
            total = hmac.digest(self._key, digits.encode(), hashlib.sha256)
            known = f"0{int.from_bytes(total[:8], 'big') % 10**10:010d}"
            if len(self._known) < _REMEMBERED:
                self._known[digits] = known
        return known
