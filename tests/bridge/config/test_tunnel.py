"""The settings of the tunnel: nothing is opened unasked, and keys come from the environment and are not shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.config.load import load_settings
from voiceagent.config.tunnel import TunnelSection
from voiceagent.errors import UserError

SECRETS = {
    "AZURE_RELAY_CONNECTION_STRING": "relay-do-not-tell",
    "NGROK_AUTHTOKEN": "ngrok-do-not-tell",
    "PINGGY_TOKEN": "pinggy-do-not-tell",
}


def test_by_default_no_way_out_is_set_up() -> None:
    assert set(TunnelSection().model_dump(exclude={"ssh_listen", "unknown_hosts"}).values()) == {""}


def test_the_keys_have_the_names_their_services_give_them_and_are_not_shown() -> None:
    section = load_settings(None, environ=SECRETS).settings.tunnel
    assert [section.relay, section.ngrok_token, section.pinggy_token] == list(SECRETS.values())
    assert "do-not-tell" not in f"{section!r} {section}"


@pytest.mark.parametrize("name", ["relay", "ngrok_token", "pinggy_token"])
def test_a_key_in_the_project_file_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "voiceagent.toml").write_text(f'[tunnel]\n{name} = "x"\n')
    with pytest.raises(UserError, match=f"tunnel.{name}"):
        load_settings(tmp_path, environ={})
