"""The bodies of the phone number service's answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from voiceagent.emulators.numbers.catalog import Country, Offering, Town, country_of, type_of
from voiceagent.emulators.numbers.operations import Operation
from voiceagent.emulators.numbers.reservations import NOT_AVAILABLE, Reservation
from voiceagent.emulators.numbers.state import Found, Owned
from voiceagent.emulators.numbers.stock import Offer


def moment(at: float) -> str:
    """Unix seconds, as the service writes times."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def cost(offering: Offering) -> dict[str, Any]:
    """A month of it."""
    return {"amount": offering.amount, "currencyCode": "USD", "billingFrequency": "monthly"}


def available(offer: Offer, status: str = "available") -> dict[str, Any]:
    """AvailablePhoneNumber."""
    return {
        "id": offer.offer_id,
        "countryCode": offer.country.code,
        "phoneNumber": offer.number,
        "capabilities": {"calling": offer.calling, "sms": offer.sms},
        "phoneNumberType": offer.offering.number_type,
        "assignmentType": offer.offering.assignment,
        "cost": cost(offer.offering),
        "status": status,
        "isAgreementToNotResellRequired": offer.country.no_resale,
    }


def search_result(found: Found) -> dict[str, Any]:
    """PhoneNumberSearchResult."""
    first = found.offers[0]
    return {
        "searchId": found.search_id,
        "phoneNumbers": [one.number for one in found.offers],
        "phoneNumberType": first.offering.number_type,
        "assignmentType": first.offering.assignment,
        "capabilities": {"calling": first.calling, "sms": first.sms},
        "cost": cost(first.offering),
        "searchExpiresBy": moment(found.expires),
        "isAgreementToNotResellRequired": first.country.no_resale,
        "errorCode": 0,
        "error": "NoError",
    }


def purchased(owned: Owned) -> dict[str, Any]:
    """PurchasedPhoneNumber."""
    offer = owned.offer
    return {
        "id": offer.offer_id,
        "phoneNumber": offer.number,
        "countryCode": offer.country.code,
        "phoneNumberType": offer.offering.number_type,
        "capabilities": {"calling": offer.calling, "sms": offer.sms},
        "assignmentType": offer.offering.assignment,
        "purchaseDate": moment(owned.since),
        "cost": cost(offer.offering),
    }


def operation(found: Operation) -> dict[str, Any]:
    """PhoneNumberOperation."""
    body: dict[str, Any] = {
        "operationType": found.kind,
        "status": found.status,
        "createdDateTime": moment(found.created),
        "lastActionDateTime": moment(found.due if found.done else found.created),
        "id": found.operation_id,
    }
    if found.resource:
        body["resourceLocation"] = found.resource
    if found.done and found.failure is not None:
        body["error"] = {"code": found.failure[0], "message": found.failure[1]}
    return body


def reservation(found: Reservation, now: float, *, with_numbers: bool = True) -> dict[str, Any]:
    """PhoneNumbersReservation; a list of them leaves the numbers out."""
    status = found.status(now)
    body: dict[str, Any] = {"id": found.reservation_id, "expiresAt": moment(found.expires), "status": status}
    if not with_numbers:
        return body
    shown = {"completed": "purchased", "expired": "expired"}.get(status, "reserved")
    failed = {
        key: {**asked, "id": key, "status": "error", "error": _error(*NOT_AVAILABLE)} for key, asked in found.failed.items()
    }
    return {**body, "phoneNumbers": {key: available(one, shown) for key, one in found.offers.items()} | failed}


def country(found: Country) -> dict[str, Any]:
    """A country in the list of countries."""
    return {"localizedName": found.name, "countryCode": found.code}


def town(found: Town) -> dict[str, Any]:
    """A town in the list of towns, with the state or province it is in."""
    if found.division is None:
        return {"localizedName": found.name}
    name, short = found.division
    return {"localizedName": found.name, "administrativeDivision": {"localizedName": name, "abbreviatedName": short}}


def offering(found: Offering) -> dict[str, Any]:
    """A kind of number that can be had in a country."""
    return {
        "phoneNumberType": found.number_type,
        "assignmentType": found.assignment,
        "availableCapabilities": {"calling": found.calling, "sms": found.sms},
        "cost": cost(found),
    }


def operator(number: str, *, with_details: bool) -> dict[str, Any]:
    """OperatorInformation. Without details Azure tells no more than how the number is written."""
    found = country_of(number)
    length = 1 if found is None else len(found.dialling)
    rest = number[1 + length :]
    grouped = f"{rest[:-7]} {rest[-7:-4]} {rest[-4:]}".strip()
    body: dict[str, Any] = {
        "phoneNumber": number,
        "nationalFormat": grouped,
        "internationalFormat": f"{number[: 1 + length]} {grouped}",
    }
    if with_details:
        geographic = found is not None and type_of(found, number) == "geographic"
        body |= {
            "isoCountryCode": "" if found is None else found.code,
            "numberType": "unknown" if found is None else "geographic" if geographic else "other",
            "operatorDetails": {"name": "Emulated Telecom"},
        }
    return body


def page(
    name: str, shown: Iterable[dict[str, Any]], path: str, query: Sequence[tuple[str, str]], *, skip: int, size: int
) -> dict[str, Any]:
    """One page, with the way to the next if there is one."""
    rows = list(shown)
    body: dict[str, Any] = {name: rows[skip : skip + size]}
    if len(rows) > skip + size:
        rest = [(key, value) for key, value in query if key != "skip"]
        body["nextLink"] = f"{path}?{urlencode([*rest, ('skip', str(skip + size))])}"
    return body


def _error(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}
