"""A session as a plain dictionary, for tests and for people who want to see what the engine believes was said."""

from __future__ import annotations

from typing import Any

from voiceagent.emulators.voice_live.conversation import Item
from voiceagent.emulators.voice_live.recorded import Playback
from voiceagent.emulators.voice_live.state import SessionState


def session_view(state: SessionState, *, is_open: bool) -> dict[str, Any]:
    """Everything about one session; `items[].text` is what the thinker sees, so it ends with what was heard."""
    return {
        "id": state.session["id"],
        "model": state.session["model"],
        "open": is_open,
        "session": dict(state.session),
        "items": [item_view(item) for item in state.exchange.conversation.items],
        "responses": [
            {"id": reply.id, "status": reply.status, "items": [item.id for item in reply.items]}
            for reply in state.exchange.replies
        ],
    }


def playback_view(session_id: str, playback: Playback, *, is_open: bool) -> dict[str, Any]:
    """A session that follows a recording: how far it got and what the client said otherwise."""
    return {
        "id": session_id,
        "recording": playback.recorded.name,
        "open": is_open,
        "over": playback.over,
        "differences": list(playback.differences),
    }


def item_view(item: Item) -> dict[str, Any]:
    """One item; absent things are null."""
    return {
        "id": item.id,
        "type": item.kind,
        "role": item.role or None,
        "status": item.status,
        "text": item.text or item.words(),
        "name": item.name or None,
        "call_id": item.call_id or None,
        "audio_ms": item.spoken.audio_ms if item.spoken else item.audio_ms or None,
        "audio_end_ms": item.spoken.heard_ms if item.spoken else None,
    }
