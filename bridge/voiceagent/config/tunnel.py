"""The settings of the tunnel: how a bridge on this machine gets an address that the telephony service can reach."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voiceagent.config.section import Section, secret


class TunnelSection(Section):
    ssh: str = Field("", description="USER@HOST[:PORT] of an SSH server of your own, for a tunnel that is named just ssh")
    ssh_key: str = Field("", description="file with the private key; empty: the SSH agent and the usual files in ~/.ssh")
    ssh_listen: str = Field(
        "127.0.0.1:0",
        description="ADDRESS:PORT that the SSH server listens on for us; port 0: any free one. Whatever answers under "
        "bridge.public_url must lead there",
    )
    known_hosts: str = Field("", description="file with the SSH servers' keys; empty: one of our own beside ~/.ssh/known_hosts")
    unknown_hosts: Literal["trust", "refuse"] = Field(
        "trust", description="an SSH server that is seen for the first time: trust and remember its key, or refuse"
    )
    relay: str = Field(
        "",
        description="connection string of an Azure Relay namespace or hybrid connection, with the right to listen",
        json_schema_extra=secret("AZURE_RELAY_CONNECTION_STRING", "RELAY_CONNECTION_STRING"),
    )
    relay_path: str = Field("", description="name of the hybrid connection, unless the connection string has it as EntityPath")
    ngrok_token: str = Field("", description="ngrok's authtoken", json_schema_extra=secret("NGROK_AUTHTOKEN"))
    ngrok_domain: str = Field("", description="a domain of your ngrok account; empty: the one ngrok gives")
    pinggy_token: str = Field(
        "", description="Pinggy's token; empty: a tunnel of 60 minutes without one", json_schema_extra=secret("PINGGY_TOKEN")
    )
    devtunnel_id: str = Field("", description="a dev tunnel that `devtunnel create` made; empty: a new one each time")
