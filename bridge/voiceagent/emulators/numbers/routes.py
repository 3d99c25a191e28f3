"""The HTTP side of the phone number service: all 20 operations, on the same address and under the same signature as calls.

Each request is read whole and verified; then everything that is due happens, and the operation runs to its end without waiting.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.numbers import answers, errors, requests
from voiceagent.emulators.numbers.catalog import COUNTRIES
from voiceagent.emulators.numbers.operations import Operation
from voiceagent.emulators.numbers.state import Numbers, country_for

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

API_VERSION = "2025-06-01"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `names` are the parts of its path."""

    numbers: Numbers
    names: Mapping[str, str]
    body: Mapping[str, Any]
    query: Mapping[str, str]
    path: str
    now: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back; without a body an empty one."""

    status: int
    body: dict[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def number_routes(numbers: Numbers, verify: Callable[[Request, bytes], None], wall: Callable[[], float]) -> list[Route]:
    """All routes. `verify` checks the signature and raises a Refusal."""
    from starlette.routing import Route

    return [Route(path, _endpoint(numbers, run, verify, wall), methods=[method]) for method, path, run in OPERATIONS]


def _endpoint(
    numbers: Numbers,
    run: Callable[[Asked], Reply],
    verify: Callable[[Request, bytes], None],
    wall: Callable[[], float],
) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            content = await request.body()
            verify(request, content)
            body, now = requests.read_body(content), wall()
            numbers.settle(now)
            reply = run(Asked(numbers, request.path_params, body, request.query_params, request.url.path, now))
        except Refusal as refusal:
            reply = Reply(refusal.status, refusal.body())
        return _respond(reply)

    return respond


def _respond(reply: Reply) -> Response:
    from starlette.responses import JSONResponse, Response

    if reply.body is None:
        return Response(status_code=reply.status, headers=dict(reply.headers))
    return JSONResponse(reply.body, status_code=reply.status, headers=dict(reply.headers))


# --- finding


def _countries(asked: Asked) -> Reply:
    return _page(asked, "countries", [answers.country(one) for one in COUNTRIES.values()])


def _localities(asked: Asked) -> Reply:
    towns = country_for(asked.names["country"]).towns_of(asked.query.get("administrativeDivision"))
    if asked.query.get("phoneNumberType", "geographic") != "geographic":
        towns = iter(())
    return _page(asked, "phoneNumberLocalities", [answers.town(one) for one in towns])


def _offerings(asked: Asked) -> Reply:
    wanted_type, assignment = asked.query.get("phoneNumberType"), asked.query.get("assignmentType")
    shown = [
        answers.offering(one)
        for one in country_for(asked.names["country"]).offerings
        if wanted_type in (None, one.number_type) and assignment in (None, one.assignment)
    ]
    return _page(asked, "phoneNumberOfferings", shown)


def _area_codes(asked: Asked) -> Reply:
    country = country_for(asked.names["country"])
    number_type = asked.query.get("phoneNumberType")
    if number_type not in requests.TYPES:
        raise errors.invalid(f"phoneNumberType must be one of {', '.join(requests.TYPES)}.")
    codes = country.area_codes(
        number_type, town=asked.query.get("locality"), division=asked.query.get("administrativeDivision")
    )
    return _page(asked, "areaCodes", [{"areaCode": code} for code in codes])


def _browse(asked: Asked) -> Reply:
    offers = asked.numbers.browse(asked.names["country"], requests.read_browse(asked.body), asked.now)
    return Reply(200, {"phoneNumbers": [answers.available(one) for one in offers]})


def _search(asked: Asked) -> Reply:
    begun, search_id = asked.numbers.search(asked.names["country"], requests.read_search(asked.body), asked.now)
    return _accepted(begun, {"search-id": search_id}, with_location=True)


def _search_result(asked: Asked) -> Reply:
    found = asked.numbers.searches.get(asked.names["search"])
    if found is None:
        raise errors.not_found("Search", asked.names["search"])
    return Reply(200, answers.search_result(found))


def _operator(asked: Asked) -> Reply:
    number, with_details = requests.read_operator_question(asked.body)
    return Reply(200, {"values": [answers.operator(number, with_details=with_details)]})


# --- buying and keeping


def _purchase(asked: Asked) -> Reply:
    search_id = str(asked.body.get("searchId") or "")
    begun = asked.numbers.purchase(search_id, agreed=asked.body.get("agreeToNotResell") is True, now=asked.now)
    return _accepted(begun, {"purchase-id": search_id})


def _owned(asked: Asked) -> Reply:
    return _page(asked, "phoneNumbers", [answers.purchased(one) for one in asked.numbers.owned.values()], "top")


def _number(asked: Asked) -> Reply:
    return Reply(200, answers.purchased(asked.numbers.number(requests.read_number(asked.names["number"]))))


def _release(asked: Asked) -> Reply:
    number = requests.read_number(asked.names["number"])
    begun = asked.numbers.release(number, asked.now)
    return _accepted(begun, {"release-id": begun.operation_id})


def _change(asked: Asked) -> Reply:
    number = requests.read_number(asked.names["number"])
    calling, sms = requests.read_capabilities(asked.body)
    begun = asked.numbers.change(number, calling, sms, asked.now)
    return _accepted(begun, {"capabilities-id": begun.operation_id}, with_location=True)


def _operation(asked: Asked) -> Reply:
    found = _find_operation(asked)
    headers = {"Location": _versioned(found.resource)} if found.resource else {}
    return Reply(200, answers.operation(found), headers)


def _cancel(asked: Asked) -> Reply:
    asked.numbers.operations.cancel(_find_operation(asked))
    return Reply(204)


def _find_operation(asked: Asked) -> Operation:
    found = asked.numbers.operations.find(asked.names["operation"])
    if found is None:
        raise errors.not_found("Operation", asked.names["operation"])
    return found


# --- reserving


def _reserve(asked: Asked) -> Reply:
    reservation_id = requests.read_reservation_id(asked.names["reservation"])
    reservation, is_new = asked.numbers.reserve(reservation_id, requests.read_changes(asked.body), asked.now)
    status = 207 if reservation.failed else 201 if is_new else 200
    return Reply(status, answers.reservation(reservation, asked.now))


def _reservation(asked: Asked) -> Reply:
    return Reply(200, answers.reservation(asked.numbers.reservation(asked.names["reservation"]), asked.now))


def _reservations(asked: Asked) -> Reply:
    shown = [answers.reservation(one, asked.now, with_numbers=False) for one in asked.numbers.reservations.values()]
    return _page(asked, "reservations", shown)


def _abandon(asked: Asked) -> Reply:
    asked.numbers.abandon(asked.names["reservation"], asked.now)
    return Reply(204)


def _purchase_reservation(asked: Asked) -> Reply:
    agreed = asked.body.get("agreeToNotResell") is True
    begun = asked.numbers.purchase_reservation(asked.names["reservation"], agreed=agreed, now=asked.now)
    return _accepted(begun, {"reservation-purchase-id": asked.names["reservation"]})


# --- common


def _page(asked: Asked, name: str, shown: list[dict[str, Any]], size_name: str = "maxPageSize") -> Reply:
    skip, size = requests.read_page(asked.query, size_name)
    return Reply(200, answers.page(name, shown, asked.path, list(asked.query.items()), skip=skip, size=size))


def _accepted(begun: Operation, ids: Mapping[str, str], *, with_location: bool = False) -> Reply:
    """The service's own way: relative addresses, which carry the version because clients do not add it when they poll."""
    headers = {
        "Operation-Location": _versioned(f"/phoneNumbers/operations/{begun.operation_id}"),
        "operation-id": begun.operation_id,
        **ids,
    }
    if with_location:
        headers["Location"] = _versioned(begun.resource)
    return Reply(202, None, headers)


def _versioned(path: str) -> str:
    return f"{path}?api-version={API_VERSION}"


_COUNTRY = "/availablePhoneNumbers/countries/{country}"
_RESERVATION = "/availablePhoneNumbers/reservations/{reservation}"

OPERATIONS: tuple[tuple[str, str, Callable[[Asked], Reply]], ...] = (
    ("GET", "/availablePhoneNumbers/countries", _countries),
    ("GET", f"{_COUNTRY}/localities", _localities),
    ("GET", f"{_COUNTRY}/offerings", _offerings),
    ("GET", f"{_COUNTRY}/areaCodes", _area_codes),
    ("POST", f"{_COUNTRY}/:browse", _browse),
    ("POST", f"{_COUNTRY}/:search", _search),
    ("GET", "/availablePhoneNumbers/searchResults/{search}", _search_result),
    ("POST", "/availablePhoneNumbers/:purchase", _purchase),
    ("GET", "/availablePhoneNumbers/reservations", _reservations),
    ("GET", _RESERVATION, _reservation),
    ("PATCH", _RESERVATION, _reserve),
    ("DELETE", _RESERVATION, _abandon),
    ("POST", f"{_RESERVATION}/:purchase", _purchase_reservation),
    ("POST", "/operatorInformation/:search", _operator),
    ("GET", "/phoneNumbers", _owned),
    ("GET", "/phoneNumbers/operations/{operation}", _operation),
    ("DELETE", "/phoneNumbers/operations/{operation}", _cancel),
    ("GET", "/phoneNumbers/{number}", _number),
    ("DELETE", "/phoneNumbers/{number}", _release),
    ("PATCH", "/phoneNumbers/{number}/capabilities", _change),
)
