"""What each setting of a session may be: one function for each, which gives the value as the service echoes it or refuses it.

What is refused here the service refuses at once. What it takes and breaks on later is in `late`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voiceagent.emulators.voice_live import ear_checks as ear
from voiceagent.emulators.voice_live import templates
from voiceagent.emulators.voice_live.errors import bad_session, is_number
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.voices import voice

Check = Callable[[Any, Offer], Any]

INPUT_FORMATS = ("pcm16", "g711_ulaw", "g711_alaw")
OUTPUT_FORMATS = (*INPUT_FORMATS, *(f"pcm16_{rate}hz" for rate in (8000, 16000, 22050, 24000, 44100, 48000)))
MODALITIES = ("text", "audio", "animation", "avatar")
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")
INCLUDABLE = (
    "item.input_audio_transcription.logprobs",
    "item.input_audio_transcription.phrases",
    "file_search_call.results",
)
_MCP_MEMBERS: Mapping[str, Any] = {"headers": dict, "allowed_tools": list, "require_approval": str | dict}
INTERIM_TYPES = ("static_interim_response", "llm_interim_response")
MOST_TOKENS = 4096


def one_of(param: str, allowed: tuple[str, ...]) -> Check:
    def check(value: Any, _: Offer) -> Any:
        if value is not None and value not in allowed:
            raise bad_session(f"Invalid value: {value!r}. Supported values are: {', '.join(allowed)}.", f"session.{param}")
        return value

    return check


def list_of(param: str, allowed: tuple[str, ...]) -> Check:
    def check(value: Any, _: Offer) -> Any:
        if value is not None and not (isinstance(value, list) and all(one in allowed for one in value)):
            raise bad_session(f"Invalid value: {value!r}. Each is one of: {', '.join(allowed)}.", f"session.{param}")
        return value

    return check


def instructions(value: Any, offer: Offer) -> Any:
    if offer.agent:
        raise bad_session("Instructions cannot be set: the agent has its own.", "session.instructions")
    if value is not None and not isinstance(value, str):
        raise bad_session("Instructions are text.", "session.instructions")
    return value or templates.DEFAULT_INSTRUCTIONS


def modalities(value: Any, _: Offer) -> list[str]:
    if not isinstance(value, list) or not value or any(one not in MODALITIES for one in value):
        raise bad_session(f"Invalid modalities: {value!r}.", "session.modalities")
    return list(value)


def audio_format(value: Any, allowed: tuple[str, ...], param: str) -> str:
    """One spelling for both that are in use: early SDKs wrote `pcm16-16000hz`."""
    spelled = value.replace("-", "_") if isinstance(value, str) else value
    if spelled not in allowed:
        raise bad_session(f"Unsupported audio format: {value!r}.", param)
    return str(spelled)


def tools(value: Any, _: Offer) -> Any:
    if value is not None and not isinstance(value, list):
        raise bad_session("Tools are a list.", "session.tools")
    for place, tool in enumerate(value or ()):
        kind = tool.get("type") if isinstance(tool, Mapping) else None
        needed = {"function": ("name",), "mcp": ("server_label", "server_url"), "foundry_agent": ("agent_name",)}.get(str(kind))
        if needed is None:
            raise bad_session(f"Invalid value: {kind!r}. A tool is a function or mcp.", f"session.tools[{place}].type")
        for name in needed:
            if not isinstance(tool.get(name), str) or not tool[name]:
                raise bad_session(f"A tool of type '{kind}' needs '{name}'.", f"session.tools[{place}].{name}")
        for name, kinds in _MCP_MEMBERS.items():
            if kind == "mcp" and not isinstance(tool.get(name), kinds | None):
                raise bad_session(f"'{name}' of an MCP server is none such.", f"session.tools[{place}].{name}")
    return value or []


def tool_choice(value: Any, _: Offer) -> Any:
    named = isinstance(value, Mapping) and value.get("type") in ("function", "mcp")
    if value is not None and value not in ("auto", "none", "required") and not named:
        raise bad_session(f"Invalid value: {value!r}.", "session.tool_choice")
    return value if value is not None else "auto"


def parallel_tool_calls(value: Any, offer: Offer) -> Any:
    if value not in (None, True, False):
        raise bad_session("parallel_tool_calls is true or false.", "session.parallel_tool_calls")
    if value is True and offer.refuses_parallel_calls:
        raise bad_session(f"Parallel tool calls are not supported by '{offer.model}'.", "session.parallel_tool_calls")
    return value


def temperature(value: Any, _: Offer) -> Any:
    if value is not None and not (is_number(value) and 0 <= value <= 2):
        raise bad_session("The temperature is between 0 and 2.", "session.temperature")
    return value


def max_tokens(value: Any, _: Offer) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_TOKENS
    if value not in (None, "inf") and not whole:
        raise bad_session(f"The limit is 1 to {MOST_TOKENS}, or 'inf'.", "session.max_response_output_tokens")
    return "inf" if value is None else value


def interim_response(value: Any, _: Offer) -> Any:
    if value is None:
        return None
    if not isinstance(value, Mapping) or value.get("type") not in INTERIM_TYPES:
        raise bad_session(f"An interim response is one of: {', '.join(INTERIM_TYPES)}.", "session.interim_response.type")
    triggers = value.get("triggers")
    if triggers is not None and not (isinstance(triggers, list) and all(one in ("latency", "tool") for one in triggers)):
        raise bad_session("Its triggers are latency and tool.", "session.interim_response.triggers")
    texts = value.get("texts")
    if texts is not None and not (isinstance(texts, list) and all(isinstance(one, str) for one in texts)):
        raise bad_session("Its texts are a list of texts.", "session.interim_response.texts")
    after_ms = value.get("latency_threshold_ms")
    if after_ms is not None and not (is_number(after_ms) and after_ms >= 0):
        raise bad_session("Its threshold is a number of ms.", "session.interim_response.latency_threshold_ms")
    return dict(value)


def animation(value: Any, offer: Offer) -> Any:
    if value is not None and not isinstance(value, Mapping):
        raise bad_session("Animation is an object or null.", "session.animation")
    if value is not None:
        list_of("animation.outputs", ("blendshapes", "viseme_id"))(value.get("outputs"), offer)
    return value


def avatar(value: Any, _: Offer) -> Any:
    if value is not None and not (isinstance(value, Mapping) and isinstance(value.get("character"), str)):
        raise bad_session("An avatar needs a 'character'.", "session.avatar.character")
    return value


def metadata(value: Any, _: Offer) -> Any:
    good = isinstance(value, Mapping) and len(value) <= 16 and all(isinstance(one, str) for one in value.values())
    if value is not None and not good:
        raise bad_session("Metadata is at most 16 texts by name.", "session.metadata")
    return value


CHECKS: Mapping[str, Check] = {
    "instructions": instructions,
    "voice": voice,
    "modalities": modalities,
    "input_audio_format": lambda value, _: audio_format(value, INPUT_FORMATS, "session.input_audio_format"),
    "output_audio_format": lambda value, _: audio_format(value, OUTPUT_FORMATS, "session.output_audio_format"),
    "input_audio_sampling_rate": ear.sampling_rate,
    "input_audio_noise_reduction": ear.noise_reduction,
    "input_audio_echo_cancellation": ear.echo_cancellation,
    "input_audio_transcription": ear.transcription,
    "turn_detection": ear.turn_detection,
    "tools": tools,
    "tool_choice": tool_choice,
    "parallel_tool_calls": parallel_tool_calls,
    "temperature": temperature,
    "max_response_output_tokens": max_tokens,
    "reasoning_effort": one_of("reasoning_effort", EFFORTS),
    "interim_response": interim_response,
    "output_audio_timestamp_types": list_of("output_audio_timestamp_types", ("word",)),
    "include": list_of("include", INCLUDABLE),
    "animation": animation,
    "avatar": avatar,
    "metadata": metadata,
}
"""By the setting's canonical name; a setting without a check is taken as it is."""
