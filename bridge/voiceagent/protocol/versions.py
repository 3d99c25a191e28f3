"""What Voice Live's dated api-versions know, and since when: events, settings, spellings.

Read off the classes of the official Python packages, each for one version (1.0.0b1, 1.0.0, 1.2.0b3, 1.2.0, 1.3.0b1, 1.3.1),
and off recorded sessions of 2026-04-10, which win where the two differ: the service told `expires_at` two versions before the
package knew it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

Json = dict[str, Any]

VERSIONS = (
    "2025-05-01-preview",
    "2025-10-01",
    "2026-01-01-preview",
    "2026-04-10",
    "2026-06-01-preview",
    "2026-07-15",
    "2026-07-31-preview",
)
"""Oldest first."""
NEWEST = "2026-07-15"
"""The current one that is no preview."""

EVENTS_SINCE: Mapping[str, str] = {
    "mcp_approval_response": "2026-01-01-preview",
    "output_audio_buffer.clear": "2026-04-10",
    "input_text.delta": "2026-06-01-preview",
    "input_text.done": "2026-06-01-preview",
    "mcp_list_tools.in_progress": "2026-01-01-preview",
    "mcp_list_tools.completed": "2026-01-01-preview",
    "mcp_list_tools.failed": "2026-01-01-preview",
    "response.mcp_call_arguments.delta": "2026-01-01-preview",
    "response.mcp_call_arguments.done": "2026-01-01-preview",
    "response.mcp_call.in_progress": "2026-01-01-preview",
    "response.mcp_call.completed": "2026-01-01-preview",
    "response.mcp_call.failed": "2026-01-01-preview",
    "response.foundry_agent_call_arguments.delta": "2026-01-01-preview",
    "response.foundry_agent_call_arguments.done": "2026-01-01-preview",
    "response.foundry_agent_call.in_progress": "2026-01-01-preview",
    "response.foundry_agent_call.completed": "2026-01-01-preview",
    "response.foundry_agent_call.failed": "2026-01-01-preview",
    "conversation.item.done": "2026-04-10",
    "output_audio_buffer.cleared": "2026-04-10",
    "response.audio_transcript.annotation.added": "2026-04-10",
    "response.file_search_call.searching": "2026-04-10",
    "response.file_search_call.in_progress": "2026-04-10",
    "response.file_search_call.completed": "2026-04-10",
    "response.web_search_call.searching": "2026-04-10",
    "response.web_search_call.in_progress": "2026-04-10",
    "response.web_search_call.completed": "2026-04-10",
    "response.video.delta": "2026-04-10",
    "session.avatar.switch_to_speaking": "2026-04-10",
    "session.avatar.switch_to_idle": "2026-04-10",
    "warning": "2026-04-10",
    "response.invocation.delta": "2026-06-01-preview",
}
"""Events that came after the first version; all others were always there."""

PREVIEW_EVENTS: Mapping[str, frozenset[str]] = dict.fromkeys(
    (
        "rtc.call.sdp.create",
        "rtc.call.sdp.created",
        "rtc.call.error",
        "output_audio_buffer.started",
        "output_audio_buffer.stopped",
    ),
    frozenset({"2026-01-01-preview", "2026-06-01-preview", "2026-07-31-preview"}),
)
"""WebRTC, which no version without `preview` in its name knows."""

MEMBERS_SINCE: Mapping[str, Mapping[str, str]] = {
    "session": {
        "expires_at": "2026-04-10",
        "include": "2026-04-10",
        "metadata": "2026-04-10",
        "truncation_strategy": "2026-04-10",
        "greeting": "2026-04-10",
        "handoff": "2026-04-10",
        "interim_response": "2026-01-01-preview",
        "reasoning_effort": "2026-01-01-preview",
        "parallel_tool_calls": "2026-06-01-preview",
    },
    "session.turn_detection": {
        "create_response": "2025-10-01",
        "interrupt_response": "2025-10-01",
        "idle_timeout_ms": "2026-04-10",
        "appended_text_after_truncation": "2026-04-10",
    },
    "session.input_audio_transcription": {"phrase_list": "2025-10-01", "custom_speech": "2025-10-01"},
    "session.input_audio_echo_cancellation": {"reference_source": "2026-06-01-preview", "channels": "2026-06-01-preview"},
    "response": {
        "metadata": "2026-01-01-preview",
        "reasoning_effort": "2026-01-01-preview",
        "pre_generated_assistant_message": "2026-01-01-preview",
        "interim_response": "2026-04-10",
        "invoke_input": "2026-06-01-preview",
    },
    "response.usage.input_token_details": {"cached_tokens_details": "2025-10-01", "image_tokens": "2026-01-01-preview"},
    "response.usage.input_token_details.cached_tokens_details": {"image_tokens": "2026-01-01-preview"},
    "response.usage.output_token_details": {"reasoning_tokens": "2026-04-10"},
}
"""Members of sessions and responses that came after the first version, by where they are."""

IMAGE_URL_SINCE = "2026-06-01-preview"
"""Before, an `input_image` part named its picture `url`."""
UNDERSCORES_SINCE = "2026-01-01-preview"
"""Before, output formats were spelled `pcm16-8000hz`."""
SHORT_PADDING_BEFORE = "2026-04-10"
"""Before, turn detection padded speech with 300 ms by default."""


def at_least(version: str, since: str) -> bool:
    """Whether a version is this one or a later one."""
    return VERSIONS.index(version) >= VERSIONS.index(since)


def knows_event(version: str, kind: str) -> bool:
    """Whether an event of this type exists in a version."""
    if kind in PREVIEW_EVENTS:
        return version in PREVIEW_EVENTS[kind]
    return kind not in EVENTS_SINCE or at_least(version, EVENTS_SINCE[kind])


@lru_cache(maxsize=len(VERSIONS))
def _missing(version: str) -> tuple[tuple[tuple[str, ...], frozenset[str]], ...]:
    """What a version does not know: for each place the members to leave out."""
    return tuple(
        (tuple(place.split(".")), names)
        for place, members in MEMBERS_SINCE.items()
        if (names := frozenset(name for name, since in members.items() if not at_least(version, since)))
    )


def known_only(event: Json, version: str) -> Json:
    """An event without the members that its version does not know."""
    found = event
    for place, names in _missing(version):
        found = _without(found, place, names)
    return found


def missing_settings(version: str) -> frozenset[str]:
    """Session settings that a version does not know."""
    return next((names for place, names in _missing(version) if place == ("session",)), frozenset())


def _without(source: Json, place: Iterable[str], names: frozenset[str]) -> Json:
    step, *rest = place
    inner = source.get(step)
    if type(inner) is not dict:
        return source
    if rest:
        changed = _without(inner, rest, names)
    else:
        changed = inner if names.isdisjoint(inner) else {name: value for name, value in inner.items() if name not in names}
    return source if changed is inner else {**source, step: changed}


def respell(event: Json, version: str, *, to_wire: bool) -> Json:
    """An event with a version's spellings (`to_wire`) or with today's."""
    found = event
    if not at_least(version, UNDERSCORES_SINCE):
        for name in ("session", "response"):
            found = _with_format(found, name, ("_", "-") if to_wire else ("-", "_"))
    if not at_least(version, IMAGE_URL_SINCE) and type(found.get("item")) is dict:
        old, new = ("image_url", "url") if to_wire else ("url", "image_url")
        found = {**found, "item": _with_images(found["item"], old, new)}
    return found


def _with_format(event: Json, name: str, change: tuple[str, str]) -> Json:
    inner = event.get(name)
    spelled = inner.get("output_audio_format") if type(inner) is dict else None
    if type(inner) is not dict or type(spelled) is not str or not spelled.startswith("pcm16"):
        return event
    return {**event, name: {**inner, "output_audio_format": spelled.replace(*change)}}


def _with_images(item: Json, old: str, new: str) -> Json:
    content = item.get("content")
    if type(content) is not list:
        return item
    return {**item, "content": [_with_image(part, old, new) for part in content]}


def _with_image(part: Any, old: str, new: str) -> Any:
    if type(part) is not dict or part.get("type") != "input_image" or old not in part or new in part:
        return part
    return {new if name == old else name: value for name, value in part.items()}
