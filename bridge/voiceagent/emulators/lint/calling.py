"""Looks at the requests of Call Automation's clients. Pure; remembers the repeatability ids it has seen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from voiceagent.emulators.lint.calling_fields import FIELDS, MEDIA, REPEATABLE
from voiceagent.emulators.lint.request import Request, is_plain_elsewhere
from voiceagent.emulators.lint.rule import Breach

VERSIONS = ("2023-03-06", "2023-10-15", "2024-04-15", "2024-09-15", "2025-05-15", "2025-06-15", "2026-03-12")
BIDIRECTIONAL_SINCE = "2025-05-15"
LONG_URI = 2_048
MOST_TONES = 18
LONG_PROMPT = 400
IDS_KEPT = 1_000
"""Repeatability ids remembered; the service forgets them too."""

_FIXDATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} [\d:]{8} GMT"
)
_NUMBER = re.compile(r"\+[1-9]\d{1,14}")
_SIP = re.compile(r"(user-to-user|x-.+)", re.IGNORECASE)


class CallingLint:
    """One for an emulator."""

    def __init__(self) -> None:
        self._sent: dict[str, str] = {}

    def look(self, request: Request) -> list[Breach]:
        """What is wrong with a request, before anybody has looked at what it asks for."""
        breaches = [*_version(request), *_encoding(request), *self._repeatability(request)]
        body = request.members()
        if body is not None:
            breaches += [*_fields(request.operation, body), *_addresses(body)]
            if (check := _CHECKS.get(request.operation)) is not None:
                breaches += check(body, request)
        return breaches

    def _repeatability(self, request: Request) -> Iterator[Breach]:
        id_, first = request.headers.get("repeatability-request-id"), request.headers.get("repeatability-first-sent")
        if request.operation not in REPEATABLE:
            return
        if not id_ or not first:
            yield Breach("acs-repeatability")
            return
        if _FIXDATE.fullmatch(first) is None:
            yield Breach("acs-first-sent", frame=first)
        what = f"{request.method} {request.path} {sha256(request.body).hexdigest()}"
        if self._sent.setdefault(id_, what) != what:
            yield Breach("acs-repeatability-reused", frame=id_)
        if len(self._sent) > IDS_KEPT:
            del self._sent[next(iter(self._sent))]


def address(uri: object, rule: str, plain: str) -> Iterator[Breach]:
    """What is wrong with an address the service is to call; `plain` is the scheme that would go without TLS."""
    if not isinstance(uri, str) or not uri:
        return
    if is_plain_elsewhere(uri, plain):
        yield Breach(rule, frame=uri)
    if "#" in uri:
        yield Breach("acs-uri-fragment", frame=uri)
    if len(uri) > LONG_URI:
        yield Breach("acs-uri-long", f"It has {len(uri)} characters.", uri)


def _version(request: Request) -> Iterator[Breach]:
    version = request.query.get("api-version", "")
    if not version:
        yield Breach("acs-version-missing")
    elif "preview" in version or "alpha" in version:
        yield Breach("acs-version-preview", frame=version)
    elif version not in VERSIONS:
        yield Breach("acs-version-unknown", frame=version)


def _encoding(request: Request) -> Iterator[Breach]:
    if not request.body:
        return
    try:
        json.loads(request.body.decode("utf-8"))
    except (ValueError, RecursionError):
        yield Breach("acs-body-encoding")
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        yield Breach("acs-content-type", frame=request.headers.get("content-type", ""))


def _fields(operation: str, body: Mapping[str, Any]) -> Iterator[Breach]:
    known = FIELDS.get(operation)
    for name in body:
        if known is not None and name not in known:
            yield Breach("acs-unknown-field", f"It is `{name}`.", name)
    media = body.get("mediaStreamingOptions")
    for name in media if isinstance(media, Mapping) else ():
        if name not in MEDIA:
            yield Breach("acs-unknown-field", f"It is `mediaStreamingOptions.{name}`.", name)


def _addresses(body: Mapping[str, Any]) -> Iterator[Breach]:
    for name in ("callbackUri", "operationCallbackUri"):
        yield from address(body.get(name), "acs-https", "http")
    yield from address(body.get("recordingStateCallbackUri"), "acs-recording-callback", "http")
    for name in ("mediaStreamingOptions", "transcriptionOptions"):
        options = body.get(name)
        if isinstance(options, Mapping):
            yield from address(options.get("transportUrl"), "acs-wss", "ws")


# --- by operation


def _leg(body: Mapping[str, Any], request: Request) -> Iterator[Breach]:
    media = body.get("mediaStreamingOptions")
    if isinstance(media, Mapping):
        if str(media.get("contentType") or "audio").lower() != "audio":
            yield Breach("acs-media-content", frame=str(media["contentType"]))
        newer = [name for name in ("enableBidirectional", "audioFormat", "enableDtmfTones") if media.get(name)]
        version = request.query.get("api-version", "")
        if newer and version in VERSIONS and version < BIDIRECTIONAL_SINCE:
            yield Breach("acs-version-too-old", f"This request uses {version} and `{newer[0]}`.", version)
        if not media.get("enableBidirectional") and media.get("startMediaStreaming"):
            yield Breach("acs-media-one-way")
    yield from _caller_id(_list(body.get("targets")), body)


def _invites(body: Mapping[str, Any], _: Request) -> Iterator[Breach]:
    named = [body[name] for name in ("participantToAdd", "targetParticipant", "target") if body.get(name)]
    if "participantToAdd" in body:
        yield from _caller_id(named, body)
    else:
        yield from _numbers(named)
    context = body.get("customCallingContext")
    headers = context.get("sipHeaders") if isinstance(context, Mapping) else None
    for name in headers if isinstance(headers, Mapping) else ():
        if _SIP.fullmatch(name) is None:
            yield Breach("acs-sip-header", frame=name)


def _list(value: object) -> list[Any]:
    """What a client wrote where a list belongs; nothing when it is none, which is the emulator's to refuse."""
    return value if isinstance(value, list) else []


def _caller_id(targets: list[Any], body: Mapping[str, Any]) -> Iterator[Breach]:
    number = body.get("sourceCallerIdNumber")
    yield from _numbers([*targets, {"phoneNumber": number}] if isinstance(number, Mapping) else targets)
    if any(_phone(one) for one in targets) and not isinstance(number, Mapping):
        yield Breach("acs-caller-id")


def _numbers(people: list[Any]) -> Iterator[Breach]:
    for one in people:
        number = _phone(one)
        if number and _NUMBER.fullmatch(number) is None:
            yield Breach("acs-number", frame=number)


def _phone(person: object) -> str:
    if not isinstance(person, Mapping):
        return ""
    number = person.get("phoneNumber")
    return str(number.get("value") or "") if isinstance(number, Mapping) else ""


def _mute(body: Mapping[str, Any], _: Request) -> Iterator[Breach]:
    if any(_phone(one) for one in _list(body.get("targetParticipants"))):
        yield Breach("acs-mute-phone")


def _tones(body: Mapping[str, Any], _: Request) -> Iterator[Breach]:
    tones = body.get("tones")
    if isinstance(tones, list) and len(tones) > MOST_TONES:
        yield Breach("acs-many-tones", f"These are {len(tones)}.")
    target = body.get("targetParticipant")
    if isinstance(target, Mapping) and not _phone(target) and not str(target.get("rawId", "")).startswith("4:"):
        yield Breach("acs-tones-to-user")


def _prompts(body: Mapping[str, Any], _: Request) -> Iterator[Breach]:
    sources = [*_list(body.get("playSources")), *_list(body.get("playPrompts")), body.get("playPrompt")]
    for source in sources:
        if not isinstance(source, Mapping):
            continue
        words = source.get("text")
        text = words.get("text") if isinstance(words, Mapping) else None
        if isinstance(text, str) and len(text) > LONG_PROMPT:
            yield Breach("acs-long-prompt", f"This one has {len(text)}.", text)
        file = source.get("file")
        if isinstance(file, Mapping):
            yield from address(file.get("uri"), "acs-prompt-https", "http")


_CHECKS: Mapping[str, Callable[[Mapping[str, Any], Request], Iterator[Breach]]] = {
    "answer": _leg,
    "create_call": _leg,
    "connect": _leg,
    "add_participant": _invites,
    "transfer": _invites,
    "redirect": _invites,
    "mute_participant": _mute,
    "send_dtmf": _tones,
    "play": _prompts,
    "recognize": _prompts,
}
