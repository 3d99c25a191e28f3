"""TwiML as an app sends it: which verbs a document has, of those that an agent's call needs."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

LONGEST_DOCUMENT = 65_536  # Twilio's own limit is 64 KB


@dataclass(frozen=True, slots=True)
class Connect:
    """A two-way media stream; `then` is asked when it is over, "" to go on in the document."""

    url: str
    then: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring a number; `progress` hears how that goes."""

    number: str
    then: str
    progress: str
    events: tuple[str, ...]
    ring_seconds: int
    caller_id: str
    on_bridge: bool = False
    """A caller who was not answered yet is answered with the number, not before."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Turn the caller away, unanswered."""

    reason: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Ask that address what to do."""

    url: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A verb this emulator does not carry out."""

    name: str


Verb = Connect | Dial | Reject | Hangup | Redirect | Skipped


class BadDocument(Exception):
    """The document cannot be carried out; the caller would hear that an application error has occurred."""


def read_document(text: str) -> tuple[Verb, ...]:
    """The verbs of a document. Raises BadDocument with the number and words of Twilio's own debugger."""
    if len(text) > LONGEST_DOCUMENT:
        raise BadDocument("11750: TwiML response body too large")
    try:
        # The document comes from the app under test, which a tester runs; expat itself bounds what entities may grow to.
        root = ElementTree.fromstring(text.strip())  # noqa: S314
    except ElementTree.ParseError as error:
        raise BadDocument(f"12100: document parse failure: {error}") from None
    if root.tag != "Response":
        raise BadDocument(f"12200: schema validation: the document is <{root.tag}>, expected <Response>")
    return tuple(_verb(element) for element in root)


def _verb(element: ElementTree.Element) -> Verb:
    match element.tag:
        case "Connect":
            return _connect(element)
        case "Dial":
            return _dial(element)
        case "Reject":
            return Reject(element.get("reason", "rejected"))
        case "Hangup":
            return Hangup()
        case "Redirect":
            return Redirect((element.text or "").strip())
    return Skipped(element.tag)


def _connect(element: ElementTree.Element) -> Connect:
    stream = element.find("Stream")
    url = "" if stream is None else stream.get("url", "")
    if stream is None or not url.startswith(("wss://", "ws://")):
        raise BadDocument(f"31941: stream: invalid url {url!r}")
    if "?" in url:
        raise BadDocument("31941: stream: the url has a query, which is not supported; use <Parameter>")
    parameters = tuple((one.get("name", ""), one.get("value", "")) for one in stream.findall("Parameter"))
    return Connect(url, element.get("action", ""), parameters)


def _dial(element: ElementTree.Element) -> Dial:
    noun = element.find("Number")
    number = (element.text if noun is None else noun.text) or ""
    if not number.strip():
        raise BadDocument("13214: dial: no number to dial")
    return Dial(
        number=number.strip(),
        then=element.get("action", ""),
        progress="" if noun is None else noun.get("statusCallback", ""),
        events=() if noun is None else tuple(noun.get("statusCallbackEvent", "completed").split()),
        ring_seconds=_seconds(element.get("timeout", "30")),
        caller_id=element.get("callerId", ""),
        on_bridge=element.get("answerOnBridge", "false").lower() == "true",
    )


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise BadDocument(f"13212: dial: invalid timeout {text!r}, expected whole seconds")
    return int(text)
