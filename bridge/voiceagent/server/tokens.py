"""The tokens that Azure Communication Services shows: who signed them, for whom, and whether one is being replayed.

Keys are fetched without blocking, kept for an hour, and fetched again for an unknown key id at most once a minute: otherwise
anybody could have us hammer the service. When the keys cannot be had we answer 503, which is retried, and never 401.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from voiceagent.ports import Clock
from voiceagent.trust import authorities

if TYPE_CHECKING:
    from jwt import PyJWK

_log = logging.getLogger(__name__)

KEYS_HOLD_MS = 3_600_000.0
REFETCH_MS = 60_000.0
AGAIN_MS = 1000.0  # with no keys at all nobody can be let in, so that is asked for more often
LEEWAY_SECONDS = 60  # the service's clock and ours
REPORT_LEEWAY_SECONDS = 300  # reports come with tokens that were already late, seen in production; theirs live five minutes
REPLAY_MS = (300 + 2 * REPORT_LEEWAY_SECONDS) * 1000.0  # from the first moment a report's token is taken to the last
_REMEMBERED_TOKENS = 20_000

FetchKeys = Callable[[], Awaitable[dict[str, Any]]]


class Refused(Exception):
    """The request is turned away; `status` is the HTTP status. The reason is for our log, not for the stranger."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class AcsTokens:
    """Checks the `Authorization` header of everything that claims to come from the service.

    `sender` is the app that Entra must have made the token for; empty where the issuer signs for nobody else.
    """

    def __init__(
        self,
        *,
        issuer: str | list[str],
        audience: str,
        sender: str = "",
        fetch_keys: FetchKeys,
        clock: Clock,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._sender = sender
        self._fetch_keys = fetch_keys
        self._clock = clock
        self._wall = wall
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._fetching = asyncio.Lock()

    async def prefetch(self) -> None:
        """Have the keys at hand before the first call needs them; when that fails, the first call tries again."""
        async with self._fetching:
            try:
                await self._refetch()
            except Refused:
                self._tried_at = None

    async def check(self, authorization: str, leeway_seconds: float = LEEWAY_SECONDS) -> str:
        """Return the token's own id, or "", when it is the service's, meant for us, and holds now. Raises Refused."""
        import jwt

        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused(401, "no bearer token")
        try:
            head = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise Refused(401, "the token is no JSON Web Token") from None
        if head.get("alg") != "RS256":
            raise Refused(401, f"the token is signed with {str(head.get('alg'))[:20]!r}, expected RS256")
        key = await self._key(str(head.get("kid", "")))
        return self._verified_id(token, key, leeway_seconds)

    def _verified_id(self, token: str, key: PyJWK, leeway: float) -> str:
        import jwt

        try:
            # Times are checked below, against a clock that a test can set.
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self._audience,
                issuer=self._issuer,
                options={"require": ["exp", "iss", "aud"], "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.PyJWTError as error:
            raise Refused(401, f"the token is not acceptable: {type(error).__name__}") from None
        self._check_sender(claims)
        now = self._wall()
        expires, begins = claims["exp"], claims.get("nbf", 0)
        if not isinstance(expires, int | float) or not isinstance(begins, int | float):
            raise Refused(401, "the token's times are no numbers")
        if now > expires + leeway:
            raise Refused(401, "the token has expired")
        if now < begins - leeway:
            raise Refused(401, "the token is not valid yet")
        return str(claims.get("jti") or "")

    def _check_sender(self, claims: Mapping[str, Any]) -> None:
        """Entra's tokens of version 1 name the app in `appid`, those of version 2 in `azp`."""
        named = [str(claims[claim]) for claim in ("appid", "azp") if claim in claims]
        if self._sender and (not named or any(app.lower() != self._sender.lower() for app in named)):
            shown = named[0][:40] if named else ""
            raise Refused(401, f"the token was made for the app {shown!r}, expected {self._sender}")

    async def _key(self, key_id: str) -> PyJWK:
        if self._worth_asking(key_id) or (not self._keys and self._fetching.locked()):
            async with self._fetching:  # all who come together wait for one answer
                if self._worth_asking(key_id):
                    await self._refetch()
        key = self._keys.get(key_id)
        if key is None and not self._keys:
            raise Refused(503, "the service's keys could not be fetched a moment ago")
        if key is None:
            raise Refused(401, "the token names a key that the service does not publish")
        return key

    def _worth_asking(self, key_id: str) -> bool:
        now = self._clock.now_ms()
        if self._tried_at is not None and now - self._tried_at < (REFETCH_MS if self._keys else AGAIN_MS):
            return False
        return key_id not in self._keys or self._fetched_at is None or now - self._fetched_at > KEYS_HOLD_MS

    async def _refetch(self) -> None:
        import jwt

        self._tried_at = self._clock.now_ms()
        try:
            found = jwt.PyJWKSet.from_dict(await self._fetch_keys())
        except Exception as error:  # network, JSON, key format: whatever it is, we cannot judge the token
            self._tried_at = self._clock.now_ms()
            if self._keys:  # yesterday's are better than none
                _log.warning("new keys could not be fetched, so the former ones count: %s", type(error).__name__)
                return
            raise Refused(503, f"the service's keys could not be fetched: {type(error).__name__}") from error
        self._keys = {key.key_id: key for key in found.keys if key.key_id}
        self._fetched_at = self._clock.now_ms()


class TokenUse:
    """A callback's token is made for one delivery: seen again with another body, it was stolen.

    Only for tokens that carry an id of their own: two without one that were made in the same second are the same text.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bodies: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def bind(self, token_id: str, body: bytes) -> None:
        """Remember what a token came with. Raises Refused when it came with something else before."""
        if not token_id:
            return
        now = self._clock.now_ms()
        while self._bodies and (len(self._bodies) > _REMEMBERED_TOKENS or self._oldest() < now - REPLAY_MS):
            self._bodies.popitem(last=False)
        content = hashlib.sha256(body).digest()
        known = self._bodies.setdefault(token_id, (now, content))
        if known[1] != content:
            raise Refused(401, "the token was used before, for another report")

    def _oldest(self) -> float:
        return next(iter(self._bodies.values()))[0]


def fetch_json(url: str) -> FetchKeys:
    """Fetches the key document from `url`."""

    async def fetch() -> dict[str, Any]:
        import httpx

        # Without TLS there is nothing to verify; what verifies takes 50 ms to make, in which no call may stand still.
        verify = await asyncio.to_thread(authorities) if url.startswith("https:") else False
        async with httpx.AsyncClient(timeout=5, follow_redirects=False, verify=verify) as http:
            answer = await http.get(url)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
            return found

    return fetch
