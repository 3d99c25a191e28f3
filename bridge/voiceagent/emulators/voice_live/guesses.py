"""What the emulated engines do without knowing that the real ones do it."""

from __future__ import annotations

from voiceagent.emulators.guess import Guess


def _of(id_: str, sentence: str, source: str = "not documented") -> Guess:
    return Guess(id_, "voice-live", sentence, source)


VOICE_LIVE_GUESSES: tuple[Guess, ...] = (
    _of("vl-v1", "api-version=v1 is accepted.", "azure-rest-api-specs VoiceLive/v1; nobody has shown it on the live service"),
    _of("vl-quota-status", "One new connection too many is HTTP 429.", "the quota is documented, its status is not"),
    _of(
        "vl-expiry",
        "A session that is too old gets `session_expired` and close code 1001.",
        "seen on OpenAI, not on Voice Live",
    ),
    _of("vl-overflow", "Output that waits is too much beyond 8 MB.", "the error and 1008 were seen, the size was not"),
    _of("vl-old-echo", "Versions before 2026-04-10 do not echo the settings that were first recorded then."),
    _of(
        "vl-cascaded-voice", "Cascaded models begin with the voice en-US-Ava:DragonHDLatestNeural.", "an HD voice of the pages"
    ),
    _of("vl-openai-voice", "A cascaded model refuses an OpenAI voice.", "documented as not available, not as an error"),
    _of(
        "vl-preview-session", "The session of Azure OpenAI's beta looks like OpenAI's beta session.", "openai 3.54, types/beta"
    ),
    _of("vl-agent-object", "An agent shows itself in the session with its name, an id and a thread.", "AgentConfig of the SDK"),
    _of(
        "vl-agent-settings",
        "What an agent decides itself is ignored, its instructions are refused.",
        "documented as not allowed",
    ),
    _of("vl-unknown-settings", "A setting that the version does not know is ignored with a `warning`."),
    _of("vl-one-detector", "All kinds of turn detection find the same turns; what sets them apart is echoed."),
    _of("vl-late-words", "The code of a response that fails on a setting is unsupported_parameter.", "pydantic-ai saw it fail"),
    _of(
        "vl-cascaded-order", "A cascaded model tells the words before the item.", "the .NET live test asserts it, no recording"
    ),
    _of("vl-barge-in-order", "An interrupted response is truncated, closed part by part and done.", "OpenAI's order"),
    _of("vl-tokens", "A token is four characters; nothing is ever cached."),
    _of(
        "vl-commit", "A response commits the buffer only when asked to with `commit: true`.", "the SDK says true is the default"
    ),
    _of("vl-client-turns", "A turn that the client bounds becomes an item and is not answered by itself.", "only in the SDK"),
    _of(
        "vl-idle-timeout",
        "After idle_timeout_ms of silence behind the last response an empty turn is answered; noticed while audio is appended.",
        "OpenAI documents it; Voice Live echoes the setting and tells no event",
    ),
    _of("vl-input-text", "Text that is streamed into an item is not answered.", "the SDK has no event for it"),
    _of(
        "vl-interim",
        "Interim words are an item of the response, before the answer; a model's words are a fixed sentence.",
        "seen: its id",
    ),
    _of(
        "vl-word-times", "Words, mouth shapes and faces share the time of their sound by letters.", "the events are documented"
    ),
    _of("vl-avatar", "An avatar's offer is accepted without a picture, and the avatar is told to speak and to idle."),
    _of(
        "vl-mcp-approval",
        "An approved call becomes an item and runs at once, outside any response.",
        "the sample waits for no response",
    ),
)
