"""The settings of Twilio: none by default, and a token that no print shows."""

from __future__ import annotations

from voiceagent.config.load import load_settings
from voiceagent.config.telephony import TwilioSection


def test_by_default_there_are_no_twilio_calls_and_the_interface_is_twilios() -> None:
    section = TwilioSection()
    assert (section.account_sid, section.auth_token, section.api_url) == ("", "", "https://api.twilio.com")


def test_twilios_own_names_are_read_and_the_token_is_discreet() -> None:
    environ = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "do-not-tell", "TWILIO_PHONE_NUMBER": "+14255550199"}
    section = load_settings(None, environ=environ).settings.twilio
    assert (section.account_sid, section.phone_number) == ("AC" + "0" * 32, "+14255550199")
    assert "do-not-tell" not in repr(section)
