"""The refusals of the phone number service. Statuses are those its clients are written for; most codes are guesses."""

from __future__ import annotations

from voiceagent.emulators.acs.errors import Refusal


# unverified: number-bad-requests
def invalid(sentence: str) -> Refusal:
    return Refusal(400, "BadRequest", sentence)


def unknown_country(code: str) -> Refusal:
    return Refusal(400, "BadRequest", f"Phone numbers are not offered in the country/region {code!r}.")


# unverified: number-not-offered
def not_offered(what: str) -> Refusal:
    return Refusal(400, "InvalidOfferModel", f"There is no such offering: {what}.")


def not_found(what: str, identity: str) -> Refusal:
    return Refusal(404, "NotFound", f"{what} {identity} was not found.")


def agreement_needed() -> Refusal:
    return Refusal(400, "BadRequest", "The agreement to not resell is required to purchase these phone numbers.")


# unverified: number-quota
def over_quota(what: str, limit: int) -> Refusal:
    return Refusal(429, "TooManyRequests", f"The limit of {limit} {what} per week is reached.")


# unverified: reservation-not-active
def not_active(reservation_id: str) -> Refusal:
    return Refusal(409, "ReservationNotActive", f"The reservation {reservation_id} is not active.")
