"""What a caller's turn means under a set of rules, and what is still to be asked. Pure.

Nothing is remembered: `follow` reads a whole conversation from its beginning and arrives at what is open now. So a
conversation may be truncated or edited at any time, and the same conversation always means the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from voiceagent.config.schema import ThinkerRule, ThinkerSlot
from voiceagent.speech.hear.digits import find_number, is_mostly_number, longest_run, spoken_digits
from voiceagent.speech.think.phrases import chosen, said, yes_or_no
from voiceagent.speech.think.port import CallerSaid, Item, ToolWasCalled

_PRESSED = re.compile(r"The caller pressed ([0-9A-D*# ]+) on the keypad\.")
"""A turn of keys, as a bridge puts it into words. Nothing was said around them, so they are all there is to understand."""
_BEGINS_A_NUMBER = 2
"""Digits from which a turn of hardly anything else is taken for the beginning (or the rest) of a number."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A rule the caller's words selected, what is known for it, and digits of a number that is not complete yet."""

    rule: ThinkerRule
    known: Mapping[str, Any] = field(default_factory=dict)
    partial: str = ""
    asked_again: bool = False

    @property
    def missing(self) -> str:
        """The name of the slot to ask for next, or ""."""
        return next((name for name in self.rule.slots if name not in self.known), "")

    @property
    def missing_slot(self) -> ThinkerSlot | None:
        """The slot to ask for next."""
        return self.rule.slots.get(self.missing)


@dataclass(frozen=True, slots=True)
class Understood:
    """A turn's meaning: the wish to act upon now (None: not understood), and the wish that stays open for the next turn."""

    wish: Wish | None
    open: Wish | None


def follow(rules: Sequence[ThinkerRule], conversation: Sequence[Item]) -> Wish | None:
    """The wish that is open after all of a conversation: its missing slot is what the agent is asking for."""
    still_open: Wish | None = None
    for item in conversation:
        if isinstance(item, CallerSaid):
            still_open = understand(rules, item.text, still_open).open
        elif isinstance(item, ToolWasCalled):
            still_open = None
    return still_open


def understand(rules: Sequence[ThinkerRule], text: str, still_open: Wish | None) -> Understood:
    """Read one turn of the caller in the light of the wish that was open."""
    if keys := _PRESSED.fullmatch(text.strip()):
        text = keys[1]
    if still_open and (answered := _answer(still_open, text)):
        return _act(answered)
    selected = _select(rules, text)
    if selected is None:
        again = replace(still_open, asked_again=True) if still_open else None
        return Understood(again, again)
    if still_open and selected is still_open.rule:
        return _act(_gather(replace(still_open, asked_again=True), text))
    understood = _act(_gather(Wish(selected), text))
    # Small talk and a question in between do not make the agent forget what it asked for.
    return understood if selected.tool else replace(understood, open=still_open)


def _act(wish: Wish) -> Understood:
    return Understood(wish, wish if wish.missing else None)


def _select(rules: Sequence[ThinkerRule], text: str) -> ThinkerRule | None:
    for rule in rules:
        if said(text, rule.match):
            return rule
    # A number and hardly anything else: for the rule that can use such a number, though nobody asked for it.
    if not is_mostly_number(text):
        return None
    fitting = [rule for rule in rules if any(_digits(slot, text) for slot in rule.slots.values())]
    if not fitting and len(longest_run(text)) >= _BEGINS_A_NUMBER:
        fitting = [rule for rule in rules if any(slot.kind == "digits" for slot in rule.slots.values())]
    return fitting[0] if fitting else None


def _gather(wish: Wish, text: str) -> Wish:
    """Take from a turn whatever it tells about slots nobody has asked for: numbers and choices, not free text."""
    known = dict(wish.known)
    for name, slot in wish.rule.slots.items():
        value = _digits(slot, text) or (chosen(text, slot.choices) if slot.kind == "choice" else "")
        if value and name not in known:
            known[name] = value
    gathered = replace(wish, known=known)
    is_number_missing = gathered.missing_slot is not None and gathered.missing_slot.kind == "digits"
    return replace(gathered, partial=longest_run(text) if is_number_missing else "")


def _answer(wish: Wish, text: str) -> Wish | None:
    """The wish with its missing slot filled by an answer, or with more of its number; None when the turn is no answer."""
    slot, name = wish.missing_slot, wish.missing
    if slot is None:
        return None
    if slot.kind == "digits":
        return _answer_digits(wish, slot, text)
    value = _answer_value(slot, text)
    return None if value is None else replace(wish, known={**wish.known, name: value}, asked_again=False)


def _answer_value(slot: ThinkerSlot, text: str) -> Any:
    if slot.kind == "choice":
        return chosen(text, slot.choices) or None
    if slot.kind == "yes_no":
        return yes_or_no(text)
    return text.strip() or None


def _answer_digits(wish: Wish, slot: ThinkerSlot, text: str) -> Wish | None:
    whole = _digits(slot, text)
    rest = spoken_digits(text)
    if not whole and wish.partial and slot.min_digits <= len(wish.partial + rest) <= slot.max_digits and rest:
        whole = wish.partial + rest
    if whole:
        return replace(wish, known={**wish.known, wish.missing: whole}, partial="", asked_again=False)
    if rest and is_mostly_number(text):
        joined = wish.partial + rest
        return replace(wish, partial=joined if len(joined) < slot.min_digits else rest, asked_again=True)
    return None


def _digits(slot: ThinkerSlot, text: str) -> str:
    """The number a turn holds for a slot. Its digits may have come in several groups ("four two, then seven one")."""
    if slot.kind != "digits":
        return ""
    if whole := find_number(text, min_digits=slot.min_digits, max_digits=slot.max_digits):
        return whole
    joined = spoken_digits(text)
    fits = slot.min_digits <= len(joined) <= slot.max_digits
    return joined if fits and is_mostly_number(text) else ""
