"""What a capture may hold: every frame and record passes here before it touches the disk.

Secrets are hidden under every policy. `redacted` hides phone numbers, spoken words, keys pressed, and what tools were told and
answered; it keeps the audio, because a call without it cannot be played to an engine again. `full` keeps all but secrets.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from voiceagent.call.commands import Command, Note
from voiceagent.call.events import Event
from voiceagent.capture import records
from voiceagent.capture.masks import (
    KEPT_OF_TRANSFERS,
    SHORTEST_SECRET,
    TRANSFER_TOOL,
    Numbers,
    mask_json,
    mask_tokens,
    mask_words,
    masked,
    spellings,
)
from voiceagent.capture.shapes import field_values
from voiceagent.discreet import MASK, PhoneNumber, Words, without_secrets

Policy = Literal["redacted", "full"]

SECRET_KEYS = frozenset(
    [
        *("authorization", "proxy-authorization", "cookie", "set-cookie", "api-key", "api_key", "apikey"),
        *("ocp-apim-subscription-key", "x-voiceagent-secret", "aeg-sas-key", "aeg-sas-token", "sig"),
        *("accesskey", "access_key", "sharedaccesskey", "connection_string", "connectionstring", "password", "secret"),
        *("token", "access_token", "id_token", "refresh_token", "client_secret", "incomingcallcontext"),
    ]
)
WORD_KEYS = frozenset(
    [
        *("transcript", "text", "word", "lexical", "display", "content", "speech", "recognizedspeech"),
        *("displayname", "callerdisplayname"),
    ]
)
JSON_KEYS = frozenset({"arguments", "output"})
HEADER_KEYS = frozenset({"customcontext", "sipheaders", "voipheaders", "customcallingcontext", "customcallingcontextheaders"})
"""What a caller's telephone system sent along: anything, and about the caller."""

ORDER = "instructions"
"""Of one reply: a voice that does not speak words exactly is ordered to say them, so they hold what is said."""

PIECES_KEYS = frozenset({"logprobs", "bytes"})
"""Words once more, piece by piece."""

AUDIO_KEYS = frozenset({"data", "audio", "delta"})
DIGIT_KEYS = frozenset({"key", "tone", "tones"})
_LONGEST_TONE = 8  # "asterisk"; anything longer under such a name is something else

# What stands around the payload of an ordinary audio frame: these keys with plain values. Nothing in it can be a secret, and
# of people only a participant's id, whose numbers are hidden before. Anything else takes the long way through the parser.
_KEYS = rb"(?:event_id|type|response_id|item_id|output_index|content_index|timestamp|silent|participantRawI[Dd]|kind|Kind)"
_VALUE = rb'(?:"(?!4:)[\w.:-]{0,80}"|"4:\+0\d{10}"|\d{1,9}|true|false|null)'
_MEMBERS = rb"(?:" + _KEYS + rb'":' + _VALUE + rb',"){0,8}'
_REST = rb"(?:," + rb'"' + _KEYS + rb'":' + _VALUE + rb"){0,8}"
_HEAD = re.compile(rb'\{"' + _MEMBERS + rb'(?:(?:delta|audio)":"|[aA]udioData":\{"' + _MEMBERS + rb'[dD]ata":")')
_TAIL = re.compile(rb'"' + _REST + rb"\}(?:\}|" + _REST + rb"\})?")

# Base64 of any length worth a short path; what stands around it is small and is checked as JSON.
_AUDIO = re.compile(rb'"(?:[dD]ata|delta|audio)"\s*:\s*"([A-Za-z0-9+/=]{200,})"')


class Redactor:
    """Hides what the policy hides. `secrets` are known texts (longest first) that must not appear anywhere."""

    def __init__(
        self, policy: Policy, *, key: bytes, secrets: Sequence[str] = (), audio: Literal["keep", "silence"] = "keep"
    ) -> None:
        self._hides_people = policy == "redacted"
        self._numbers = Numbers(key)
        self._known: set[str] = set()
        self._secret_bytes: list[bytes] = []
        self._secrets: re.Pattern[str] | None = None
        self._keeps_audio = audio == "keep"
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Further texts that must not appear; those known before stay hidden."""
        self._known |= {text for text in secrets if len(text) >= SHORTEST_SECRET}
        spelled = sorted({text for secret in self._known for text in spellings(secret)}, key=len, reverse=True)
        self._secret_bytes = [text.encode() for text in self._known]
        self._secrets = re.compile("|".join(map(re.escape, spelled))) if spelled else None

    def wire(self, at_ms: float, edge: str, direction: str, frame: bytes) -> bytes:
        """The line of a frame."""
        if len(frame) > 300 and (match := _AUDIO.search(frame)) is not None:
            line = self._audio_line(at_ms, edge, direction, frame, match)
            if line is not None:
                return line
        try:
            value = json.loads(frame)
        except ValueError:
            return self._odd_line(at_ms, edge, direction, frame)
        hidden = self.value(value)
        if hidden == value and b"\n" not in frame and b"\r" not in frame:
            return records.wire_line(at_ms, edge, direction, bytes(frame).strip())
        return records.wire_line(at_ms, edge, direction, records.compact(hidden))

    def _audio_line(self, at_ms: float, edge: str, direction: str, frame: bytes, match: re.Match[bytes]) -> bytes | None:
        """The envelope is read without its payload, which is most of the work saved; None: not what it seemed."""
        head, payload, tail = frame[: match.start(1)], match[1], frame[match.end(1) :]
        if not self._keeps_audio:
            payload = b"A" * len(payload)
        if self._hides_people and b'"4:' in head:
            head = self._numbers.hide(head.decode(errors="replace")).encode()
        if _HEAD.fullmatch(head) and _TAIL.fullmatch(tail) and _closes(head, tail):
            return records.wire_line(at_ms, edge, direction, b"%b%b%b" % (head, payload, tail))
        try:
            around = json.loads(head + tail)
        except ValueError:
            return None
        hidden = self.value(around)
        if hidden != around:
            head, tail = _resplit(records.compact(hidden), match)
        if b"\n" in head or b"\n" in tail:
            return None
        return records.wire_line(at_ms, edge, direction, head + payload + tail)

    def _odd_line(self, at_ms: float, edge: str, direction: str, frame: bytes) -> bytes:
        try:
            text = self.text(frame.decode())
        except UnicodeDecodeError:
            if self._hides_people or any(secret in frame for secret in self._secret_bytes):
                return records.odd_wire_line(at_ms, edge, direction, size=len(frame))
            return records.odd_wire_line(at_ms, edge, direction, b64=base64.b64encode(frame).decode())
        return records.odd_wire_line(at_ms, edge, direction, text=text)

    def fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of an event, command or note: like a frame's, and every discreet string by its type."""
        return {name: self._member(name, item, values) for name, item in values.items()}

    # --- the lines of everything else

    def session(self, at_ms: float, settings: Any) -> bytes:
        """The line of what the session decides by."""
        return records.record_line(at_ms, "session", settings=self.fields(field_values(settings)))

    def reaction(self, at_ms: float, event: Event | None, commands: Sequence[Command]) -> bytes:
        """The line of a step of the session; notes stand on lines of their own."""
        wanted = [self._thing(command) for command in commands if not isinstance(command, Note)]
        return records.record_line(at_ms, "reaction", event=None if event is None else self._thing(event), commands=wanted)

    def note(self, at_ms: float, note: Note) -> bytes:
        """The line of a note."""
        return records.record_line(at_ms, "note", type=type(note).__name__, fields=self.fields(field_values(note)))

    def _thing(self, thing: Event | Command) -> dict[str, Any]:
        return {"type": type(thing).__name__, "fields": self.fields(field_values(thing))}

    def text(self, text: str) -> str:
        """Free text without secrets, and without phone numbers when people are hidden."""
        if self._secrets is not None:
            text = self._secrets.sub(MASK, text)
        text = mask_tokens(without_secrets(text))
        return self._numbers.hide(text) if self._hides_people else text

    def value(self, value: Any) -> Any:
        """A JSON value with everything hidden that must be."""
        if isinstance(value, dict):
            return {name: self._member(name, item, value) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        return self._string(value) if isinstance(value, str) else value

    def _string(self, value: str) -> str:
        plain = str.__str__(value)
        if self._hides_people and isinstance(value, Words):
            return mask_json(plain) if plain[:1] in "{[" else mask_words(plain)
        if self._hides_people and isinstance(value, PhoneNumber):
            return self._numbers.hide(plain)
        return self.text(plain) if plain else plain

    def _member(self, name: str, item: Any, owner: Mapping[str, Any]) -> Any:
        key = name.lower()
        if key in SECRET_KEYS and item and isinstance(item, (str, dict, list)):
            return {"value": MASK} if isinstance(item, dict) else MASK
        if not self._keeps_audio and key in AUDIO_KEYS and isinstance(item, str) and _holds_audio(key, owner):
            return "A" * len(item)
        if not self._hides_people:
            return self.value(item)
        if not isinstance(item, str):
            return self._part(key, item)
        if key in JSON_KEYS:
            keep = KEPT_OF_TRANSFERS if owner.get("name") == TRANSFER_TOOL else ()
            return mask_json(str.__str__(item), keep=keep)
        if isinstance(item, (Words, PhoneNumber)):
            return self._string(item)
        if key in WORD_KEYS:
            return mask_words(self.text(item))
        if key in DIGIT_KEYS and len(item) <= _LONGEST_TONE:
            return _zero(item)
        if key == "delta" and not _is_audio(owner):
            return mask_words(item)
        return self._string(item)

    def _part(self, key: str, item: Any) -> Any:
        """A member that is no text, by what is known to stand under its name."""
        if key in ("dtmfdata", "toneinfo") and isinstance(item, dict):
            return {inner: _zero(value) for inner, value in self.value(item).items()}
        if key in HEADER_KEYS:
            return masked(item)
        if key == "response" and isinstance(item, dict):
            words = item.get(ORDER)
            return {**self.value(item), ORDER: mask_words(self.text(words))} if isinstance(words, str) else self.value(item)
        return [] if key in PIECES_KEYS and isinstance(item, list) else self.value(item)


def _closes(head: bytes, tail: bytes) -> bool:
    """As many braces close as opened; the patterns allow nothing else to be wrong."""
    return head.count(b"{") == tail.count(b"}")


def _zero(value: Any) -> Any:
    """A key pressed, as one that says nothing."""
    if not isinstance(value, str):
        return value
    return "zero" if value.isalpha() and len(value) > 1 else mask_words(value)


def _is_audio(event: Mapping[str, Any]) -> bool:
    return str(event.get("type", "")).endswith("audio.delta")


def _holds_audio(key: str, owner: Mapping[str, Any]) -> bool:
    """Whether this is sound and not, say, a key that was pressed."""
    if key == "delta":
        return _is_audio(owner)
    return (
        key == "audio" or any(name.lower() in ("silent", "participantrawid", "timestamp") for name in owner) or len(owner) == 1
    )


def _resplit(around: bytes, match: re.Match[bytes]) -> tuple[bytes, bytes]:
    """Where the payload goes in an envelope that was written anew: the first empty value of its key."""
    key = match[0].split(b":", 1)[0].strip()
    place = around.index(key + b':""') + len(key) + 2
    return around[:place], around[place:]
