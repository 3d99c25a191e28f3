"""Identifiers as the real service makes them look, from one seedable source."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode, urlsafe_b64encode
from random import Random
from uuid import UUID


class Ids:
    """All identifiers of one emulator. With a seed, the same requests in the same order get the same identifiers."""

    def __init__(self, seed: int | str | None = None) -> None:
        self._seed = seed
        self._random = Random(seed)  # noqa: S311 - repeatable on purpose; nothing secret is made here

    def stream(self, name: str) -> Ids:
        """Identifiers of one thing: the same whatever others have drawn meanwhile, when there is a seed."""
        return Ids(None if self._seed is None else f"{self._seed}/{name}")

    def guid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def access_key(self) -> str:
        """A resource's access key: base64 of 64 bytes."""
        return b64encode(self._random.randbytes(64)).decode()

    def server_call_id(self) -> str:
        """Base64 of a conversation's address."""
        place = urlsafe_b64encode(self._random.randbytes(16)).rstrip(b"=").decode()
        expires = 638_500_000_000_000_000 + self._random.randrange(10**15)
        url = f"https://api.flightproxy.skype.com/api/v2/cp/conv-emul-01-prod-aks.conv.skype.com/conv/{place}"
        return b64encode(f"{url}?i=10-60-20-41&e={expires}".encode()).decode()

    def incoming_call_context(self) -> str:
        """An unsigned token around compressed bytes, some 3 KB long; opaque to the app."""
        inside = gzip.compress(self._random.randbytes(1_700), mtime=0)
        claims = {"cc": b64encode(inside).decode()}
        return f"{_segment({'alg': 'none', 'typ': 'JWT'})}.{_segment(claims)}."

    def document_id(self) -> str:
        """The name of a recorded file in the service's storage."""
        return f"0-emul-d1-{self._random.getrandbits(128):032x}"


def _segment(part: dict[str, str]) -> str:
    return urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).rstrip(b"=").decode()
