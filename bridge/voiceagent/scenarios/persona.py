"""A simulated caller: a chat model that plays somebody with a goal, and decides turn by turn what to say.

It hears the agent as the caller's phone does: when the agent has been quiet for a moment, the words so far are put to the
model, and what it answers becomes the caller's next step.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from voiceagent.errors import RemoteError, UserError
from voiceagent.local.chat import Chat
from voiceagent.scenarios.schema import Persona

if TYPE_CHECKING:
    from voiceagent.config.schema import ThinkerSection
    from voiceagent.local.phone import Phone

HANG_UP = "[hang up]"
SILENT_SECONDS = 15.0
"""A caller who hears nothing for this long says something, or gives up."""
AFTER_HUMAN_SECONDS = 2.0
CALL_ENDED = 409
"""What the phone answers when the caller should do more in a call that is over: no failure of ours."""

_PLAY = """You play a person who calls a phone agent. You are: {who}
Your goal: {goal}

Speak as people do on the telephone: one or two short sentences, no lists, no stage directions, nothing but the words you say.
Spell numbers digit by digit in words. Never play the agent. When your goal is reached, or clearly cannot be, say goodbye and
end with {hang_up}."""
_NOTHING_HEARD = "(The agent says nothing.)"


def chat_of(persona: Persona, thinker: ThinkerSection, *, where: str) -> Chat:
    """The endpoint that plays this persona. UserError when there is none."""
    base_url, model = persona.base_url or thinker.base_url, persona.model or thinker.model
    if not base_url or not model:
        raise UserError(
            f"{where}: a persona needs a chat model, and none is set.",
            remedy="set OPENAI_BASE_URL and OPENAI_MODEL (Ollama: http://127.0.0.1:11434/v1), or leave it out with -k",
        )
    return Chat(base_url, model, str.__str__(thinker.api_key))


class Impersonation:
    """One call by a persona: give it everything that happens, and let `play` run beside the call.

    `failure` tells why the caller could not go on; the caller has then hung up.
    """

    def __init__(self, persona: Persona, chat: Chat) -> None:
        self.failure = ""
        self._persona = persona
        self._chat = chat
        self._heard: list[str] = []
        self._turn_ended = asyncio.Event()
        self._messages: list[dict[str, str]] = [
            {"role": "system", "content": _PLAY.format(who=persona.who, goal=persona.goal, hang_up=HANG_UP)}
        ]

    def note(self, note: Mapping[str, Any]) -> None:
        """A note of the bridge: the agent's words."""
        if note.get("note") == "AgentTurnNoted":
            self._heard.append(str(note["text"]))

    async def play(self, phone: Phone, call_id: str) -> None:
        """Talk until the goal is reached, the model has had enough, or the call ends."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(phone, call_id))
                await self._talk(phone, call_id)
        except* RemoteError as errors:
            await self._give_up(errors.exceptions[0], phone, call_id)

    async def _give_up(self, error: BaseException, phone: Phone, call_id: str) -> None:
        if getattr(error, "status", None) != CALL_ENDED:
            self.failure = str(error)
            with suppress(RemoteError):
                await phone.hang_up(call_id)

    async def _listen(self, phone: Phone, call_id: str) -> None:
        async for line in phone.follow(call_id):
            if line["kind"] == "agent_heard":
                self._turn_ended.set()
            elif line["kind"] == "human_answers":
                await asyncio.sleep(AFTER_HUMAN_SECONDS)  # a caller who reached a human does not end the call in its face
                await phone.hang_up(call_id)

    async def _talk(self, phone: Phone, call_id: str) -> None:
        for turn in range(1, self._persona.max_turns + 1):
            await self._hear_out()
            text = await self._think()
            last = HANG_UP in text or turn == self._persona.max_turns
            words = text.replace(HANG_UP, " ").strip()
            steps = [{"say": words}] if words else []
            await phone.more_steps(call_id, steps, hang_up_after=last)
            if last:
                return

    async def _hear_out(self) -> None:
        """Until the agent has finished, or has said nothing for too long."""
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                await self._turn_ended.wait()
        except TimeoutError:
            pass
        self._turn_ended.clear()

    async def _think(self) -> str:
        heard, self._heard = " ".join(self._heard), []
        self._messages.append({"role": "user", "content": heard or _NOTHING_HEARD})
        text = await self._chat.answer(self._messages)
        self._messages.append({"role": "assistant", "content": text})
        return text
