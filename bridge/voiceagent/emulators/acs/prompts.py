"""What is to be played in a call: play sources as they are asked for, and the words of SSML. Parsed at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from voiceagent.emulators.acs.errors import invalid

MOST_SOURCES = 10
"""Play sources in one request."""

_TEXT_OF = {"file": ("file", "uri"), "text": ("text", "text"), "ssml": ("ssml", "ssmlText")}


@dataclass(frozen=True, slots=True)
class Source:
    """A WAV file by its address, or words to be spoken."""

    kind: Literal["file", "words"]
    content: str


def sources(found: object, field: str) -> tuple[Source, ...]:
    """A list of PlaySource."""
    if not isinstance(found, list) or len(found) > MOST_SOURCES:
        raise invalid(field)
    return tuple(source(one, field) for one in found)


def source(found: object, field: str) -> Source:
    """One PlaySource."""
    if not isinstance(found, Mapping):
        raise invalid(field)
    kind = str(found.get("kind", "")).lower()
    if kind not in _TEXT_OF:
        raise invalid(f"{field}.kind")
    member, name = _TEXT_OF[kind]
    inner = found.get(member)
    content = inner.get(name) if isinstance(inner, Mapping) else None
    if not isinstance(content, str) or not content.strip():
        raise invalid(f"{field}.{member}.{name}")
    if kind == "file":
        if urlsplit(content).scheme not in ("http", "https", "file"):
            raise invalid(f"{field}.file.uri")
        return Source("file", content)
    return Source("words", ssml_words(content, field) if kind == "ssml" else content)


def ssml_words(ssml: str, field: str) -> str:
    """The words of an SSML document; how they should sound is left out."""
    from xml.etree.ElementTree import ParseError, fromstring

    if "<!" in ssml:  # SSML has no use for declarations; entities that multiply come only with them
        raise invalid(f"{field}.ssml.ssmlText")
    try:
        root = fromstring(ssml)  # noqa: S314 - see above
    except ParseError as error:
        raise invalid(f"{field}.ssml.ssmlText") from error
    words = " ".join(" ".join(root.itertext()).split())
    if not words:
        raise invalid(f"{field}.ssml.ssmlText")
    return words
