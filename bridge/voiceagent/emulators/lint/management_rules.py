"""What the phone number service and Resource Manager want of their clients."""

from __future__ import annotations

from voiceagent.emulators.lint.rule import Rule

NUMBERS = "azure-communication-phonenumbers 1.4.0"
ARM = "Azure Resource Manager: common API details"
CALLS = "ACS: incoming call concepts, Event Grid"

MANAGEMENT_RULES: tuple[Rule, ...] = (
    Rule("num-version-missing", "error", "A request names its api-version in the query.", NUMBERS),
    Rule("num-version-unknown", "error", "There is no such api-version of phone numbers.", NUMBERS),
    Rule("num-version-preview", "warning", "Preview versions are switched off without notice.", NUMBERS),
    Rule("num-json", "error", "A body is one JSON object in UTF-8.", NUMBERS),
    Rule("num-unknown-field", "warning", "This field is not in the request's model; it is ignored.", NUMBERS),
    Rule("num-merge-patch", "warning", "A change is announced as application/merge-patch+json.", NUMBERS),
    Rule("num-e164", "error", "A phone number in an address is E.164 with its plus, written %2B or +.", NUMBERS),
    Rule("num-refused", "error", "The phone number service refuses this request.", NUMBERS),
    Rule("arm-version-missing", "error", "A request names its api-version in the query.", ARM),
    Rule("arm-version-shape", "error", "An api-version is a date, for some with -preview behind it.", ARM),
    Rule("arm-json", "error", "A body is one JSON object in UTF-8.", ARM),
    Rule("arm-webhook-https", "error", "Event Grid delivers over https alone.", "Event Grid: webhook event delivery"),
    Rule(
        "arm-all-events",
        "warning",
        "Without includedEventTypes every event of the resource comes, messages and recordings too.",
        "Event Grid: event filtering",
    ),
    Rule(
        "arm-call-retries",
        "warning",
        "A call that was not answered within a minute is gone: two attempts within one minute are enough.",
        CALLS,
    ),
    Rule(
        "arm-open-secret",
        "warning",
        "A delivery header that looks like a secret is shown to all readers unless isSecret is set.",
        "Event Grid: custom delivery properties",
    ),
    Rule("arm-refused", "error", "Resource Manager refuses this request.", ARM),
)
