"""What Voice Live does wrong: refused connections, sessions that expire, stall, fall silent or break, missing events."""

from __future__ import annotations

from voiceagent.emulators.faults.fault import Fault, Parameter
from voiceagent.emulators.faults.phone_faults import LATE

QUOTA = "Voice Live allows 30 new connections a minute on S0 (speech-services-quotas-and-limits.md)"
DROPS = "facts F1: sessions end with 1006 and 1001 in the field"
AUDIO = "response.audio.delta,response.output_audio.delta"
"""In the dated versions and in v1."""

CODE = Parameter("code", 0, "WebSocket close code; 0: cut without a close frame", closes=True)
ERROR = Parameter("error", "", "code of an error event sent first")

ENGINE_FAULTS: tuple[Fault, ...] = (
    Fault(
        "engine.throttled",
        "engine-connect",
        "refuse",
        # unverified: engine-throttled-shape
        "A session is refused with 429; with `retry_after_s` none the header Retry-After is missing.",
        QUOTA,
        (
            Parameter("retry_after_s", 1, "value of Retry-After; none: no such header", "s", absent=True),
            Parameter("status", 429, "status of the answer"),
        ),
    ),
    Fault(
        "engine.refused",
        "engine-connect",
        "refuse",
        "A session is refused with an error of the server, 503 if nothing else is said (401: the token is refused).",
        "facts F3, F5: regions are down, tokens expire",
        (
            Parameter("status", 503, "status of the answer"),
            Parameter("retry_after_s", None, "value of Retry-After; none: no such header", "s"),
        ),
    ),
    Fault("engine.unreachable", "engine-connect", "cut", "The connection is cut before a session opens.", "facts F3"),
    Fault("engine.slow_start", "engine-connect", "delay", "A session takes long to open.", "facts: 0.3 to 2 s usual", (LATE,)),
    Fault(
        "engine.hanging",
        "engine-connect",
        "hang",
        "The request for a session gets no answer, and the connection stays open.",
        "facts F3: a gray failure",
    ),
    Fault(
        "engine.expired",
        "engine",
        "close",
        "The session's time is up: an error event session_expired, then close code 1001.",
        "60 minutes documented; the code as seen from OpenAI and Azure OpenAI",
        # unverified: expiry-close
        (
            Parameter("code", 1001, "WebSocket close code", closes=True),
            Parameter("error", "session_expired", "code of the error event"),
        ),
        only=AUDIO,
        after=2,
    ),
    Fault("engine.dropped", "engine", "close", "The session breaks in mid reply.", DROPS, (CODE, ERROR), only=AUDIO, after=2),
    Fault(
        "engine.overflow",
        "engine",
        "close",
        "The service ends the session because the client reads too slowly: session_output_overflow, then 1008.",
        "pydantic-ai: the service closes with 1008 right after the error",
        (
            Parameter("code", 1008, "WebSocket close code", closes=True),
            Parameter("error", "session_output_overflow", "code of the error"),
        ),
        only=AUDIO,
        after=2,
    ),
    Fault(
        "engine.half_open",
        "engine",
        "mute",
        "No event comes any more and none is read, but the connection stays open.",
        "facts F1: half-open connections",
        only=AUDIO,
        after=2,
    ),
    Fault(
        "engine.stalled",
        "engine",
        "stall",
        "A reply stops in mid sentence: no further event of this response comes, other events do.",
        "facts F1: no event for 3 s while a reply is due",
        only=AUDIO,
        after=2,
    ),
    Fault(
        "engine.error",
        "engine",
        "report",
        "An error event comes before this event; the session goes on.",
        "facts 3.9: most errors leave the session open",
        (
            Parameter("kind", "server_error", "type of the error"),
            Parameter("code", "server_error", "code of the error"),
            Parameter("message", "The server had an error while processing your request.", "its message"),
        ),
        only="response.created",
    ),
    Fault(
        "engine.rate_limited",
        "engine",
        "fail",
        "A response fails because the tokens of the minute are used up.",
        "120,000 tokens a minute; type rate_limit_error was seen",
        (Parameter("code", "rate_limit_exceeded", "code of the error"), Parameter("kind", "rate_limit_error", "its type")),
        only="response.done",
    ),
    Fault(
        "engine.response_failed",
        "engine",
        "fail",
        "A response ends as failed.",
        "facts 3.1: status failed with an error in status_details",
        (Parameter("code", "server_error", "code of the error"), Parameter("kind", "server_error", "its type")),
        only="response.done",
    ),
    Fault("engine.missing", "engine", "omit", "The event that `only` names never comes.", "facts F1", only="response.done"),
    Fault("engine.duplicated", "engine", "repeat", "An event comes twice.", "services retry within", only="response.done"),
    Fault(
        "engine.reordered",
        "engine",
        "swap",
        "An event is overtaken by the next one.",
        "facts 3.3: transcripts come anywhere, late deltas after response.done",
        only=AUDIO,
    ),
    Fault("engine.late", "engine", "delay", "An event and all behind it come late.", "17 s were logged", (LATE,), only=AUDIO),
    Fault(
        "engine.garbled",
        "engine",
        "garble",
        "A frame comes before this event that is no JSON, of a type nobody knows, without its body, or binary.",
        "facts: types were added without notice (conversation.item.done)",
        (Parameter("kind", "unknown", "what it is", choices=("text", "unknown", "empty", "binary")),),
        only=AUDIO,
    ),
    Fault(
        "engine.slow",
        "engine-read",
        "delay",
        "The service does not read for a while: what the client sends piles up.",
        "facts F24: slow consumers",
        (Parameter("ms", 5_000, "how long", "ms"),),
        after=50,
    ),
)
