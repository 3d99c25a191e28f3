"""The deterministic thinker: the same conversation always gives the same reply, so it is a brain for tests as well.

It follows the agent's rules (`[thinker]` in voiceagent.toml), or ones derived from the tools. What it does not
understand it says so; what the ear was unsure about it asks to hear again.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from voiceagent.config.schema import ThinkerRule, ThinkerSection
from voiceagent.speech.think.defaults import END, TRANSFER, Tool, rules_for
from voiceagent.speech.think.phrases import breaks_off
from voiceagent.speech.think.port import (
    AgentSaid,
    Call,
    CallerSaid,
    DigitsWanted,
    Item,
    Said,
    ToolAnswered,
    ToolWasCalled,
)
from voiceagent.speech.think.results import tool_reply
from voiceagent.speech.think.templates import fill, spell
from voiceagent.speech.think.understand import Understood, Wish, follow, understand

Move = Said | Call

REPEAT = "Sorry, could you repeat that?"
_DOUBTFUL = -0.45
"""Confidence below which words that mean nothing to us were probably misheard rather than meant for somebody else."""
_GUESSED = -0.8
"""Confidence below which not even understood words may end or hand over a call."""
_ASKS_FOR_NUMBER = re.compile(r"\b(number|code|digits|pin|id)\b[^.!]*\?", re.IGNORECASE)


class RulesThinker:
    """A `Thinker` that follows rules."""

    def __init__(self, section: ThinkerSection) -> None:
        self._written = section.rules
        self._fallback = section.fallback

    async def reply(self, conversation: Sequence[Item], tools: Sequence[Tool], instructions: str) -> AsyncIterator[Move]:  # noqa: ARG002 - the port's signature
        """The agent's next move; never raises for anything in the conversation."""
        for move in self.moves(conversation, tools):
            yield move

    def moves(self, conversation: Sequence[Item], tools: Sequence[Tool]) -> list[Move]:
        """The same, at once."""
        rules = rules_for(self._written, tools)
        replies = _tool_replies(rules, conversation)
        last = _last_turn(conversation)
        if last is None:
            return replies or ([] if conversation else [Said("Hello. How can I help you?")])
        return [*replies, *self._answer(rules, conversation, last, tools)]

    def expects_digits(self, conversation: Sequence[Item], tools: Sequence[Tool] = ()) -> DigitsWanted | None:
        """The number that was asked for, by a rule that misses one or in so many words; or one that some rule could use."""
        rules = rules_for(self._written, tools)
        still_open = follow(rules, conversation)
        if still_open and (slot := still_open.missing_slot) and slot.kind == "digits":
            return DigitsWanted(max(1, slot.min_digits - len(still_open.partial)), slot.max_digits)
        agent = next((item.text for item in reversed(conversation) if isinstance(item, AgentSaid)), "")
        return _number_of(rules, asked=bool(_ASKS_FOR_NUMBER.search(agent)))

    def unfinished(self, conversation: Sequence[Item], text: str, tools: Sequence[Tool] = ()) -> bool:
        """Whether the caller seems to have only paused: the sentence breaks off, or the number lacks digits."""
        rules = rules_for(self._written, tools)
        wish = understand(rules, text, follow(rules, conversation)).wish
        lacks_digits = wish is not None and bool(wish.partial)
        return lacks_digits or breaks_off(text)

    def _answer(
        self, rules: Sequence[ThinkerRule], conversation: Sequence[Item], last: int, tools: Sequence[Tool]
    ) -> list[Move]:
        turn = conversation[last]
        assert isinstance(turn, CallerSaid)
        understood = understand(rules, turn.text, follow(rules, conversation[:last]))
        if _is_doubtful(understood, turn):
            return [Said(REPEAT)]
        if understood.wish is None:
            return [Said(self._fallback)]
        return _act(understood.wish, turn.text, tools)


def _is_doubtful(understood: Understood, turn: CallerSaid) -> bool:
    if not turn.text.strip():
        return True
    if turn.confidence is None:
        return False
    if understood.wish is None:
        return turn.confidence < _DOUBTFUL
    return understood.wish.rule.tool in (TRANSFER, END) and turn.confidence < _GUESSED


def _act(wish: Wish, utterance: str, tools: Sequence[Tool]) -> list[Move]:
    rule = wish.rule
    if wish.missing:
        return [Said(_question(wish))]
    fields = {**wish.known, "utterance": utterance}
    if not rule.tool:
        return [Said(fill(rule.reply, fields))]
    tool = next((tool for tool in tools if tool.get("name") == rule.tool), None)
    if tool is None:
        return [Said("Sorry, I cannot do that at the moment.")]
    call = Call(rule.tool, json.dumps(_arguments(wish, fields, tool)))
    # These two end what can be said: their words come first. All others speak about the result.
    return [Said(fill(rule.reply, fields)), call] if rule.tool in (TRANSFER, END) and rule.reply else [call]


def _question(wish: Wish) -> str:
    ask = wish.rule.slots[wish.missing].ask
    if wish.partial:
        return f"I only heard {spell(wish.partial)}. {_without_opening(ask)}"
    return f"Sorry, I did not get that. {_without_opening(ask)}" if wish.asked_again else ask


def _without_opening(ask: str) -> str:
    """A question asked again does not begin with "Sure." once more."""
    return re.sub(r"^\w+( \w+)?[.!,]\s+(?=\S)", "", ask)


def _arguments(wish: Wish, fields: Mapping[str, Any], tool: Tool) -> dict[str, Any]:
    fixed = {name: fill(value, fields) if isinstance(value, str) else value for name, value in wish.rule.arguments.items()}
    properties = (tool.get("parameters") or {}).get("properties") or {}
    return {name: _typed(value, properties.get(name) or {}) for name, value in {**wish.known, **fixed}.items()}


def _typed(value: Any, schema: Mapping[str, Any]) -> Any:
    """Digits are a string, unless the tool wants a number."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and schema.get("type") in ("integer", "number"):
        return int(value)
    return value


def _last_turn(conversation: Sequence[Item]) -> int | None:
    """Where the caller's turn stands that waits for a reply; None when the agent or a tool had the last word."""
    for at in range(len(conversation) - 1, -1, -1):
        match conversation[at]:
            case CallerSaid():
                return at
            case AgentSaid() | ToolWasCalled() | ToolAnswered():
                return None
            case _:
                continue
    return None


def _tool_replies(rules: Sequence[ThinkerRule], conversation: Sequence[Item]) -> list[Move]:
    """What to say about results that nobody has spoken about yet."""
    calls = {item.call_id: item for item in conversation if isinstance(item, ToolWasCalled)}
    spoken_until = max((at for at, item in enumerate(conversation) if isinstance(item, AgentSaid)), default=-1)
    fresh = [item for item in conversation[spoken_until + 1 :] if isinstance(item, ToolAnswered)]
    replies = [tool_reply(rules, calls[answer.call_id], answer.output) for answer in fresh if answer.call_id in calls]
    return [Said(text) for text in replies if text]


def _number_of(rules: Sequence[ThinkerRule], *, asked: bool) -> DigitsWanted | None:
    """The number any of the rules could use; None when there is no such rule and none was asked for."""
    slots = [slot for rule in rules for slot in rule.slots.values() if slot.kind == "digits"]
    if not slots:
        return DigitsWanted(asked=True) if asked else None
    return DigitsWanted(min(slot.min_digits for slot in slots), max(slot.max_digits for slot in slots), asked=asked)
