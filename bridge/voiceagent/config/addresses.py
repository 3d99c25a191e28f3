"""Whether a setting that should be an address is one: told when settings are read, and not by a call that cannot begin.

What is refused here is what no network could make good: a scheme nobody speaks, a host without a name, a port that is no
number, a proxy of that kind before an engine that is far away. Whether somebody answers is for `doctor` and the call.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from voiceagent.config.schema import Settings
from voiceagent.discreet import without_secrets
from voiceagent.errors import UserError
from voiceagent.loopback import on_this_machine

Where = Callable[[str], str]

_WEB = ("https", "http")
_SOCKET = (*_WEB, "wss", "ws")
_PROXY = (*_WEB, "socks5", "socks5h", "socks4", "socks4a")
_PROXY_KINDS = ("wss", "socks", "https")
"""Of the variables NAME_proxy, those that the way to an engine follows, the first before the others."""

_HOST = re.compile(r"[\w.-]+")
_ENDPOINT = re.compile(r"(?:^|;)\s*\"?endpoint\s*=\s*(https?://[^;]*)", re.IGNORECASE)
"""Of a connection string; one of another form is told by who reads all of it."""


def check_addresses(settings: Settings, where: Where) -> None:
    """UserError for the first address that is none."""
    for key, text, example, schemes in _addresses(settings):
        bare = key.startswith("engine.") and "://" not in text  # the engine's client takes the name of a host alone
        fault = fault_of(f"https://{text}" if bare else text, schemes) if text else ""
        if fault:
            raise UserError(
                f"`{key}` is {_without_user(text)} ({where(key)}), which is no address: {fault}",
                remedy=f"write it as {example}",
            )


def check_proxy(endpoint: str, environ: Mapping[str, str]) -> None:
    """UserError for a proxy of the environment that is none, when the way to the engine leads over it."""
    if not endpoint or on_this_machine(endpoint):
        return
    # Small letters win, as in the library that will follow them: an empty value too, which takes the proxy away.
    told = {name.lower(): name for name in sorted(environ) if name.lower().endswith("_proxy") and environ[name]}
    told = {small: name for small, name in told.items() if environ.get(small) != ""}
    name = next((told[f"{kind}_proxy"] for kind in _PROXY_KINDS if f"{kind}_proxy" in told), "")
    fault = fault_of(environ[name], _PROXY) if name else ""
    if fault and not _goes_past(endpoint, environ.get(told.get("no_proxy", ""), "")):
        # Its value is not shown: where the password ends cannot be told in what is no address.
        raise UserError(f"{name} is no address of a proxy: {fault}", remedy=f"write it as http://HOST:PORT, or unset {name}")


def _goes_past(endpoint: str, no_proxy: str) -> bool:
    """Whether `no_proxy` names the engine's host, with its port or without."""
    # Heavy, and seldom wanted; typeshed does not know the function.
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

    parts = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
    port = parts.port or (443 if parts.scheme in ("https", "wss") else 80)
    return bool(proxy_bypass_environment(f"{parts.hostname}:{port}", {"no": no_proxy}))


def _without_user(text: str) -> str:
    """An address for people: who signs in, and with what, is left out, however it is written."""
    before, _, after = text.rpartition("@")
    return without_secrets(f"…@{after}" if before else text)


def fault_of(text: str, schemes: tuple[str, ...] = _WEB) -> str:
    """What keeps a text from being an address with one of these schemes, as the end of a sentence; "" when nothing does."""
    if any(character.isspace() or not character.isprintable() for character in text):
        return "there is a blank in it"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "its brackets are not those of an IPv6 address"
    if parts.scheme not in schemes or "://" not in text:
        return f"it does not begin with {' or '.join(f'{scheme}://' for scheme in schemes[:2])}"
    try:
        _ = parts.port
    except ValueError:
        return "its port is no number up to 65535"
    return _fault_of_host(parts.hostname or "")


def _fault_of_host(host: str) -> str:
    if not host:
        return "it names no host"
    if ":" in host:
        try:
            ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            return "its host is no IPv6 address"
        return ""
    try:
        host.encode("idna")
    except UnicodeError:
        return "a part of its host's name is empty or longer than 63 letters"
    return "" if _HOST.fullmatch(host) else "its host's name holds what no name can"


def _addresses(settings: Settings) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Key, value, what it should look like, and the schemes that are spoken there."""
    engine, acs = settings.engine, settings.acs
    yield "engine.endpoint", engine.endpoint, "https://NAME.services.ai.azure.com", _SOCKET
    yield "engine.azure_openai.endpoint", engine.azure_openai.endpoint, "https://NAME.openai.azure.com", _SOCKET
    yield "thinker.base_url", settings.thinker.base_url, "https://HOST/v1", _WEB
    yield "pipeline.openai.base_url", settings.pipeline.openai.base_url, "https://HOST/v1", _WEB
    yield "pipeline.azure_speech.endpoint", settings.pipeline.azure_speech.endpoint, "https://HOST", _WEB
    found = _ENDPOINT.search(str.__str__(acs.connection_string))
    string = "endpoint=https://NAME.communication.azure.com;accesskey=KEY"
    yield "acs.connection_string", found[1].strip() if found else "", string, _WEB
    yield "acs.endpoint", acs.endpoint, "https://NAME.communication.azure.com", _WEB
    yield "acs.jwks_url", acs.jwks_url, "https://HOST/PATH", _WEB
    yield "acs.emulator_url", acs.emulator_url, "http://127.0.0.1:PORT", _WEB
    yield "twilio.api_url", settings.twilio.api_url, "https://api.twilio.com", _WEB
    yield "bridge.public_url", settings.bridge.public_url, "https://HOST", _WEB
