"""Who can still buy numbers, told plainly: Communication Services is being retired, and a refusal means it for good.

By Microsoft's retirement guide of August 2026 no new customer can sign up since 2026-10-23; tenants that held numbers before
may buy until 2028-09-30. Which of the two a tenant is, the service tells when a number is searched for or bought.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from voiceagent.errors import RemoteError

Answer = TypeVar("Answer")

NOTICE = (
    "Azure Communication Services is closed to new customers since 2026-10-23 and ends on 2028-09-30; tenants that had numbers "
    "before may still buy some. Whether this tenant may is known at the first search."
)
CHOICES = (
    "choose another way: a Teams resource account with Teams Phone Extensibility (docs/provision.md), a Twilio number "
    "(docs/twilio.md), or go on with the emulated phone (`voiceagent call`)"
)

_NOT_ELIGIBLE = ("authorizationdenied", "notenoughlicenses", "denied", "forbidden")
_WORDS = ("isn't eligible", "not eligible", "denied by the resource provider", "trial")
_PAYMENT = {
    "nowallet": "the subscription has no way to pay: trial and free credit cannot buy numbers",
    "notenoughcredit": "the subscription's credit is used up: trial and free credit cannot buy numbers",
    "billingunavailable": "billing does not answer; run `voiceagent provision apply` again later",
}
_NEXT = {
    "outofstock": "there is no such number at present: choose another `cloud.number.area_code`, type or country",
    "missingaddress": "this country wants an address: order the number in the Azure portal, then set ACS_SOURCE_PHONE_NUMBER",
    "invalidaddress": "this country wants an address: order the number in the Azure portal, then set ACS_SOURCE_PHONE_NUMBER",
    "invalidoffermodel": "Azure offers no such number: `voiceagent provision numbers search --country XX` shows what there is",
    "reservationexpired": "run `voiceagent provision apply` again: it searches anew",
    "toomanyrequests": "five searches and one purchase a week are allowed to a tenant; a week after the first the next is free",
}


async def told(request: Awaitable[Answer]) -> Answer:
    """Await a request about numbers; its refusals become what they mean."""
    try:
        return await request
    except RemoteError as error:
        raise meant(error) from error


def meant(error: RemoteError) -> RemoteError:
    """The refusal in plain words."""
    code, words = error.code.lower(), str(error).lower()
    if code in _PAYMENT:
        return _with(error, str(error), _PAYMENT[code])
    if code in _NEXT or error.status == 429:
        return _with(error, str(error), _NEXT.get(code, _NEXT["toomanyrequests"]))
    if error.status == 403 or code in _NOT_ELIGIBLE or any(one in words for one in _WORDS):
        sentence = (
            f"this tenant cannot buy phone numbers ({str(error).removeprefix('refused to ')}). "
            "Azure Communication Services is closed to new customers since 2026-10-23"
        )
        return _with(error, sentence, CHOICES)
    return error


def nothing_offered(country: str) -> str:
    """What an empty list of offers means."""
    return (
        f"Azure offers no numbers for {country} to this subscription: its billing country decides, and for some countries "
        "numbers are ordered on paper from acstns@microsoft.com."
    )


def _with(error: RemoteError, sentence: str, remedy: str) -> RemoteError:
    return RemoteError(
        sentence,
        service="Azure Communication Services",
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        remedy=remedy,
    )
