"""What Azure's telephone side does wrong: requests refused or lost, callbacks and events that come twice, late or forged."""

from __future__ import annotations

from voiceagent.emulators.faults.fault import Fault, Parameter

RETRIES = "facts: the SDK sleeps for Retry-After and repeats with the same Repeatability-Request-ID (measured)"
AT_LEAST_ONCE = "Event Grid: delivery is at least once and in no order (event-grid/delivery-and-retry.md)"
CALLBACKS = "Call Automation documents no order and no retry rule for callbacks; they may precede the API's answer"
TOKENS = "Call Automation signs each callback anew for five minutes, the media socket for a day (secure-webhook-endpoint.md)"

TOKEN_KINDS = ("expired", "early", "issuer", "audience", "key", "unsigned", "garbled", "none")
"""Ways in which a token is wrong; `key` is a signature by a key that is not published, `none` sends no token at all."""

KIND = Parameter("kind", "expired", "what is wrong with the token", choices=TOKEN_KINDS)
LATE = Parameter("ms", 2_000, "how late", "ms")

_REQUESTS = (
    Fault(
        "request.throttled",
        "request",
        "refuse",
        "A request is answered with 429; with `retry_after_s` none the header Retry-After is missing.",
        f"{RETRIES}; 429 without Retry-After is raised at once; subcodes 8516, 8529, 8530",
        (
            Parameter("retry_after_s", 1, "value of Retry-After; none: no such header", "s", absent=True),
            Parameter("status", 429, "status of the answer"),
            # unverified: throttled-body
            Parameter("code", "8516", "subcode of the body"),
        ),
    ),
    Fault(
        "request.failed",
        "request",
        "refuse",
        "A request is answered with an error, 500 if nothing else is said; nothing was done.",
        "facts: the SDK repeats 500, 502, 503 and 504, the first time at once (measured)",
        (
            Parameter("status", 500, "status of the answer"),
            Parameter("code", "InternalServerError", "code of the body"),
            Parameter("retry_after_s", None, "value of Retry-After; none: no such header", "s"),
        ),
    ),
    Fault(
        "request.lost",
        "request",
        "lose",
        "The connection is cut instead of an answer: before the work is done, or after it (only the answer is lost).",
        "a connection may break at any moment; that is what Repeatability-Request-ID is for",
        (Parameter("when", "before", "whether the work is done", choices=("before", "after")),),
    ),
    Fault(
        "request.late",
        "request",
        "delay",
        "A request is carried out at once, but its answer comes late, so that callbacks overtake it.",
        "facts F8: events can arrive before the REST response that caused them (event processor how-to)",
        (LATE,),
    ),
    Fault(
        "request.hanging",
        "request",
        "hang",
        "A request gets no answer at all, and the connection stays open.",
        "half-open connections: a peer or a firewall that is gone without a word",
    ),
    Fault(
        "keys.unreachable",
        "request",
        "refuse",
        "The keys that verify tokens cannot be fetched.",
        "facts section 0: answer 503 then, never 401",
        (
            Parameter("status", 503, "status of the answer"),
            Parameter("code", "ServiceUnavailable", "code of the body"),
            Parameter("retry_after_s", None, "value of Retry-After; none: no such header", "s"),
        ),
        only="acs:keys",
        times=0,
    ),
    Fault(
        "recording.refused",
        "request",
        "refuse",
        "Recording cannot begin: 412/8583, or another status such as 408 or 409/8571.",
        "subcodes 8583 (incompatible media action), 8571 (recording conflict), 8553 (recording runs)",
        (
            Parameter("status", 412, "status of the answer"),
            Parameter("code", "8583", "subcode of the body"),
            Parameter("retry_after_s", None, "value of Retry-After; none: no such header", "s"),
        ),
        only="acs:start_recording",
    ),
    Fault(
        "clock.skewed",
        "clock",
        "skew",
        "The service's clock is wrong while this is armed: in tokens, times of events, and when it looks at signed requests.",
        "facts F25: clocks differ; samples allow five minutes in callbacks",
        (
            Parameter("seconds", 120, "how much", "s"),
            Parameter("direction", "ahead", "which way", choices=("ahead", "behind")),
        ),
        times=0,
    ),
)

_CALLBACKS = (
    Fault("callback.duplicated", "callback", "repeat", "A callback comes twice, with the same id.", CALLBACKS),
    Fault("callback.late", "callback", "delay", "A callback and all that follow it come late.", CALLBACKS, (LATE,)),
    Fault(
        "callback.reordered",
        "callback",
        "swap",
        "A callback is overtaken by the next one.",
        CALLBACKS,
        (Parameter("ms", 2_000, "how long it waits for the next one at most", "ms"),),
    ),
    Fault("callback.lost", "callback", "omit", "A callback never comes.", CALLBACKS),
    Fault(
        "callback.together",
        "callback",
        "join",
        "A callback and the next one come in one request, as an array of two.",
        "the body is an array; several events in one request are legal",
        (Parameter("ms", 2_000, "how long it waits for the next one at most", "ms"),),
    ),
    Fault("callback.forged", "callback", "forge", "A callback comes with a token that must not be accepted.", TOKENS, (KIND,)),
)

_DELIVERIES = (
    Fault("delivery.duplicated", "delivery", "repeat", "An event comes twice, with the same id.", AT_LEAST_ONCE),
    Fault("delivery.late", "delivery", "delay", "An event comes late.", AT_LEAST_ONCE, (LATE,)),
    Fault(
        "delivery.stale",
        "delivery",
        "age",
        "An event comes with a time long past, as after hours of delayed delivery.",
        "Event Grid delays new events to endpoints that failed, for hours; a call rings 30 s",
        (Parameter("seconds", 600, "how old it says it is", "s"),),
    ),
    Fault(
        "delivery.reordered",
        "delivery",
        "swap",
        "An event waits until another one has been delivered.",
        AT_LEAST_ONCE,
        (Parameter("ms", 2_000, "how long it waits at most", "ms"),),
    ),
    Fault("delivery.lost", "delivery", "omit", "An event never comes.", "endpoints that failed are muted, events expire"),
    Fault(
        "delivery.forged",
        "delivery",
        "forge",
        "An event comes with a wrong secret in its delivery headers, or without one.",
        "delivery headers are the shared secret (delivery-properties.md); anybody can post to an address",
        (Parameter("kind", "wrong", "what is wrong with the headers", choices=("wrong", "none")),),
    ),
)

PHONE_FAULTS = (*_REQUESTS, *_CALLBACKS, *_DELIVERIES)
