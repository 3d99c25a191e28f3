"""The JSON of every server event this emulator sends, field by field as recorded. Values in, dictionaries out.

`event_id` is added where the event leaves (`state`). RIOC in the comments: response_id, item_id, output_index, content_index.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Event = dict[str, Any]

_RIOC = ("response_id", "item_id", "output_index", "content_index")
_SEARCH = ("response_id", "item_id", "output_index", "sequence_number")
PLACES: Mapping[str, tuple[str, ...]] = {
    "response.audio_transcript.annotation.added": _RIOC,
    "response.animation_blendshapes.delta": _RIOC,
    "response.animation_viseme.delta": _RIOC,
    "response.audio_timestamp.delta": _RIOC,
    "response.video.delta": ("output_index",),
    **{
        f"response.{kind}_search_call.{how}": _SEARCH
        for kind in ("web", "file")
        for how in ("searching", "in_progress", "completed")
    },
}
"""Where in its response an event says that it belongs, for events that only a script sends."""


def event(kind: str, **fields: Any) -> Event:
    """Any event; fields in the order given."""
    return {"type": kind, **fields}


def error(body: Mapping[str, Any]) -> Event:
    return event("error", error=dict(body))


def warning(message: str, *, code: str, param: str) -> Event:
    return event("warning", warning={"message": message, "code": code, "param": param})


def item_created(previous_item_id: str | None, item: Mapping[str, Any]) -> Event:
    return event("conversation.item.created", previous_item_id=previous_item_id, item=dict(item))


def item_done(previous_item_id: str | None, item: Mapping[str, Any]) -> Event:
    return event("conversation.item.done", previous_item_id=previous_item_id, item=dict(item))


def transcription_delta(item_id: str, text: str) -> Event:
    return event("conversation.item.input_audio_transcription.delta", item_id=item_id, content_index=0, delta=text)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the caller said, how sure the ear is of it, and where in the appended stream it was."""

    text: str
    confidence: float | None = None
    starts_ms: float = 0.0
    audio_ms: float = 0.0


def transcription_completed(item_id: str, heard: Heard, *, told_in: Mapping[str, Any]) -> Event:
    """`told_in` is the session: its model decides how the transcription is billed, its `include` what else is told."""
    model = str((told_in["input_audio_transcription"] or {}).get("model"))
    included = told_in.get("include") or ()
    more: Event = {}
    if "item.input_audio_transcription.logprobs" in included:
        sure = math.log(heard.confidence or 1.0)
        more["logprobs"] = [{"token": one, "logprob": sure, "bytes": list(one.encode())} for one in heard.text.split()]
    if "item.input_audio_transcription.phrases" in included:
        more["phrases"] = [_phrase(heard)]
    return event(
        "conversation.item.input_audio_transcription.completed",
        item_id=item_id,
        content_index=0,
        transcript=heard.text,
        usage=_transcription_usage(model, heard.text, heard.audio_ms),
        **more,
    )


def _phrase(heard: Heard) -> Event:
    """All that was said as one phrase, its words in proportion to their letters."""
    words, at, letters = [], heard.starts_ms, max(1, len("".join(heard.text.split())))
    for word in heard.text.split():
        lasts = heard.audio_ms * len(word) / letters
        words.append({"text": word, "offset_milliseconds": int(at), "duration_milliseconds": int(lasts)})
        at += lasts
    return {
        "offset_milliseconds": int(heard.starts_ms),
        "duration_milliseconds": int(heard.audio_ms),
        "text": heard.text,
        "words": words,
        "locale": "en-US",
        "confidence": heard.confidence,
    }


def transcription_segment(item_id: str, heard: Heard, *, segment_id: str) -> Event:
    """All that was said as one stretch of one speaker."""
    return event(
        "conversation.item.input_audio_transcription.segment",
        item_id=item_id,
        content_index=0,
        id=segment_id,
        text=heard.text,
        speaker="speaker_0",
        start=heard.starts_ms / 1000,
        end=(heard.starts_ms + heard.audio_ms) / 1000,
    )


def _transcription_usage(model: str, text: str, audio_ms: float) -> Event:
    """What only OpenAI's own API tells: seconds for the whisper models, tokens for the others."""
    if "whisper" in model:
        return {"type": "duration", "seconds": round(audio_ms / 1000)}
    heard, written = int(audio_ms / 100), -(-len(text) // 4)
    return {
        "type": "tokens",
        "total_tokens": heard + written,
        "input_tokens": heard,
        "input_token_details": {"text_tokens": 0, "audio_tokens": heard},
        "output_tokens": written,
    }


def transcription_failed(item_id: str, fault: Mapping[str, Any]) -> Event:
    return event("conversation.item.input_audio_transcription.failed", item_id=item_id, content_index=0, error=dict(fault))


def fault(code: str, message: str) -> Event:
    """What went wrong on the service's side."""
    return {"type": "server_error", "code": code, "message": message, "param": None}


def message_item(item_id: str, role: str, status: str, content: Sequence[Mapping[str, Any]]) -> Event:
    return {
        "id": item_id,
        "object": "realtime.item",
        "type": "message",
        "status": status,
        "role": role,
        "content": [dict(part) for part in content],
    }


def call_item(item_id: str, status: str, *, name: str, call_id: str, arguments: str) -> Event:
    return {
        "id": item_id,
        "object": "realtime.item",
        "type": "function_call",
        "status": status,
        "name": name,
        "call_id": call_id,
        "arguments": arguments,
    }


def output_item(item_id: str, *, call_id: str, output: str) -> Event:
    """A function's result; recorded without a status."""
    return {
        "id": item_id,
        "object": "realtime.item",
        "type": "function_call_output",
        "call_id": call_id,
        "output": output,
    }


def response_object(
    response_id: str,
    *,
    conversation_id: str | None,
    session: Mapping[str, Any],
    status: str,
    details: Mapping[str, Any] | None = None,
    output: Sequence[Mapping[str, Any]] = (),
    usage: Mapping[str, Any] | None = None,
) -> Event:
    """`session` is the effective one: the session's settings with the overrides of this response."""
    return {
        "object": "realtime.response",
        "id": response_id,
        "status": status,
        "status_details": details,
        "output": [dict(item) for item in output],
        "usage": usage,
        "conversation_id": conversation_id,
        "modalities": list(session["modalities"]),
        "voice": session["voice"],
        "output_audio_format": session["output_audio_format"],
        "temperature": session.get("temperature"),
        "max_output_tokens": session["max_response_output_tokens"],
        "metadata": session.get("metadata"),
    }


def usage(*, text_in: int, audio_in: int, text_out: int, audio_out: int) -> Event:
    """Token counts; nothing is ever cached here."""
    return {
        "total_tokens": text_in + audio_in + text_out + audio_out,
        "input_tokens": text_in + audio_in,
        "output_tokens": text_out + audio_out,
        "input_token_details": {
            "cached_tokens": 0,
            "text_tokens": text_in,
            "audio_tokens": audio_in,
            "image_tokens": 0,
            "cached_tokens_details": {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0},
        },
        "output_token_details": {"text_tokens": text_out, "audio_tokens": audio_out, "reasoning_tokens": 0},
    }
