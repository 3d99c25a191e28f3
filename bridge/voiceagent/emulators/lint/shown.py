"""What of an app's addresses and bodies may be shown: enough to know them again, without tokens and phone numbers."""

from __future__ import annotations

import re

from voiceagent.discreet import PhoneNumber, without_secrets

_QUERY = re.compile(r"(\b\w+://[^\s\"'<>?#]*)\?[^\s\"'<>#]*")
"""Of an address: apps put their own tokens there under names of their own."""
_NUMBER = re.compile(r"(?:\+|%2[Bb]|(?<=/phoneNumbers/))\d{7,15}")
"""As it stands in text, or in a path: escaped, or without its plus."""


def shown(text: str) -> str:
    """An address, or text with some in it, as it may stand in findings, diaries and logs."""
    cut = _NUMBER.sub(lambda number: str(PhoneNumber(number[0])), _QUERY.sub(r"\1?…", text))
    return without_secrets(cut)
