"""Who takes part in a call, as Azure names them: raw ids such as `4:+15551230001`, and the JSON model around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from voiceagent.discreet import PhoneNumber
from voiceagent.protocol.declared import WrongMember

IdentifierKind = Literal[
    "phoneNumber", "communicationUser", "microsoftTeamsUser", "microsoftTeamsApp", "teamsExtensionUser", "unknown"
]
_KINDS: tuple[IdentifierKind, ...] = get_args(IdentifierKind)
_CLOUDS = {"orgid": "public", "dod": "dod", "gcch": "gcch"}
_ACS_CLOUDS = ("acs", "spool", "gcch-acs", "dod-acs")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A participant. `raw_id` is what to compare and to store; `model` holds the members of its kind as the wire has them."""

    raw_id: PhoneNumber
    kind: IdentifierKind
    model: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False, hash=False)

    @property
    def phone_number(self) -> PhoneNumber | None:
        """The E.164 number, or None for anybody who has none (hidden callers included)."""
        value = self.model.get("value")
        return PhoneNumber(value) if self.kind == "phoneNumber" and isinstance(value, str) and value[:1] == "+" else None

    def to_json(self, *, with_kind: bool = True) -> dict[str, Any]:
        """The model on the wire. Responses and events name the `kind`; requests of the SDK do not."""
        found: dict[str, Any] = {"kind": self.kind} if with_kind else {}
        found["rawId"] = self.raw_id.shown
        if self.kind != "unknown":
            found[self.kind] = dict(self.model)
        return found


def phone(number: str) -> Identifier:
    """A telephone by its E.164 number."""
    plain = number.shown if isinstance(number, PhoneNumber) else number
    return Identifier(PhoneNumber("4:" + plain), "phoneNumber", {"value": plain})


def from_raw_id(raw_id: str) -> Identifier:
    """The participant that a raw id names; never fails: what is not understood is of kind unknown."""
    plain = raw_id.shown if isinstance(raw_id, PhoneNumber) else raw_id
    kind, model = _understood(plain)
    return Identifier(PhoneNumber(plain), kind, model)


def _understood(raw_id: str) -> tuple[IdentifierKind, dict[str, Any]]:
    scheme, _, rest = raw_id.partition(":")
    if scheme == "4" and rest:
        return "phoneNumber", _phone_model(rest)
    space, _, name = rest.partition(":")
    if not name:
        return "unknown", {}
    parts = name.split("_")
    if scheme == "8" and space in _ACS_CLOUDS and len(parts) == 3:
        return "teamsExtensionUser", {"resourceId": parts[0], "tenantId": parts[1], "userId": parts[2], "cloud": "public"}
    if scheme == "8" and space in _ACS_CLOUDS:
        return "communicationUser", {"id": raw_id}
    if scheme == "8" and space == "teamsvisitor":
        return "microsoftTeamsUser", {"userId": name, "isAnonymous": True, "cloud": "public"}
    if scheme == "8" and space in _CLOUDS:
        return "microsoftTeamsUser", {"userId": name, "isAnonymous": False, "cloud": _CLOUDS[space]}
    if scheme == "28" and space in _CLOUDS:
        return "microsoftTeamsApp", {"appId": name, "cloud": _CLOUDS[space]}
    return "unknown", {}


def _phone_model(rest: str) -> dict[str, Any]:
    if rest == "anonymous":
        return {"value": "anonymous", "isAnonymous": True}
    # The same number twice in a call: what follows the last underscore tells the two apart.
    value, marked, asserted = rest.rpartition("_")
    return {"value": value, "assertedId": asserted} if marked else {"value": rest}


def from_json(model: Any) -> Identifier:
    """The participant that a JSON model describes. Raises WrongMember; the reader of the message names the member."""
    if type(model) is not dict:
        raise WrongMember("an identifier", model)
    kind = _kind_of(model)
    details = model.get(kind) or {}
    if type(details) is not dict:
        raise WrongMember("an object", details, within=kind)
    raw_id = model.get("rawId") or _raw_id_of(kind, details)
    if type(raw_id) is not str:
        raise WrongMember("text", raw_id, within="rawId")
    if kind == "unknown":
        return from_raw_id(raw_id)
    return Identifier(PhoneNumber(raw_id), kind, details)


def _kind_of(model: Mapping[str, Any]) -> IdentifierKind:
    """Requests leave the kind out, and a service may know kinds that we do not: then the members tell."""
    named = model.get("kind")
    for kind in _KINDS:
        if kind != "unknown" and (named == kind or (named not in _KINDS and model.get(kind) is not None)):
            return kind
    return "unknown"


def _raw_id_of(kind: IdentifierKind, details: Mapping[str, Any]) -> Any:
    match kind:
        case "phoneNumber" if type(details.get("value")) is str:
            return "4:" + details["value"]
        case "communicationUser":
            return details.get("id")
        case "microsoftTeamsUser" if type(details.get("userId")) is str:
            return ("8:teamsvisitor:" if details.get("isAnonymous") else "8:orgid:") + details["userId"]
        case "microsoftTeamsApp" if type(details.get("appId")) is str:
            return "28:orgid:" + details["appId"]
    return details.get("rawId")
