"""Whoever listens to an engine in a test: remembers what it was told, and waits for what is to come."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from voiceagent.call.events import Event

PATIENCE_SECONDS = 20


class Listener:
    """An `EngineListener`. `audio_bytes` is how much sound came, decoded."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.audio_bytes = 0
        self.news = asyncio.Event()

    def deliver(self, event: Event) -> None:
        self.events.append(event)
        self.news.set()

    def reply_audio(self, reply_id: str, item_id: str, payload: bytes) -> None:
        self.audio_bytes += len(base64.b64decode(payload))
        self.news.set()

    async def until(self, kind: type[Event], count: int = 1) -> Any:
        """The newest event of a kind, once there are so many."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(found := [event for event in self.events if isinstance(event, kind)]) < count:
                self.news.clear()
                await self.news.wait()
        return found[-1]
