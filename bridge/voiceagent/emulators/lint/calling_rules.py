"""What Call Automation wants of the requests it gets."""

from __future__ import annotations

from voiceagent.emulators.lint.rule import Rule

API = "Call Automation 2026-03-12, request models"
FIELDS = "azure-communication-callautomation 1.6.0, as it sends"
CODES = "ACS troubleshooting: Call Automation error codes"

CALLING_RULES: tuple[Rule, ...] = (
    Rule("acs-refused", "error", "Call Automation refuses this request.", CODES),
    Rule("acs-version-missing", "error", "A request names its api-version in the query.", API),
    Rule("acs-version-unknown", "error", "There is no such api-version.", "SDK history: 2023-03-06 to 2026-03-12"),
    Rule(
        "acs-version-preview",
        "warning",
        "Preview versions are switched off without notice.",
        "azure-sdk-for-python#38974: No HTTP resource was found that matches the request URI",
    ),
    Rule(
        "acs-version-too-old",
        "error",
        "Bidirectional audio, 24 kHz and keys came with api-version 2025-05-15.",
        "azure-communication-callautomation 1.4.0, changelog",
    ),
    Rule("acs-body-encoding", "error", "A body is JSON in UTF-8.", API),
    Rule("acs-content-type", "warning", "A body is announced as application/json.", FIELDS),
    Rule("acs-unknown-field", "warning", "This field is not in the request's model; it is ignored.", API),
    Rule(
        "acs-https",
        "error",
        "Azure calls back over https alone.",
        "ACS troubleshooting: the field CallbackUri is invalid",
    ),
    Rule("acs-wss", "error", "Azure dials wss addresses alone.", "audio streaming concept; facts 4.1"),
    Rule("acs-uri-fragment", "error", "What is behind # in an address is never sent.", "RFC 3986, section 3.5"),
    Rule(
        "acs-uri-long",
        "warning",
        "An address this long may be cut or refused.",
        "no limit documented for ACS; 2,048 characters is Event Grid's and many proxies'",
    ),
    Rule(
        "acs-repeatability",
        "warning",
        "Without Repeatability-Request-ID and Repeatability-First-Sent a repeated request is done twice.",
        "the SDKs repeat 5xx answers and send both headers",
    ),
    Rule(
        "acs-repeatability-reused",
        "error",
        "A Repeatability-Request-ID stands for one request alone.",
        "OASIS Repeatable Requests",
    ),
    Rule("acs-first-sent", "warning", "Repeatability-First-Sent is an IMF-fixdate.", "OASIS Repeatable Requests; the SDKs"),
    Rule(
        "acs-media-content",
        "error",
        "The contentType of media streaming is audio.",
        "MediaStreamingContentType has this one value",
    ),
    Rule(
        "acs-media-one-way",
        "warning",
        "Without enableBidirectional the caller hears nothing of what is sent on the media socket.",
        "azure-sdk-for-python#37766",
    ),
    Rule(
        "acs-caller-id",
        "error",
        "Calling a phone number takes a sourceCallerIdNumber of the resource's own.",
        "ACS: PSTN calls of Call Automation",
    ),
    Rule("acs-number", "error", "A phone number is written as E.164, with its plus.", "ACS: phone number identifiers"),
    Rule("acs-mute-phone", "error", "Only ACS users can be muted.", "azure-communication-callautomation, mute_participant"),
    Rule("acs-many-tones", "error", "At most 18 tones are sent at once.", "control-mid-call-media-actions.md"),
    Rule("acs-tones-to-user", "error", "Tones are sent to phone numbers alone.", "control-mid-call-media-actions.md"),
    Rule(
        "acs-long-prompt",
        "warning",
        "A spoken prompt has at most 400 characters.",
        "microsoft/call-center-ai; not in the documentation",
    ),
    Rule("acs-prompt-https", "error", "Azure fetches prompts over https alone.", "play action: the file must be reachable"),
    Rule(
        "acs-sip-header",
        "error",
        "SIP headers are User-To-User, X-MS-Custom-… and X-…; others are dropped.",
        "azure-communication-callautomation 1.5.0, changelog",
    ),
    Rule("acs-recording-callback", "error", "The state callback of a recording is an https address.", "call-recording.md"),
)
