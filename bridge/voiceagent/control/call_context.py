"""What travels with a transfer so that the human's own system knows the call: User-To-User and custom headers. Pure.

Call Automation documents: at most five custom SIP headers, keys of up to 64 characters that begin with X-MS-Custom-, values of
up to 256 characters out of letters, digits and `= ; . ! % * _ + ~ -`; VoIP headers with values of up to 1,024 characters. A
summary in SIP is therefore percent-encoded, and cut between characters, not within one.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

SIP_VALUE = 256
VOIP_VALUE = 1_024
_SAFE = "=;.!*_+~-"

Detail = Literal["summary", "call_id", "none"]


@dataclass(frozen=True, slots=True)
class Headers:
    """`sip` goes to telephones, `voip` to users of Communication Services and Teams."""

    sip: dict[str, str]
    voip: dict[str, str]

    def options(self) -> dict[str, dict[str, str]]:
        """As the SDK wants them; nothing when there is nothing to say."""
        named = {"sip_headers": self.sip, "voip_headers": self.voip}
        return {name: headers for name, headers in named.items() if headers}


def headers_of(call_id: str, *, reason: str, summary: str, detail: Detail) -> Headers:
    """The headers of one transfer. `call_id` is hexadecimal, which is what User-To-User wants."""
    if detail == "none":
        return Headers({}, {})
    sip = {"User-To-User": f"{call_id};encoding=hex", "X-MS-Custom-Call-Id": call_id}
    voip = {"callId": call_id}
    if detail == "summary":
        for name, text in (("Reason", reason), ("Summary", summary)):
            plain = printable(text)
            if plain:
                sip[f"X-MS-Custom-{name}"] = encoded(plain, SIP_VALUE)
                voip[name.lower()] = plain[:VOIP_VALUE]
    return Headers(sip, voip)


def printable(text: str) -> str:
    """One line without control characters: a line break in a header would begin another header."""
    kept = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join(kept.split())


def encoded(text: str, longest: int) -> str:
    """Percent-encoded UTF-8, as many whole characters of it as fit."""
    pieces, length = [], 0
    for char in text:
        piece = quote(char, safe=_SAFE)
        length += len(piece)
        if length > longest:
            break
        pieces.append(piece)
    return "".join(pieces)
