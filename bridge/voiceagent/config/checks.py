"""What no single setting can tell: values that must fit each other, or the world."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from voiceagent.config.addresses import check_addresses
from voiceagent.config.combinations import check_engine
from voiceagent.config.people import E164, check_people, not_a_number
from voiceagent.config.schema import Settings, ThinkerRule
from voiceagent.config.telephony import TwilioSection
from voiceagent.config.tool_checks import check_tools
from voiceagent.errors import UserError

_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")


def check(settings: Settings, where: Callable[[str], str]) -> None:
    """UserError for the first thing that cannot work. `where` tells a key's place for people."""
    check_people(settings, where)
    for key, number in (("acs.phone_number", settings.acs.phone_number), ("twilio.phone_number", settings.twilio.phone_number)):
        if number and not E164.fullmatch(number):
            raise not_a_number(key, number, where)
    _check_twilio(settings.twilio, where)
    _check_entra(settings, where)
    _check_event_secret(settings, where)
    check_engine(settings, where)
    check_tools(settings, where)
    _check_rules(settings, where)
    url = settings.bridge.public_url
    if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise UserError(
            f"`bridge.public_url` is {url} ({where('bridge.public_url')}); Azure needs https",
            remedy="give the https address of whatever stands before the port (a tunnel, an ingress)",
        )
    check_addresses(settings, where)


def _check_rules(settings: Settings, where: Callable[[str], str]) -> None:
    for number, rule in enumerate(settings.thinker.rules):
        key = f"thinker.rules.{number}"
        _check_phrases(rule, "match", rule.match, where(f"{key}.match"))
        for name, slot in rule.slots.items():
            _check_phrases(rule, f"slots.{name}.choices", slot.choices, where(f"{key}.slots.{name}.choices"))


def _check_phrases(rule: ThinkerRule, name: str, phrases: Sequence[str], place: str) -> None:
    """They are compiled when the caller speaks: too late to tell anybody."""
    for phrase in phrases:
        try:
            re.compile(phrase.removeprefix("re:") if phrase.startswith("re:") else "")
        except (re.error, OverflowError, RecursionError) as error:
            raise UserError(
                f"`{name}` of the rule `{rule.name}` in [[thinker.rules]] has {phrase!r} ({place}), "
                f"which is no regular expression: {error}",
                remedy="mend what follows re: (a backslash before a bracket makes it a character), or leave re: out",
            ) from None


def _check_entra(settings: Settings, where: Callable[[str], str]) -> None:
    grid = settings.cloud.event_grid
    if bool(grid.entra_tenant_id) != bool(grid.entra_app_id):
        given, lacking = ("tenant", "app") if grid.entra_tenant_id else ("app", "tenant")
        key = f"cloud.event_grid.entra_{given}_id"
        raise UserError(
            f"`{key}` is set ({where(key)}), and the {lacking} is not",
            remedy=f"set `cloud.event_grid.entra_{lacking}_id` too, or neither",
        )


def _check_event_secret(settings: Settings, where: Callable[[str], str]) -> None:
    secret = str.__str__(settings.acs.event_secret)
    if not (secret.isascii() and secret.isprintable()) or secret != secret.strip():
        raise UserError(
            f"`acs.event_secret` ({where('acs.event_secret')}) has characters that no header carries as they are, "
            "so that no delivery could show it",
            remedy="take letters and digits alone, such as `openssl rand -hex 24` prints; the subscription needs the same",
        )


def _check_twilio(twilio: TwilioSection, where: Callable[[str], str]) -> None:
    if twilio.account_sid and not _ACCOUNT.fullmatch(twilio.account_sid):
        raise UserError(
            f'`twilio.account_sid` is "{twilio.account_sid}" ({where("twilio.account_sid")}); expected AC and 32 hex digits',
            remedy="copy it from the Twilio console: Account info",
        )
    if twilio.account_sid and not twilio.auth_token:
        raise UserError(
            "`twilio.auth_token` is empty, so nobody could tell Twilio's requests from a stranger's",
            remedy="set TWILIO_AUTH_TOKEN; it is beside the account SID in the Twilio console",
        )
