"""Values that must fit the world."""

from __future__ import annotations

import pytest

from voiceagent.config.checks import check
from voiceagent.config.schema import Settings
from voiceagent.errors import UserError


def settings(**sections: object) -> Settings:
    return Settings.model_validate(sections)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"transfer": {"targets": {"a": {}}}}, "`transfer.targets.a` has no address (here); expected exactly one"),
        (
            {"transfer": {"targets": {"a": {"phone_number": "+14255550123", "acs_user": "8:acs:x"}}}},
            "`transfer.targets.a` has phone_number and acs_user (here); expected exactly one",
        ),
        (
            {"transfer": {"targets": {"a": {"phone_number": "0425 5550123"}}}},
            '`transfer.targets.a.phone_number` is "0425 5550123" (here); expected a number such as +14255550123',
        ),
        ({"acs": {"phone_number": "123"}}, '`acs.phone_number` is "123" (here); expected a number such as +14255550123'),
        ({"twilio": {"phone_number": "1"}}, '`twilio.phone_number` is "1" (here); expected a number such as +14255550123'),
        (
            {"twilio": {"account_sid": "me", "auth_token": "t"}},
            '`twilio.account_sid` is "me" (here); expected AC and 32 hex digits',
        ),
        (
            {"twilio": {"account_sid": "AC" + "0" * 32}},
            "`twilio.auth_token` is empty, so nobody could tell Twilio's requests from a stranger's",
        ),
        ({"bridge": {"public_url": "http://x.example"}}, "`bridge.public_url` is http://x.example (here); Azure needs https"),
    ],
)
def test_what_cannot_work_is_told_with_its_place(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        check(settings(**given), lambda _: "here")
    assert str(caught.value) == sentence
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ({"match": ["yes", "re:(no$"]}, "thinker.rules.1.match"),
        ({"slots": {"drink": {"choices": ["re:(no$"]}}}, "thinker.rules.1.slots.drink.choices"),
    ],
)
def test_a_rule_that_would_fail_when_the_caller_speaks_is_told_before(rule: dict[str, object], key: str) -> None:
    given = settings(thinker={"rules": [{"name": "good", "match": ["re:no$", "(no$"]}, {"name": "bad", **rule}]})
    with pytest.raises(UserError) as caught:
        check(given, lambda key: f"at {key}")
    assert "the rule `bad`" in str(caught.value)
    assert f"has 're:(no$' (at {key}), which is no regular expression: missing ), unterminated" in str(caught.value)
    assert "re:" in caught.value.remedy


@pytest.mark.parametrize("secret", ["schlüssel", "密码", "two\nlines", "blank at its end "])
def test_a_secret_that_no_header_carries_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(UserError, match=r"`acs\.event_secret` \(here\) has characters that no header carries") as caught:
        check(settings(acs={"event_secret": secret}), lambda _: "here")
    assert secret not in f"{caught.value} {caught.value.remedy}"


def test_any_secret_that_a_header_carries_is_good() -> None:
    check(settings(acs={"event_secret": "".join(map(chr, range(33, 127))) + " x"}), lambda _: "here")


@pytest.mark.parametrize("url", ["", "https://x.example", "http://127.0.0.1:8080", "http://localhost:1"])
def test_https_and_this_machine_are_good_addresses(url: str) -> None:
    check(settings(bridge={"public_url": url}), lambda _: "here")


@pytest.mark.parametrize("address", [{"phone_number": "+14255550123"}, {"acs_user": "8:acs:x"}, {"teams_user": "guid"}])
def test_one_address_is_enough(address: dict[str, str]) -> None:
    check(settings(transfer={"targets": {"a": address}}), lambda _: "here")
