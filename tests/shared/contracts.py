"""Holds everything that crossed the edge of the emulators against the contracts of the real services.

    async with contracts.checked() as tap, AcsEmulator(tap=tap) as emulator: ...

At the end of the block each request, answer, event and frame must be valid. A request that was refused, or a frame that was
answered with an error, is the app's business: only the answer is looked at. What no contract describes (Resource Manager, the
transcription socket, the emulators' own addresses) is counted as `undescribed`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft4Validator, Draft202012Validator

from voiceagent.emulators.tap import Asked, Crossed, Told

DATA = Path(__file__).parents[1] / "data"
ON_THE_WIRE_ONLY = {"conversation.item.done", "mcp_approval_response"}
"""Recorded from the real Voice Live, or named by its package, without a class there."""
RECORDED_MEMBERS = {"obfuscation", "content"}
"""Recorded from OpenAI and Azure OpenAI, unknown to OpenAI's package."""
SINCE_2026 = frozenset(("image_tokens", "cached_tokens_details"))
"""Members that the newest package requires and the versions of 2025 did not know."""
PAGES = {
    "countries": "PhoneNumberCountries",
    "localities": "PhoneNumberLocalities",
    "offerings": "OfferingsResponse",
    "areaCodes": "PhoneNumberAreaCodes",
    "reservations": "PhoneNumbersReservations",
    "phoneNumbers": "PurchasedPhoneNumbers",
}
"""Models of lists, which the derived form does not name: by the last word of the path."""
GRID = {
    "IncomingCall": "AcsIncomingCallEventData",
    "RecordingFileStatusUpdated": "AcsRecordingFileStatusUpdatedEventData",
    "CallStarted": "AcsCallStartedEventData",
    "CallEnded": "AcsCallEndedEventData",
    "CallParticipantAdded": "AcsCallParticipantAddedEventData",
    "CallParticipantRemoved": "AcsCallParticipantRemovedEventData",
    "SubscriptionValidationEvent": "SubscriptionValidationEventData",
}
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_ERROR = re.compile(rb'"type"\s*:\s*"error"')
_SOUND = re.compile(rb'("(?:data|audio|delta)"\s*:\s*")([^"]{40,})"', re.IGNORECASE)


@asynccontextmanager
async def checked(*, wrong: bool = False) -> AsyncIterator[Wire]:
    """A tap for emulators. What crossed must be what the contracts describe; `wrong` things are what the test is about."""
    tap = Wire()
    yield tap
    if (mistakes := sorted(set(tap.mistakes()))) and not wrong:
        raise AssertionError("\n".join(["what crossed is not what the contracts describe:", *mistakes]))


class Wire:
    """A tap. `looked_at` counts what was checked, by what it was."""

    def __init__(self) -> None:
        self.crossed: list[Asked | Told | Crossed] = []
        self.looked_at: Counter[str] = Counter()
        self.undescribed: Counter[str] = Counter()
        self._seen: set[tuple[str, bool, bytes]] = set()

    def __call__(self, one: Asked | Told | Crossed) -> None:
        self.crossed.append(one)

    def mistakes(self) -> list[str]:
        """What no service would send, or take."""
        crossed, self.crossed = self.crossed, []
        answers: dict[str, bytes] = {}
        found: list[list[str]] = []
        for one in reversed(crossed):
            refused = isinstance(one, Crossed) and not one.sent and _ERROR.search(answers.get(one.target, b"")) is not None
            found.append([] if refused else list(self._look(one)))
            if isinstance(one, Crossed) and one.sent:
                answers[one.target] = _bytes(one.content)[:200] if one.socket == "voice-live" else b""
        return [mistake for mistakes in reversed(found) for mistake in mistakes]

    def _look(self, one: Asked | Told | Crossed) -> Iterable[str]:
        match one:
            case Asked():
                return self._asked(one)
            case Told():
                return self._told(one)
            case Crossed():
                return self._frame(one)

    def _asked(self, one: Asked) -> Iterator[str]:
        path = one.target.partition("?")[0]
        found = operation(one.method, path)
        if found is None:
            self.undescribed[f"{one.method} /{path.split('/')[1]}"] += 1
            return
        name, described, exact = found
        name = name.removeprefix("AzureCommunicationCallAutomationServiceMixin_")
        self.looked_at[name] += 1
        if 200 <= one.status < 300:
            for parameter in described.get("parameters", []):
                if parameter["in"] == "body" and one.method != "GET":  # the derived form gives lists one
                    yield from _errors(f"request of {name}", exact, parameter["schema"], _merged(one.method, one.body))
        if one.status:
            yield from _answer(name, path, described, exact, one)

    def _told(self, one: Told) -> Iterator[str]:
        if not one.body:
            return
        found = json.loads(one.body)
        for event in found if isinstance(found, list) else [found]:
            kind = str(event.get("type") or event.get("eventType")).rsplit(".", 1)[-1]
            around = "cloud-event" if "specversion" in event else "event-grid-event"
            schema = {"$ref": f"#/$defs/{around}", "$defs": _read("acs/events.authored.schema.json")["$defs"]}
            yield from (f"{kind}: {_said(error)}" for error in Draft202012Validator(schema).iter_errors(event))
            of_calls = _read("acs/callautomation-2026-03-12.derived.swagger.json")["definitions"]
            of_grid = _read("acs/eventgrid-microsoft-communication-calling.derived.schema.json")["definitions"]
            definitions, model = (of_grid, GRID[kind]) if kind in GRID else (of_calls, kind)
            if model not in definitions:
                self.undescribed[kind] += 1
                continue
            self.looked_at[kind] += 1
            validator = Draft4Validator({"$ref": f"#/definitions/{model}", "definitions": definitions})
            yield from (f"{kind}: {_said(error)}" for error in validator.iter_errors(_without_null(event["data"])))

    def _frame(self, one: Crossed) -> Iterator[str]:
        content = _bytes(one.content)
        if one.socket == "transcription":
            self.undescribed["transcription"] += 1
            return
        for sound in _SOUND.finditer(content):
            if len(sound[2]) % 4 or not _BASE64.fullmatch(sound[2]):
                yield f"{one.socket}: a sound that is not base64"
        key = one.target + one.socket, one.sent, _shape(content)
        if key in self._seen:
            return
        self._seen.add(key)
        try:
            frame = json.loads(content)
        except ValueError:
            yield f"{one.socket}: {content[:60]!r} is not JSON"
            return
        if one.socket == "media":
            self.looked_at["media frame"] += 1
            schema = _read("acs/media-ws-frames.authored.schema.json")
            yield from (f"media: {_said(error)}" for error in Draft202012Validator(schema).iter_errors(frame))
        else:
            self.looked_at[f"voice live: {frame.get('type')}"] += 1
            yield from engine_mistakes(frame, one.target, sent=one.sent)


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def engine_mistakes(frame: dict[str, Any], target: str, *, sent: bool) -> Iterator[str]:
    """What is wrong with an event in the dialect of the address. `sent`: it is the server's."""
    parts, kind = urlsplit(target), str(frame.get("type"))
    if parts.path.endswith(("/voice-live/realtime", "/voice-agent/realtime")) and "api-version=v1" not in parts.query:
        unknown = SINCE_2026 if "api-version=2025" in parts.query else frozenset()
        validators = of_each_type("ServerMessage" if sent else "ClientMessage", unknown)
        if kind in validators:
            yield from (f"{kind}: {_said(error)}" for error in validators[kind].iter_errors(frame))
        elif kind not in ON_THE_WIRE_ONLY:
            yield f"{kind} is no event of Voice Live's"
        return
    events = _read("voice-live/openai-realtime-events.json")
    generation = "beta" if parts.path.endswith("/openai/realtime") else "ga"
    members = events[f"{generation}_{'server' if sent else 'client'}"].get(kind)
    azure = "/voice-live/" in parts.path or "/agents/" in parts.path
    if members is not None:
        yield from (f"{kind}: {mistake}" for mistake in _members(frame, members["fields"], more_allowed=azure))
    elif not azure or kind not in {*ON_THE_WIRE_ONLY, *of_each_type("ServerMessage"), *of_each_type("ClientMessage")}:
        yield f"{kind} is no event of {parts.path}"


_TYPES: dict[str, tuple[type, ...]] = {"<class 'str'>": (str,), "<class 'int'>": (int,), "<class 'float'>": (int, float)}


def _members(frame: dict[str, Any], fields: dict[str, Any], *, more_allowed: bool) -> Iterator[str]:
    for name, field in fields.items():
        wanted, optional = field["type"], field["type"].startswith("Optional[")
        if name not in frame:
            if field["required"]:
                yield f"{name} is missing"
            continue
        value = frame[name]
        plain = _TYPES.get(wanted) or _TYPES.get(f"<class '{wanted[9:-1]}'>")
        if plain is not None and not isinstance(value, plain) and not (optional and value is None):
            yield f"{name} is {value!r}, not {wanted}"
    if not more_allowed:
        yield from (f"{name} is not declared" for name in frame if name not in fields and name not in RECORDED_MEMBERS)


def _answer(name: str, path: str, described: dict[str, Any], exact: dict[str, Any], one: Asked) -> Iterator[str]:
    answer = described["responses"].get(str(one.status))
    if answer is None:
        yield from _errors(f"error of {name}", exact, described["responses"]["default"]["schema"], one.answer)
        return
    schema = answer.get("schema")
    if schema is None and one.status == 200 and name.startswith("PhoneNumbers"):
        model = "PhoneNumberOperation" if "/operations/" in path else PAGES[path.rsplit("/", 1)[-1]]
        schema = {"$ref": f"#/definitions/{model}"}
    if schema is not None:
        yield from _errors(f"answer of {name}", exact, schema, one.answer)
    elif one.answer and not name.startswith("PhoneNumbers"):
        yield f"{name} answered with a body"


def _errors(what: str, definitions: dict[str, Any], schema: dict[str, Any], body: bytes) -> Iterator[str]:
    if not body:
        yield f"{what}: has no body"
        return
    validator = Draft4Validator({**schema, "definitions": definitions})
    yield from (f"{what}: {_said(error)}" for error in validator.iter_errors(json.loads(body)))


def _merged(method: str, body: bytes) -> bytes:
    """A merge patch takes members away with null."""
    return json.dumps(_without_null(json.loads(body))).encode() if method == "PATCH" and body else body


def _without_null(value: Any) -> Any:
    """The contracts do not tell which members may be null instead of missing."""
    if isinstance(value, dict):
        return {name: _without_null(one) for name, one in value.items() if one is not None}
    return [_without_null(one) for one in value] if isinstance(value, list) else value


def _said(error: Any) -> str:
    return f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"


def operation(method: str, path: str) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
    """Name and description of what is asked, and the models it speaks of; of several the one with the most literal words."""
    fitting = [one for one in _operations() if one[0] == method and one[1].fullmatch(path)]
    if not fitting:
        return None
    _, _, described, exact = min(fitting, key=lambda one: one[1].pattern.count("[^"))
    return described["operationId"], described, exact


@cache
def _operations() -> list[tuple[str, re.Pattern[str], dict[str, Any], dict[str, Any]]]:
    found = []
    for file in ("acs/callautomation-2026-03-12.derived.swagger.json", "acs/phonenumbers-2025-06-01.derived.swagger.json"):
        swagger = _read(file)
        exact = _exact(swagger["definitions"])
        for path, methods in swagger["paths"].items():
            found += [
                (method.upper(), re.compile(_pattern(path)), described, exact)
                for method, described in methods.items()
                if method != "parameters"
            ]
    return found


def _exact(definitions: dict[str, Any]) -> dict[str, Any]:
    """No member that is not declared; what a discriminator tells apart is taken for what the SDKs send."""
    text = json.dumps(definitions)
    for model in ("MediaStreamingOptions", "TranscriptionOptions"):
        text = text.replace(f'"#/definitions/{model}"', f'"#/definitions/WebSocket{model}"')
    found: dict[str, Any] = json.loads(text)
    for model in found.values():
        if "properties" in model:
            model["additionalProperties"] = False
    return found


def _pattern(path: str) -> str:
    return re.sub(r"\\{(\w+)\\}", lambda m: "[^/]+" if m[1] == "participantRawId" else "[^/:]+", re.escape(path))


def _shape(content: bytes) -> bytes:
    """The same for frames that differ in their sound and in figures only: those are looked at once."""
    return re.sub(rb"\d", b"0", _SOUND.sub(rb'\1"', content)) if _SOUND.search(content) else content


@cache
def of_each_type(union: str, unknown: frozenset[str] = frozenset()) -> dict[str, Draft202012Validator]:
    """The validator of each member of a union, by the type of event: the union itself would try them all.

    `unknown` need not be there.
    """
    definitions: dict[str, Any] = json.loads(json.dumps(_read("voice-live/voicelive-1.3.1.schema.json")["$defs"]))
    for model in definitions.values():
        if unknown and "required" in model:
            model["required"] = [one for one in model["required"] if one not in unknown]
    found = {}
    for member in definitions[union]["oneOf"]:
        name = member["$ref"].rpartition("/")[2]
        kind = definitions[name]["properties"]["type"]["enum"][0]
        found[kind] = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})
    return found


@cache
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return found
