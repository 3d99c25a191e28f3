"""What Event Grid and Call Automation want of the answers that an app's webhooks give."""

from __future__ import annotations

from voiceagent.emulators.lint.rule import Rule

GRID = "event-grid/delivery-and-retry.md"
HANDSHAKE = "event-grid/end-point-validation-event-grid-events-schema.md"

WEBHOOK_RULES: tuple[Rule, ...] = (
    Rule("grid-https", "error", "Event Grid delivers to https addresses alone.", HANDSHAKE),
    Rule("grid-validation-status", "error", "The validation event is answered with 200; 202 is not enough.", HANDSHAKE),
    Rule(
        "grid-validation-code", "error", "The answer to the validation event holds its code as validationResponse.", HANDSHAKE
    ),
    Rule("grid-validation-json", "warning", "The answer to the validation event is JSON, which has double quotes.", HANDSHAKE),
    Rule("grid-validation-slow", "error", "The validation event is answered within 30 s.", HANDSHAKE),
    Rule(
        "grid-consent",
        "error",
        "OPTIONS is answered with WebHook-Allowed-Origin; the status alone proves nothing.",
        "event-grid/end-point-validation-cloud-events-schema.md",
    ),
    Rule(
        "grid-not-repeated",
        "error",
        "After 400, 401, 403 and 413 an event is not tried again: the call is lost.",
        GRID,
    ),
    Rule("grid-status", "error", "An event is taken with 200 to 204; anything else is a failure.", GRID),
    Rule(
        "grid-slow",
        "warning",
        "A ringing phone waits for this answer; Event Grid gives up after 30 s and a call rings for 30 s.",
        f"{GRID}; call-automation/incoming-call-notification.md",
    ),
    Rule("grid-unreachable", "error", "The endpoint could not be reached; Event Grid delays further events.", GRID),
    Rule(
        "callback-status", "error", "A callback is taken with a 2xx status.", "Call Automation: callbacks; retries unverified"
    ),
    Rule(
        "callback-slow",
        "warning",
        "Callbacks come one after the other; one that is not answered within 5 s holds up the next.",
        "no limit documented; 5 s is what comparable webhooks allow",
    ),
    Rule("callback-unreachable", "error", "The callback address could not be reached.", "Call Automation: callbacks"),
)
