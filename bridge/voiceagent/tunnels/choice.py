"""Which tunnel is meant: by its name, or by `auto`, which takes what the user has set up and never a stranger's service.

Over a service that takes anybody (localhost.run, Pinggy) every caller's voice passes a third party whom nobody chose; so these
are opened when they are named, and said to be what they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceagent.errors import UserError

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings

NAMES = ("auto", "none", "relay", "ngrok", "ssh", "devtunnel", "localhost.run", "pinggy")
KNOWN = "auto, none, relay, ngrok, ssh:USER@HOST[:PORT], devtunnel, localhost.run or pinggy"
THIRD_PARTY = {
    "localhost.run": "Requests and audio of your calls pass localhost.run, unencrypted for whoever runs it.",
    "pinggy": "Requests and audio of your calls pass Pinggy, unencrypted for whoever runs it.",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A tunnel that is to be opened. `target` is USER@HOST[:PORT] of ssh. `why` tells how auto came to it."""

    name: str
    target: str = ""
    why: str = ""


def choose(settings: Settings, *, real_phone: bool) -> Choice | None:
    """The tunnel that the settings ask for; None for none. UserError for a name that is none, and for one that lacks something.

    `real_phone`: calls come from a service on the internet, so that without a public address there are none.
    """
    wanted = settings.bridge.tunnel.strip()
    name, _, target = wanted.partition(":")
    if name not in NAMES or (target and name != "ssh"):
        raise UserError(f'bridge.tunnel is "{wanted}", which is no tunnel', remedy=f"there are {KNOWN}")
    if name == "none":
        return None
    if name == "auto":
        return None if settings.bridge.public_url or not real_phone else _set_up(settings)
    _check(name, target, settings, real_phone=real_phone)
    return Choice(name, target or settings.tunnel.ssh if name == "ssh" else "")


def _set_up(settings: Settings) -> Choice:
    """The first that the user has prepared: Azure's own before others', a fixed name before one that changes."""
    tunnel = settings.tunnel
    for name, given, why in (
        ("relay", tunnel.relay, "AZURE_RELAY_CONNECTION_STRING is set"),
        ("ngrok", tunnel.ngrok_token, "NGROK_AUTHTOKEN is set"),
        ("devtunnel", tunnel.devtunnel_id, "tunnel.devtunnel_id is set"),
    ):
        if given:
            return Choice(name, why=why)
    raise UserError(
        "bridge.public_url is empty, and no tunnel is set up: telephony services reach us over https only",
        remedy="set VOICEAGENT_PUBLIC_URL to an https address in front of the port, or NGROK_AUTHTOKEN for one of ngrok, "
        "or AZURE_RELAY_CONNECTION_STRING for Azure's own; `--tunnel localhost.run` needs no account, and passes a third party",
    )


def _check(name: str, target: str, settings: Settings, *, real_phone: bool) -> None:
    missing: dict[str, tuple[bool, str, str]] = {
        "relay": (not settings.tunnel.relay, "tunnel.relay is empty", "set AZURE_RELAY_CONNECTION_STRING, see docs/tunnel.md"),
        "ngrok": (
            not settings.tunnel.ngrok_token,
            "tunnel.ngrok_token is empty",
            "set NGROK_AUTHTOKEN, from ngrok's dashboard",
        ),
        "ssh": (not (target or settings.tunnel.ssh), "no SSH server is named", "write ssh:USER@HOST, or set tunnel.ssh"),
    }
    lacks, what, remedy = missing.get(name, (False, "", ""))
    if lacks:
        raise UserError(f"the tunnel {name} cannot be opened: {what}", remedy=remedy)
    if name == "ssh" and real_phone and not settings.bridge.public_url.startswith("https:"):
        raise UserError(
            "an SSH server has no https address by itself, and telephony services reach us over https only",
            remedy="have its web server pass an https name on to tunnel.ssh_listen, and set bridge.public_url to that name",
        )


def told(choice: Choice, settings: Settings, tell: Callable[[str], None]) -> None:
    """What a person should know before it is opened."""
    if choice.why:
        tell(f"Tunnel {choice.name}: {choice.why}.")
    if choice.name in THIRD_PARTY:
        tell(THIRD_PARTY[choice.name])
    if settings.bridge.public_url and choice.name != "ssh":
        tell(f"bridge.public_url ({settings.bridge.public_url}) is not used: {choice.name} gives an address of its own.")
