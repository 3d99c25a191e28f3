"""Refusals about numbers, in plain words."""

from __future__ import annotations

import pytest

from voiceagent.cloud.eligibility import CHOICES, meant, nothing_offered, told
from voiceagent.errors import RemoteError


def refused(code: str = "", words: str = "refused to search: no", status: int | None = 400) -> RemoteError:
    return RemoteError(words, service="Azure", status=status, code=code, request_id="r")


@pytest.mark.parametrize(
    "error",
    [
        refused("AuthorizationDenied"),
        refused(status=403),
        refused(words="Your subscription isn't eligible to acquire phone numbers"),
        refused(words="Denied by the resource provider"),
    ],
)
def test_a_tenant_that_cannot_buy_gets_its_choices(error: RemoteError) -> None:
    told_ = meant(error)
    assert "cannot buy phone numbers" in str(told_)
    assert "2026-10-23" in str(told_)
    assert (told_.remedy, told_.request_id) == (CHOICES, "r")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refused("NoWallet"), "no way to pay"),
        (refused("NotEnoughCredit"), "credit is used up"),
        (refused("OutOfStock", status=200), "no such number at present"),
        (refused("MissingAddress"), "wants an address"),
        (refused("TooManyRequests", status=429), "five searches and one purchase"),
        (refused("Whatever", status=429), "five searches and one purchase"),
    ],
)
def test_other_refusals_have_their_own_remedy(error: RemoteError, words: str) -> None:
    assert words in meant(error).remedy


async def test_what_nobody_knows_stays_as_it_is() -> None:
    error = refused("Strange")

    async def fails() -> None:
        raise error

    with pytest.raises(RemoteError) as raised:
        await told(fails())
    assert raised.value is error or str(raised.value) == str(error)
    assert "acstns@microsoft.com" in nothing_offered("AT")
