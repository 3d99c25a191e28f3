"""What clients ask of the phone number service, read once into typed values. A Refusal with 400 tells what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from voiceagent.emulators.numbers import errors
from voiceagent.emulators.numbers.catalog import CAPABILITIES, Offering

TYPES = ("geographic", "tollFree", "mobile")
ASSIGNMENTS = ("person", "application")
MOST_NUMBERS = 100
"""Numbers in one search."""


@dataclass(frozen=True, slots=True)
class Search:
    """What `:search` wants; an empty `area_code` takes any."""

    number_type: str
    assignment: str
    calling: str
    sms: str
    area_code: str = ""
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Browse:
    """None: any."""

    number_type: str
    assignment: str | None
    calling: str | None
    sms: str | None
    prefixes: tuple[str, ...] = ()

    def takes(self, offering: Offering) -> bool:
        """Whether a number of this kind is wanted; what was not asked for is not looked at."""
        return (
            offering.number_type == self.number_type
            and self.assignment in (None, offering.assignment)
            and offering.gives(self.calling or "none", self.sms or "none")
        )


def read_body(content: bytes) -> Mapping[str, Any]:
    """The JSON object of a request; nothing is an empty one."""
    try:
        return _object(json.loads(content or b"{}"), "The request body")
    except (ValueError, RecursionError) as error:
        raise errors.invalid("The request body is not JSON.") from error


def read_search(body: Mapping[str, Any]) -> Search:
    """The body of `:search`. A Refusal with 400 tells what is wrong with it."""
    capabilities = _object(body.get("capabilities"), "capabilities")
    quantity = body.get("quantity", 1)
    if type(quantity) is not int or not 1 <= quantity <= MOST_NUMBERS:
        raise errors.invalid(f"quantity must be a whole number from 1 to {MOST_NUMBERS}.")
    return Search(
        _one_of(body.get("phoneNumberType"), TYPES, "phoneNumberType"),
        _one_of(body.get("assignmentType"), ASSIGNMENTS, "assignmentType"),
        _one_of(capabilities.get("calling"), CAPABILITIES, "capabilities.calling"),
        _one_of(capabilities.get("sms"), CAPABILITIES, "capabilities.sms"),
        str(body.get("areaCode") or ""),
        quantity,
    )


def read_browse(body: Mapping[str, Any]) -> Browse:
    """The body of `:browse`. A Refusal with 400 tells what is wrong with it."""
    capabilities = _object(body.get("capabilities") or {}, "capabilities")
    return Browse(
        _one_of(body.get("phoneNumberType"), TYPES, "phoneNumberType"),
        _maybe(body.get("assignmentType"), ASSIGNMENTS, "assignmentType"),
        _maybe(capabilities.get("calling"), CAPABILITIES, "capabilities.calling"),
        _maybe(capabilities.get("sms"), CAPABILITIES, "capabilities.sms"),
        tuple(str(one) for one in body.get("phoneNumberPrefixes") or ()),
    )


def read_capabilities(body: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Calling and SMS; None: as before."""
    return (
        _maybe(body.get("calling"), CAPABILITIES, "calling"),
        _maybe(body.get("sms"), CAPABILITIES, "sms"),
    )


def read_changes(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any] | None]:
    """Numbers to reserve by their id, None for those to let go."""
    changes = _object(body.get("phoneNumbers") or {}, "phoneNumbers")
    return {key: None if value is None else _object(value, f"phoneNumbers.{key}") for key, value in changes.items()}


def read_reservation_id(text: str) -> str:
    """A UUID in its usual spelling. A Refusal with 400 when it is none."""
    try:
        return str(UUID(text))
    except ValueError as error:
        raise errors.invalid("The reservation id must be a UUID.") from error


def read_number(text: str) -> str:
    """A number in E.164. A Refusal with 404 when it is none: then nobody owns it."""
    if text[:1] != "+" or not text[1:].isdigit():
        raise errors.not_found("Phone number", text)
    return text


def read_operator_question(body: Mapping[str, Any]) -> tuple[str, bool]:
    """The number asked about, and whether the operator is to be told. Azure takes one number at a time."""
    numbers = body.get("phoneNumbers")
    if not isinstance(numbers, list) or len(numbers) != 1:
        raise errors.invalid("phoneNumbers must hold exactly one phone number.")
    number = str(numbers[0])
    if number[:1] != "+" or not 8 <= len(number) <= 16 or not number[1:].isdigit():
        raise errors.invalid(f"{number} is not a phone number in the format E.164.")
    options = body.get("options") or {}
    return number, bool(_object(options, "options").get("includeAdditionalOperatorDetails"))


def read_page(query: Mapping[str, str], size_name: str) -> tuple[int, int]:
    """How many to leave out, and how many to show."""
    return _whole(query, "skip", 0, least=0), _whole(query, size_name, 100, least=1)


def _whole(query: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < least:
        raise errors.invalid(f"{name} must be a whole number of at least {least}.")
    return int(text)


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise errors.invalid(f"{name} must be an object.")
    return value


def _one_of(value: object, known: tuple[str, ...], name: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise errors.invalid(f"{name} must be one of {', '.join(known)}.")
    return value


def _maybe(value: object, known: tuple[str, ...], name: str) -> str | None:
    return None if value is None else _one_of(value, known, name)
