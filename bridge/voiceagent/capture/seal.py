"""Captures that only the holder of a key can read: each block is encrypted for itself with AES-256-GCM.

A sealed block is one line, {"kind":"sealed","nonce":…,"data":…}: base64 costs nothing here, because the gzip around it takes
the third away again. What is encrypted is bound to its capture's header and its place in it, so that blocks cannot be moved,
exchanged or left out unnoticed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from voiceagent.errors import UserError

ALGORITHM = "A256GCM"
KEY_BYTES = 32
_NONCE_BYTES = 12
_LARGEST = 256 << 20  # a sealed block is about a second of a call; far beyond that it is an attack on the memory
MAKE_ONE = "make one with: python3 -c 'import os,base64;print(base64.b64encode(os.urandom(32)).decode())'"


@dataclass(frozen=True, slots=True)
class CaptureKey:
    """A key for captures; its id stands in their headers and tells nothing about it."""

    plain: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Which key this is."""
        return hashlib.sha256(b"voiceagent capture key id\0" + self.plain).hexdigest()[:12]


def parse_key(text: str, *, where: str) -> CaptureKey:
    """The key from its base64 text (either alphabet); `where` says where the text came from. UserError when it is none."""
    try:
        plain = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise UserError(f"{where} is not base64", remedy=MAKE_ONE) from None
    if len(plain) != KEY_BYTES:
        raise UserError(f"{where} has {len(plain)} bytes, and AES-256 takes {KEY_BYTES}", remedy=MAKE_ONE)
    return CaptureKey(plain)


class Envelope:
    """Encrypts single texts that lie beside captures, such as reports; each is bound to what it is `about`."""

    def __init__(self, key: CaptureKey) -> None:
        self._key = key

    def seal(self, content: bytes, *, about: str) -> dict[str, str]:
        """What stands in a file in place of the content."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._key.plain).encrypt(nonce, content, about.encode())
        parts = {"nonce": base64.b64encode(nonce).decode(), "data": base64.b64encode(sealed).decode()}
        return {"alg": ALGORITHM, "key": self._key.id, **parts}

    def open(self, sealed: Mapping[str, str], *, about: str) -> bytes:
        """The content. Raises ValueError with the reason when this key does not open it."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if sealed.get("key") != self._key.id:
            raise ValueError(f"the key in the settings is {self._key.id}")
        try:
            nonce, data = (base64.b64decode(str(sealed.get(name)), validate=True) for name in ("nonce", "data"))
            return AESGCM(self._key.plain).decrypt(nonce, data, about.encode())
        except InvalidTag:
            raise ValueError("it was changed, or it is that of another call") from None


class Sealer:
    """Encrypts and opens the blocks of one capture, whose header line is `bound_to`."""

    def __init__(self, key: CaptureKey, bound_to: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM(key.plain)
        self._bound_to = hashlib.sha256(bound_to).digest()

    def seal(self, number: int, content: bytes) -> bytes:
        """The line that block `number` becomes."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, zlib.compress(content, 1), self._about(number))
        parts = (base64.b64encode(nonce), base64.b64encode(sealed))
        return b'{"kind":"sealed","nonce":"%b","data":"%b"}\n' % parts

    def open(self, number: int, line: bytes) -> bytes:
        """What block `number` held. Raises ValueError when it was changed, moved, or sealed with another key."""
        from cryptography.exceptions import InvalidTag

        raw = json.loads(line)
        if not isinstance(raw, dict) or raw.get("kind") != "sealed":
            raise ValueError("it is not encrypted, and the capture is")
        try:
            nonce, sealed = (base64.b64decode(str(raw.get(name)), validate=True) for name in ("nonce", "data"))
            packed = self._cipher.decrypt(nonce, sealed, self._about(number))
        except InvalidTag:
            raise ValueError("it was changed or moved, or another key sealed it") from None
        unpack = zlib.decompressobj()
        content = unpack.decompress(packed, _LARGEST)
        if not unpack.eof:
            raise ValueError("it is larger than a block can be")
        return content

    def _about(self, number: int) -> bytes:
        return self._bound_to + number.to_bytes(8, "big")
