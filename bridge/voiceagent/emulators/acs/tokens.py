"""The emulator's own signature: an RSA key pair, the tokens it signs, and the two documents by which they are verified."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from voiceagent.config.cloud import EVENT_GRID_APP
from voiceagent.emulators.acs.ids import Ids

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

CALLBACK_SECONDS = 300
"""A callback's token lives five minutes and is new for every event."""
MEDIA_SECONDS = 86_400
"""A media socket's token lives a day and is new for every connection."""
LONG_AGO = 3_600
"""Seconds by which a forged token is out of time: beyond any leeway."""
KEYS_PATH = "/calling/keys"
CONFIGURATION_PATH = "/calling/.well-known/acsopenidconfiguration"


class Signer:
    """Signs as the emulated service. `issuer` is known once the server has a port."""

    def __init__(self, *, resource_id: str, ids: Ids, wall: Callable[[], float]) -> None:
        self.issuer = ""
        self._resource_id = resource_id
        self._wall = wall
        self._key_id = ids.guid()
        self._key = _own_key()

    def callback_token(self, *, ahead: float = 0.0) -> str:
        """`ahead`: so many seconds is this call's clock wrong, on top of everybody's."""
        return self._sign(CALLBACK_SECONDS, ahead)

    def media_token(self, *, ahead: float = 0.0) -> str:
        return self._sign(MEDIA_SECONDS, ahead)

    def entra_token(self, issuer: str, audience: str, app: str = EVENT_GRID_APP) -> str:
        """As Entra would sign it for Event Grid, or for another `app` of the tenant: with the one key there is here."""
        import jwt

        now = int(self._wall())
        named = {"ver": "2.0", "azp": app} if issuer.endswith("/v2.0") else {"ver": "1.0", "appid": app}
        claims = {"iss": issuer, "aud": audience, "iat": now, "nbf": now, "exp": now + CALLBACK_SECONDS, **named}
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self._key_id})

    def forged(self, kind: str) -> str:
        """A token that must not be accepted; `kind` is one of `TOKEN_KINDS`, and there is no token of the kind `none`."""
        import jwt

        now = int(self._wall())
        claims = {"iss": self.issuer, "aud": self._resource_id, "iat": now, "nbf": now, "exp": now + CALLBACK_SECONDS}
        key: Any = self._key
        match kind:
            case "none":
                return ""
            case "expired":
                claims |= {"iat": now - LONG_AGO, "nbf": now - LONG_AGO, "exp": now - LONG_AGO + CALLBACK_SECONDS}
            case "early":
                claims |= {"nbf": now + LONG_AGO, "exp": now + LONG_AGO + CALLBACK_SECONDS}
            case "issuer":
                claims["iss"] = "https://somebody-else.example"
            case "audience":
                claims["aud"] = "00000000-0000-0000-0000-000000000000"
            case "key":
                key = _new_key()
            case "unsigned":
                key = None
        token = jwt.encode(claims, key, algorithm="none" if key is None else "RS256", headers={"kid": self._key_id})
        return token[:-8] + "AAAAAAAA" if kind == "garbled" else token

    def jwks(self) -> dict[str, Any]:
        """The key set document."""
        from jwt.algorithms import RSAAlgorithm

        key = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**key, "kid": self._key_id, "use": "sig", "alg": "RS256"}]}

    def configuration(self) -> dict[str, Any]:
        """The OpenID configuration document."""
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}{KEYS_PATH}",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _sign(self, seconds: int, ahead: float) -> str:
        import jwt

        now = int(self._wall() + ahead)
        claims = {"iss": self.issuer, "aud": self._resource_id, "iat": now, "nbf": now, "exp": now + seconds}
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self._key_id})


@cache
def _own_key() -> RSAPrivateKey:
    """One for all emulators of this process: making it takes a tenth of a second."""
    return _new_key()


def _new_key() -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
