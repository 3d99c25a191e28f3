"""Which targets, rules and numbers cannot work together: told before a caller would notice."""

from __future__ import annotations

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from voiceagent.config.handover import TransferTarget
from voiceagent.config.hours import read_span
from voiceagent.config.schema import Settings
from voiceagent.errors import UserError

E164 = re.compile(r"\+[1-9]\d{6,14}")
_PATTERN = re.compile(r"\+\d{0,15}\*?|anonymous|8:[^\s*]+\*?")
_PREFIX = re.compile(r"\+\d{1,15}")

Where = Callable[[str], str]


def check_people(settings: Settings, where: Where) -> None:
    """UserError for the first person, queue, rule or prefix that cannot be meant."""
    targets = settings.transfer.targets
    for name, target in targets.items():
        key = f"transfer.targets.{name}"
        _check_address(key, target, where)
        _check_queue(key, name, target, settings, where)
        _check_manner(key, target, where)
    _check_hold_audio(settings.transfer.hold_audio, where)
    if (name := settings.transfer.when_engine_lost) and name not in targets:
        raise UserError(
            f"`transfer.when_engine_lost` is {name} ({where('transfer.when_engine_lost')}), which is no transfer target",
            remedy=f"the targets are {', '.join(targets) or 'none'}; add it under [transfer.targets.{name}]",
        )
    _check_answer(settings, where)
    for number in settings.agent.numbers:
        if not E164.fullmatch(number):
            raise not_a_number("agent.numbers", number, where)
    _check_outbound(settings, where)


def not_a_number(key: str, number: str, where: Where) -> UserError:
    """What is said of a telephone number that is none."""
    return UserError(
        f'`{key}` is "{number}" ({where(key)}); expected a number such as +14255550123',
        remedy="write + and the country code, then digits only",
    )


def _check_address(key: str, target: TransferTarget, where: Where) -> None:
    given = [name for name in ("phone_number", "acs_user", "teams_user", "queue") if getattr(target, name)]
    if len(given) != 1:
        said = " and ".join(given) if given else "no address"
        raise UserError(
            f"`{key}` has {said} ({where(key)}); expected exactly one",
            remedy="give one of phone_number, acs_user, teams_user or queue",
        )
    if target.phone_number and not E164.fullmatch(target.phone_number):
        raise not_a_number(f"{key}.phone_number", target.phone_number, where)


def _check_queue(key: str, name: str, target: TransferTarget, settings: Settings, where: Where) -> None:
    for member in target.queue:
        other = settings.transfer.targets.get(member)
        if other is None or other.queue:
            what = "is not there" if other is None else "is a queue itself"
            raise UserError(
                f"`{key}.queue` names `{member}`, which {what} ({where(key)})",
                remedy=f"add it under [transfer.targets.{member}] with an address, or take it out of {name}",
            )


def _check_manner(key: str, target: TransferTarget, where: Where) -> None:
    if target.mode == "cold" and target.agent == "listens":
        raise UserError(
            f"`{key}` is cold, and its agent listens ({where(key)}): who moves a caller is out of the call",
            remedy='choose another mode, or agent = "leaves"',
        )


def _check_hold_audio(audio: str, where: Where) -> None:
    if audio not in ("tones", "silence") and not audio.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise UserError(
            f"`transfer.hold_audio` is {audio} ({where('transfer.hold_audio')}); Azure fetches it over https",
            remedy="write tones, silence, or the https address of a WAV file",
        )


def _check_answer(settings: Settings, where: Where) -> None:
    answer = settings.answer
    try:
        ZoneInfo(answer.timezone)
    except (KeyError, ValueError, OSError):  # unknown, nonsense, a folder
        raise _no_zone(answer.timezone, where) from None
    if answer.overflow:
        _check_elsewhere("answer.overflow", answer.overflow, settings, where)
    for number, rule in enumerate(answer.rules, start=1):
        key = f"answer.rules[{number}]"
        for pattern in (*rule.caller, *rule.called):
            if not _PATTERN.fullmatch(pattern):
                raise UserError(
                    f"`{key}` has the pattern {pattern!r} ({where('answer.rules')}); expected +4930*, a number, anonymous",
                    remedy="write + and the country code; * stands for the rest, at the end only",
                )
        for text in (*rule.during, *rule.outside):
            if read_span(text) is None:
                raise UserError(
                    f"`{key}` has the time {text!r} ({where('answer.rules')}); expected such as mon-fri 09:00-17:30",
                    remedy="name days (mon, mon-fri, daily) and from-to, by the 24-hour clock",
                )
        if rule.do == "redirect":
            _check_elsewhere(f"{key}.to", rule.to, settings, where)
        elif rule.to:
            raise UserError(
                f"`{key}` says where `to` ({rule.to}) and does {rule.do} ({where('answer.rules')})",
                remedy='write do = "redirect"',
            )


def _no_zone(name: str, where: Where) -> UserError:
    return UserError(
        f"`answer.timezone` is {name} ({where('answer.timezone')}), which is no time zone here",
        remedy="write one such as Europe/Berlin, or install the tzdata package where the system has none",
    )


def _check_elsewhere(key: str, name: str, settings: Settings, where: Where) -> None:
    target = settings.transfer.targets.get(name)
    if target is None or target.queue:
        what = "is empty" if not name else f"is {name}, which is {'a queue' if target else 'no transfer target'}"
        raise UserError(
            f"`{key}` {what} ({where('answer.rules' if 'rules' in key else key)}); an unanswered call goes to one address",
            remedy="name a target of [transfer.targets] that has an address",
        )


def _check_outbound(settings: Settings, where: Where) -> None:
    for prefix in settings.outbound.allowed:
        if not _PREFIX.fullmatch(prefix):
            raise UserError(
                f"`outbound.allowed` has {prefix!r} ({where('outbound.allowed')}); expected how numbers begin, such as +1425",
                remedy="write + and the country code, then as many digits as shall be the same",
            )
    if settings.outbound.voicemail == "leave_message" and not settings.outbound.message:
        raise UserError(
            f"`outbound.message` is empty, and voicemail gets one ({where('outbound.voicemail')})",
            remedy="write what is to be said",
        )
