"""What Call Automation wants on the media socket."""

from __future__ import annotations

from voiceagent.emulators.lint.rule import Rule

DOCS = "how-tos/call-automation: audio streaming quickstart, outbound frames"
SDKS = "azure-sdk-for-net OutStreamingData, @azure/communication-call-automation 1.6.0"

SOCKET_RULES: tuple[Rule, ...] = (
    Rule("media-utf8", "error", "A media frame is UTF-8.", "RFC 6455, section 5.6"),
    Rule("media-json", "error", "A media frame is one JSON object.", DOCS),
    Rule("media-kind-missing", "error", "A media frame has a kind.", DOCS),
    Rule("media-kind-unknown", "error", "An app sends AudioData and StopAudio; other kinds are ignored.", f"{DOCS}; {SDKS}"),
    Rule("media-case", "warning", "No client of Microsoft's writes this name so; whether it is understood is not known.", SDKS),
    Rule("media-no-data", "error", "AudioData holds base64 text as its data.", DOCS),
    Rule("media-base64", "error", "Audio is base64.", DOCS),
    Rule("media-empty", "warning", "A frame without audio does nothing.", DOCS),
    Rule("media-odd", "error", "A sample has two bytes; this frame ends within one.", "audio streaming concept: 16-bit PCM"),
    Rule(
        "media-rate",
        "warning",
        "Frames of this size are 20 ms at another sample rate than the call's: they would be heard too fast or too slow.",
        "audio streaming concept: 640 bytes at 16 kHz, 960 at 24 kHz",
    ),
    Rule(
        "media-stop-shape", "error", "StopAudio is an empty object beside its kind, and AudioData is null.", f"{DOCS}; {SDKS}"
    ),
    Rule(
        "media-one-way",
        "error",
        "Audio was sent, but enableBidirectional was not set: nobody hears it.",
        "azure-sdk-for-python#37766",
    ),
    Rule(
        "media-early",
        "warning",
        "A frame came before the service's AudioMetadata.",
        "facts 4.2: the first frame tells the format",
    ),
    Rule(
        "media-fast",
        "warning",
        "More than a minute of audio is queued: how much the service keeps is not documented.",
        "facts 4.6: maximum queue length unverified",
    ),
    Rule(
        "media-large", "warning", "A frame of more than 1 MiB: the service's limit is not documented.", "facts 4.1: unverified"
    ),
    Rule("media-refused", "error", "The media socket could not be opened.", "subcodes 8581, 8603"),
)
