"""The settings of telephony services beside Azure's."""

from __future__ import annotations

from pydantic import Field

from voiceagent.config.section import Section, env, secret


class TwilioSection(Section):
    account_sid: str = Field(
        "", description="the account's SID, AC…; empty: no Twilio calls", json_schema_extra=env("TWILIO_ACCOUNT_SID")
    )
    auth_token: str = Field(
        "",
        description="the account's auth token: checks Twilio's signatures and signs our requests",
        json_schema_extra=secret("TWILIO_AUTH_TOKEN"),
    )
    phone_number: str = Field(
        "",
        description="our number, E.164: caller id of transfers; empty: the number the caller dialled",
        json_schema_extra=env("TWILIO_PHONE_NUMBER"),
    )
    api_url: str = Field(
        "https://api.twilio.com",
        description="Twilio's REST interface, or an emulator's",
        json_schema_extra=env("VOICEAGENT_TWILIO_API_URL"),
    )
