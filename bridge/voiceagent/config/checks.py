"""What no single setting can tell: values that must fit each other, or the world."""

from __future__ import annotations

import re
from collections.abc import Callable

from voiceagent.config.combinations import check_engine
from voiceagent.config.schema import Settings, TransferTarget
from voiceagent.config.telephony import TwilioSection
from voiceagent.errors import UserError

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")


def check(settings: Settings, where: Callable[[str], str]) -> None:
    """UserError for the first thing that cannot work. `where` tells a key's place for people."""
    for name, target in settings.transfer.targets.items():
        _check_target(f"transfer.targets.{name}", target, where)
    for key, number in (("acs.phone_number", settings.acs.phone_number), ("twilio.phone_number", settings.twilio.phone_number)):
        if number and not _E164.fullmatch(number):
            raise _number(key, number, where)
    _check_twilio(settings.twilio, where)
    check_engine(settings, where)
    url = settings.bridge.public_url
    if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise UserError(
            f"`bridge.public_url` is {url} ({where('bridge.public_url')}); Azure needs https",
            remedy="give the https address of whatever stands before the port (a tunnel, an ingress)",
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


def _check_target(key: str, target: TransferTarget, where: Callable[[str], str]) -> None:
    given = [name for name in ("phone_number", "acs_user", "teams_user") if getattr(target, name)]
    if len(given) != 1:
        said = " and ".join(given) if given else "no address"
        raise UserError(
            f"`{key}` has {said} ({where(key)}); expected exactly one",
            remedy="give one of phone_number, acs_user or teams_user",
        )
    if target.phone_number and not _E164.fullmatch(target.phone_number):
        raise _number(f"{key}.phone_number", target.phone_number, where)


def _number(key: str, number: str, where: Callable[[str], str]) -> UserError:
    return UserError(
        f'`{key}` is "{number}" ({where(key)}); expected a number such as +14255550123',
        remedy="write + and the country code, then digits only",
    )
