"""Which tunnel is meant, and that a stranger's is opened only when it is named."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.config.schema import Settings
from voiceagent.errors import UserError
from voiceagent.tunnels.choice import Choice, choose, told

READY: dict[str, dict[str, Any]] = {
    "relay": {"relay": "Endpoint=…"},
    "ngrok": {"ngrok_token": "t"},
    "devtunnel": {"devtunnel_id": "d"},
}


def settings(tunnel: str = "auto", public_url: str = "", **more: Any) -> Settings:
    return Settings.model_validate({"bridge": {"tunnel": tunnel, "public_url": public_url}, "tunnel": more})


def test_none_is_none_and_auto_is_none_where_nothing_is_needed() -> None:
    assert choose(settings("none"), real_phone=True) is None
    assert choose(settings(), real_phone=False) is None
    assert choose(settings(public_url="https://x.example"), real_phone=True) is None


@pytest.mark.parametrize("name", READY)
def test_auto_takes_what_is_set_up(name: str) -> None:
    chosen = choose(settings(**READY[name]), real_phone=True)
    assert chosen is not None
    assert chosen.name == name
    assert "is set" in chosen.why


def test_auto_takes_azures_own_before_others() -> None:
    chosen = choose(settings(**READY["ngrok"], **READY["relay"]), real_phone=True)
    assert chosen is not None
    assert chosen.name == "relay"


def test_auto_never_takes_a_strangers() -> None:
    with pytest.raises(UserError, match="public_url is empty, and no tunnel is set up") as caught:
        choose(settings(), real_phone=True)
    assert "--tunnel localhost.run" in caught.value.remedy


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        (settings("localhost.run"), Choice("localhost.run")),
        (settings(" pinggy "), Choice("pinggy")),
        (settings("devtunnel"), Choice("devtunnel")),
        (settings("relay", **READY["relay"]), Choice("relay")),
        (settings("ssh:me@host:22", "https://x.example"), Choice("ssh", "me@host:22")),
        (settings("ssh", "https://x.example", ssh="me@host"), Choice("ssh", "me@host")),
    ],
)
def test_a_named_one_is_taken(given: Settings, chosen: Choice) -> None:
    assert choose(given, real_phone=True) == chosen


@pytest.mark.parametrize("name", ["cloudflare", "", "ssh-me@host", "ngrok:token", "NONE"])
def test_no_such_tunnel(name: str) -> None:
    with pytest.raises(UserError, match=f'bridge.tunnel is "{name}", which is no tunnel') as caught:
        choose(settings(name), real_phone=True)
    assert "ssh:USER@HOST[:PORT]" in caught.value.remedy


@pytest.mark.parametrize(("name", "words"), [("relay", "tunnel.relay"), ("ngrok", "ngrok_token"), ("ssh", "no SSH server")])
def test_one_that_lacks_something(name: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        choose(settings(name), real_phone=False)
    assert caught.value.remedy


def test_an_ssh_server_needs_a_name_before_it_for_a_real_phone_only() -> None:
    assert choose(settings("ssh:me@host"), real_phone=False) == Choice("ssh", "me@host")
    with pytest.raises(UserError, match="no https address by itself"):
        choose(settings("ssh:me@host"), real_phone=True)


def test_a_third_party_is_told_and_so_is_an_address_that_is_not_used() -> None:
    heard: list[str] = []
    told(Choice("pinggy"), settings(public_url="https://x.example"), heard.append)
    told(Choice("ngrok", why="NGROK_AUTHTOKEN is set"), settings(), heard.append)
    told(Choice("ssh", "me@host"), settings(public_url="https://x.example"), heard.append)
    assert heard == [
        "Requests and audio of your calls pass Pinggy, unencrypted for whoever runs it.",
        "bridge.public_url (https://x.example) is not used: pinggy gives an address of its own.",
        "Tunnel ngrok: NGROK_AUTHTOKEN is set.",
    ]
