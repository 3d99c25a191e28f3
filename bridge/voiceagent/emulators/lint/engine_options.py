"""Looks at session options of Voice Live: which fit the model's family, which contradict each other. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from voiceagent.config.parallel_calls import refuses_parallel_calls
from voiceagent.emulators.lint import engine_families as families
from voiceagent.emulators.lint.rule import Breach
from voiceagent.protocol.owned import IN_AGENT_MODE

Options = Mapping[str, Any]


def look(patch: Options, session: Options, *, model: str, agent: bool, features: str) -> Iterator[Breach]:
    """What is wrong with a `session.update`. `session` is what is in force, `features` that parameter of the address."""
    for name in patch:
        if name not in families.OPTIONS:
            yield Breach("vl-unknown-option", f"It is `{name}`.", name)
        if agent and name in IN_AGENT_MODE and patch[name]:
            yield Breach("vl-agent-option", f"It is `{name}`.", name)
    yield from _listening(patch, model)
    yield from _speaking(patch, {**session, **patch}, model)
    yield from _thinking(patch, model)
    yield from _audio(patch, {**session, **patch}, features)
    yield from tools(patch.get("tools"))


def _listening(patch: Options, model: str) -> Iterator[Breach]:
    native, detection = families.is_native(model), patch.get("turn_detection")
    if isinstance(detection, Mapping):
        if detection.get("type") == "semantic_vad" and not model.startswith(families.REALTIME):
            yield Breach("vl-semantic-vad")
        if detection.get("end_of_utterance_detection") is not None and native:
            yield Breach("vl-end-of-utterance")
        threshold = detection.get("threshold")
        if isinstance(threshold, int | float) and not 0.01 <= threshold < 1:
            yield Breach("vl-threshold", f"It is {threshold}.")
        if detection.get("auto_truncate") and detection.get("interrupt_response") is False:
            yield Breach("vl-auto-truncate")
    reduction = patch.get("input_audio_noise_reduction")
    kind = reduction.get("type") if isinstance(reduction, Mapping) else reduction
    if kind in ("near_field", "far_field") and not model.startswith(families.REALTIME):
        yield Breach("vl-noise-reduction", f"It is {kind}.")
    transcription = patch.get("input_audio_transcription")
    if not isinstance(transcription, Mapping):
        return
    other = native or transcription.get("model") not in (None, "azure-speech")
    if other and (transcription.get("phrase_list") or transcription.get("custom_speech")):
        yield Breach("vl-phrase-list")


def _speaking(patch: Options, after: Options, model: str) -> Iterator[Breach]:
    voice = patch.get("voice")
    if families.is_openai_voice(voice) and (not families.is_native(model) or model.startswith("phi4")):
        yield Breach("vl-openai-voice")
    if isinstance(voice, Mapping):
        yield from _voice(voice, model)
    if "output_audio_format" in patch or "voice" in patch:
        shape = str(after.get("output_audio_format") or "pcm16")
        if families.is_openai_voice(after.get("voice")) and shape not in families.OPENAI_FORMATS:
            yield Breach("vl-formats", f"It is {shape}.")
    if patch.get("output_audio_timestamp_types") and families.is_openai_voice(after.get("voice")):
        yield Breach("vl-timestamps")
    interim = patch.get("interim_response")
    if isinstance(interim, Mapping):
        if families.is_native(model) or families.is_openai_voice(after.get("voice")):
            yield Breach("vl-interim")
        if "-" in str(interim.get("type", "")):
            yield Breach("vl-interim-type", frame=str(interim["type"]))
    if patch.get("modalities") == ["audio"]:
        yield Breach("vl-audio-alone")


def _voice(voice: Options, model: str) -> Iterator[Breach]:
    needed = {"azure-standard": "name", "azure-custom": "endpoint_id", "azure-personal": "model", "openai": "name"}
    field = needed.get(str(voice.get("type")))
    if field and not voice.get(field):
        yield Breach("vl-voice-field", f"{voice['type']} has `{field}`.")
    if voice.get("type") == "azure-realtime-native" and not model.startswith("azure-realtime"):
        yield Breach("vl-native-voice")
    rate = voice.get("rate")
    if rate is not None and not (isinstance(rate, str) and _between(rate, 0.5, 1.5)):
        yield Breach("vl-voice-rate", f"It is {rate!r}.")


def _thinking(patch: Options, model: str) -> Iterator[Breach]:
    if patch.get("parallel_tool_calls") is True and refuses_parallel_calls(model):
        yield Breach("vl-parallel-calls")
    if patch.get("reasoning_effort") and not families.is_native(model) and not families.reasons(model):
        yield Breach("vl-reasoning")
    temperature = patch.get("temperature")
    if isinstance(temperature, int | float):
        if not 0 <= temperature <= 2:
            yield Breach("vl-temperature", f"It is {temperature}.")
        if families.reasons(model):
            yield Breach("vl-temperature-reasoning")
    most = patch.get("max_response_output_tokens", patch.get("max_output_tokens"))
    if most is not None and most != "inf" and not (type(most) is int and 1 <= most <= 4096):
        yield Breach("vl-max-tokens", f"It is {most!r}.")
    if isinstance(patch.get("tool_choice"), Mapping) and families.is_native(model):
        yield Breach("vl-tool-choice")


def _audio(patch: Options, after: Options, features: str) -> Iterator[Breach]:
    if {"input_audio_format", "input_audio_sampling_rate"} & set(patch):
        g711 = str(after.get("input_audio_format", "")).startswith("g711")
        if g711 and patch.get("input_audio_sampling_rate") not in (None, 8000):
            yield Breach("vl-g711-rate")
    echo = patch.get("input_audio_echo_cancellation")
    ready = "client_ec_reference:true" in features and after.get("input_audio_format", "pcm16") == "pcm16"
    if isinstance(echo, Mapping) and echo.get("reference_source") == "client" and not ready:
        yield Breach("vl-echo-reference")


def tools(given: object) -> Iterator[Breach]:
    """Tools of a session or of a response."""
    for tool in given if isinstance(given, list) else ():
        kind = tool.get("type") if isinstance(tool, Mapping) else None
        if kind == "mcp":
            if not (tool.get("server_label") and tool.get("server_url")):
                yield Breach("vl-mcp-shape")
            continue
        schema = tool.get("parameters", {}) if isinstance(tool, Mapping) else None
        shaped = isinstance(schema, Mapping) and (not schema or schema.get("type") == "object")
        if kind != "function" or not tool.get("name") or not shaped:
            yield Breach("vl-tool-shape", frame=str(tool)[:200])


def _between(text: str, least: float, most: float) -> bool:
    try:
        return least <= float(text) <= most
    except ValueError:
        return False
