"""Tools that change things, that are slow, and that must not hear more than they need. None of them talks to a real bank."""

from __future__ import annotations

import asyncio

from voiceagent import CallContext, KeyEntry, SecretDigits, tool

PIN = "4271"


@tool(ask_first="Shall I block the card ending in {card_end}? Please say yes or no.", max_calls=2)
async def block_card(card_end: str, call: CallContext) -> dict[str, str]:
    """Block a lost or stolen card.

    Args:
        card_end: the last four digits of the card's number
    """
    await asyncio.sleep(2.5)  # as slow as systems of banks are
    call.state["blocked"] = card_end
    return {"card_end": card_end, "status": "blocked", "request": call.idempotency_key}


@tool(keys=KeyEntry(prompt="Please type your four digit PIN.", least=4, most=4), max_calls=3)
def check_pin(pin: SecretDigits) -> dict[str, object]:
    """Tell the balance of the caller's account. The caller types the PIN; never ask for it to be said aloud."""
    accepted = pin.shown == PIN
    return {"accepted": accepted, "balance": 1210} if accepted else {"accepted": accepted}


@tool
def branch_hours() -> dict[str, str]:
    """Tell when the branch is open."""
    return {"text": "The branch is open from nine to four, Monday to Friday."}


@tool
def loan_rate() -> dict[str, float]:
    """Tell what a loan costs at the moment, in percent a year."""
    return {"percent": 4.5}
