"""What can be ordered of a call that is driven from outside: say something and tell the answer; end it and tell how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError
from voiceagent.local.talking import UNNOTICED_SECONDS, Talking

if TYPE_CHECKING:
    from voiceagent.speech.port import Voice

TOLD = ("CallerTurnNoted", "AgentTurnNoted", "ToolNoted", "TransferNoted", "BargeInNoted", "Warned")
"""The notes that answer the question: and then?"""


class Orders:
    """The orders for one call. Whoever holds the call sets `report` when it is over."""

    def __init__(self, held: Talking, *, voice: Voice | None = None) -> None:
        self.report: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._held = held
        self._voice = voice
        self._one_at_a_time = asyncio.Lock()

    async def carry_out(self, order: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises UserError for an order that makes no sense."""
        match order:
            case {"do": "say", "text": str(text)} if text.strip():
                async with self._one_at_a_time:
                    return await self._say(text.strip(), in_writing=bool(order.get("in_writing")))
            case {"do": "stop"}:
                self._held.talk.hang_up()
                return {"over": True, "report": await self.report}
        raise UserError("That is nothing to say.", remedy="voiceagent say 'Where is my order?'")

    async def _say(self, text: str, *, in_writing: bool) -> Mapping[str, Any]:
        talk, notes = self._held.talk, []
        with self._held.feed.subscribe() as feed:
            if await talk.callers_turn():
                await self._speak(text, in_writing=in_writing)
                await talk.answered(UNNOTICED_SECONDS)
            feed.close()
            notes = [dict(item) async for item in feed if item.get("note") in TOLD]
        return {"over": talk.runner.end is not None, "notes": notes}

    async def _speak(self, text: str, *, in_writing: bool) -> None:
        leg = self._held.leg
        if leg is None or in_writing:
            self._held.talk.write(text)
            return
        pcm = await asyncio.to_thread(self._spoken, text, leg.sample_rate)
        await leg.say(pcm).wait()

    def _spoken(self, text: str, rate: int) -> bytes:
        """In another timbre than the agent's. Blocks; the first time for the second or two that a voice takes to load."""
        if self._voice is None:
            from voiceagent.speech.parts import load_voice

            self._voice = load_voice()
        return b"".join(self._voice.stream(text, rate=rate, variant="caller-high"))
