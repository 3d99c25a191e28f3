"""Strings that do not show themselves: phone numbers, spoken words, secrets.

They are ordinary strings to compare, hash, slice and serialise with `json`; only `repr`, `str` and formatting are discreet, so
that a log line or a traceback does not leak them. Showing one is an explicit act: `.shown`.
"""

from __future__ import annotations

import re


class _Discreet(str):
    __slots__ = ()

    @property
    def shown(self) -> str:
        """The plain text."""
        return str.__str__(self)

    def _mask(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self._mask()

    def __str__(self) -> str:
        return self._mask()

    def __format__(self, spec: str) -> str:
        return format(self._mask(), spec)


class PhoneNumber(_Discreet):
    """An E.164 number or a raw communication identifier; shows only its last two characters."""

    __slots__ = ()

    def _mask(self) -> str:
        plain = str.__str__(self)
        return f"…{plain[-2:]}" if len(plain) > 4 else "…"


class Words(_Discreet):
    """What somebody said; shows only how much."""

    __slots__ = ()

    def _mask(self) -> str:
        return f"<{len(str.__str__(self).split())} words>"


class Secret(_Discreet):
    """A key, token or connection string; shows nothing."""

    __slots__ = ()

    def _mask(self) -> str:
        return "<secret>" if str.__len__(self) else "<no secret>"


MASK = "<secret>"
_SECRETS = re.compile(
    r"(?P<before>"
    r"\b(?:accesskey|sharedaccesskey|accountkey|password|api[-_]?key|client[-_]?secret|sig|code|token)=(?=\S)"
    r"|\bbearer\s+"
    r"|\b\w+://[^\s/:@]*:(?=[^\s/@]+@)"
    r")(?P<plain>[^\s;&\"'@]+)"
    r"|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*",  # a JSON Web Token, wherever it stands
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """Free text without what looks like a key, password or token: the second line of defence, after `Secret`."""
    return _SECRETS.sub(lambda match: f"{match['before'] or ''}{MASK}", text)
