"""What Voice Live wants of the clients of its sessions."""

from __future__ import annotations

from voiceagent.emulators.lint.rule import Rule

REFERENCE = "Voice Live API reference 2026-07-15"
HOW_TO = "voice-live-how-to.md"
FIELD = "pydantic-ai 2.68, realtime/azure.py, verified live"
QUOTAS = "speech-services-quotas-and-limits.md"
OPENAI_GUIDE = "OpenAI realtime guide: beta to GA migration"
AZURE_GUIDE = "Azure OpenAI: realtime audio, preview to GA migration"
EVENTS = "azure-ai-voicelive 1.3.1, client events"

ENGINE_RULES: tuple[Rule, ...] = (
    Rule("vl-version-unknown", "error", "There is no such api-version.", "azure-ai-docs: voice-live versions"),
    Rule("vl-version-preview", "warning", "Preview versions are switched off in time.", "azure-ai-docs: voice-live versions"),
    Rule("vl-path-old", "warning", "/voice-agent/realtime is the path of the first preview.", "azure-ai-voicelive 1.0.0b1"),
    Rule("vl-model-unknown", "warning", "No model of this name is documented.", "voice-live.md of 2026-09-29"),
    Rule("vl-key-for-agent", "error", "Agents take Entra tokens alone, no keys.", HOW_TO),
    Rule("vl-agent-pair", "error", "agent-name and agent-project-name go together.", "azure-ai-voicelive raises ValueError"),
    Rule(
        "vl-key-in-query-v1",
        "error",
        "Version v1 takes credentials in headers alone.",
        "azure-rest-api-specs VoiceLive/v1/readme.md",
    ),
    Rule("vl-quota", "warning", "More than 30 new connections in a minute: Azure answers 429 by default.", QUOTAS),
    Rule("ga-beta-header", "error", "The beta has ended; GA refuses requests that ask for it by OpenAI-Beta.", OPENAI_GUIDE),
    Rule("ga-preview-ended", "warning", "Azure OpenAI's preview address is retired; GA is /openai/v1/realtime.", AZURE_GUIDE),
    Rule("ga-beta-word", "error", "GA has this setting under another name.", OPENAI_GUIDE),
    Rule("vl-utf8", "error", "An event is UTF-8.", "RFC 6455, section 5.6"),
    Rule("vl-json", "error", "An event is one JSON object.", REFERENCE),
    Rule("vl-type-missing", "error", "An event has a type.", REFERENCE),
    Rule("vl-unknown-event", "error", "There is no client event of this type.", EVENTS),
    Rule("vl-unknown-field", "warning", "This event has no such field.", EVENTS),
    Rule("vl-unknown-option", "warning", "No version of Voice Live documents this session option.", REFERENCE),
    Rule("vl-refused", "error", "Voice Live refuses this event.", REFERENCE),
    Rule("vl-event-id", "error", "event_id is text.", EVENTS),
    Rule("vl-append-size", "error", "One append carries at most 15 MiB.", REFERENCE),
    Rule("vl-append-base64", "error", "Audio is base64.", REFERENCE),
    Rule("vl-append-odd", "error", "A sample of pcm16 has two bytes; this audio ends within one.", REFERENCE),
    Rule("vl-append-empty", "warning", "An append without audio does nothing.", REFERENCE),
    Rule(
        "vl-append-rate",
        "warning",
        "Audio comes at a pace that fits another sampling rate than the session's: words will not be understood.",
        "input_audio_sampling_rate: the default is 24000",
    ),
    Rule("vl-commit-empty", "error", "Nothing was appended that could be committed.", REFERENCE),
    Rule(
        "vl-response-active",
        "error",
        "A response is under way; a second one is refused.",
        "facts 8.3: cancel_previous does not help",
    ),
    Rule("vl-call-unknown", "error", "No function call has this call_id.", REFERENCE),
    Rule("vl-call-answered", "warning", "This function call has its output already.", REFERENCE),
    Rule("vl-output-not-text", "error", "The output of a function is text; objects are written as JSON text.", EVENTS),
    Rule("vl-item-unknown", "error", "No item has this id.", REFERENCE),
    Rule("vl-truncate-beyond", "error", "An item cannot be cut behind its end.", REFERENCE),
    Rule(
        "vl-greeting-voice",
        "error",
        "A pre-generated message is silent with an OpenAI voice.",
        f"{HOW_TO}; needs an Azure voice",
    ),
    Rule("vl-greeting-shape", "error", "A pre-generated message is an assistant's, with one part of text.", REFERENCE),
    Rule("vl-clear-output", "warning", "output_audio_buffer.clear is for avatars and WebRTC alone.", REFERENCE),
    Rule("vl-agent-option", "error", "The agent decides this; a client may not set it.", HOW_TO),
    Rule("vl-semantic-vad", "error", "semantic_vad is for gpt-realtime models alone.", "facts 4.4: refused by cascaded models"),
    Rule("vl-end-of-utterance", "error", "End-of-utterance detection breaks the session of a native model.", FIELD),
    Rule("vl-noise-reduction", "error", "near_field and far_field are for gpt-realtime models alone.", REFERENCE),
    Rule("vl-openai-voice", "error", "A cascaded model speaks through Azure voices alone.", "voice-live-how-to.md: voices"),
    Rule("vl-native-voice", "error", "azure-realtime-native voices are for azure-realtime alone.", REFERENCE),
    Rule("vl-voice-field", "error", "This kind of voice needs a further field.", "azure-ai-voicelive 1.3.1, voices"),
    Rule("vl-voice-rate", "error", 'The rate of a voice is text between "0.5" and "1.5".', REFERENCE),
    Rule("vl-interim", "error", "Interim responses are for cascaded models with Azure voices.", REFERENCE),
    Rule(
        "vl-interim-type",
        "error",
        "Types of interim responses are written with underscores.",
        "azure-ai-voicelive 1.3.1; the page is wrong",
    ),
    Rule("vl-phrase-list", "error", "phrase_list and custom_speech are for azure-speech, not for native models.", REFERENCE),
    Rule("vl-parallel-calls", "error", "gpt-realtime refuses an explicit parallel_tool_calls true; leave it out.", FIELD),
    Rule("vl-reasoning", "error", "reasoning_effort on a model that does not reason makes every response fail.", FIELD),
    Rule("vl-temperature", "error", "The temperature is between 0 and 2; the documentation says 0.6 to 1.2.", REFERENCE),
    Rule("vl-temperature-reasoning", "error", "A temperature on a reasoning model makes every response fail.", FIELD),
    Rule("vl-max-tokens", "error", 'max_response_output_tokens is 1 to 4096 or "inf".', REFERENCE),
    Rule("vl-threshold", "error", "The threshold of a turn detection is from 0.01 to below 1.", REFERENCE),
    Rule("vl-g711-rate", "warning", "G.711 has 8000 samples a second; input_audio_sampling_rate says otherwise.", REFERENCE),
    Rule(
        "vl-echo-reference", "error", "A client's echo reference takes features=client_ec_reference:true and pcm16.", REFERENCE
    ),
    Rule("vl-auto-truncate", "warning", "auto_truncate needs interrupt_response.", "how-to-voice-live-auto-truncation.md"),
    Rule("vl-audio-alone", "warning", "The modality audio alone is said to be refused in updates; add text.", HOW_TO),
    Rule("vl-timestamps", "warning", "Word timestamps come with Azure voices alone.", "huqianghui: Voice Live, measured"),
    Rule("vl-tool-shape", "error", "A function has a type, a name and parameters that are a JSON Schema object.", REFERENCE),
    Rule(
        "vl-tool-choice", "warning", "Forcing one function is not supported on realtime models.", "azure-sdk live tests skip it"
    ),
    Rule("vl-mcp-shape", "error", "An MCP server has a server_label and a server_url.", EVENTS),
    Rule("vl-formats", "error", "OpenAI voices speak pcm16 and G.711 alone.", "facts 4.2: output formats"),
)
