"""What becomes of a caller who is not answered: sent to somebody else, or given a signal, and what the report says of it."""

from __future__ import annotations

from voiceagent.call.commands import Note, Warned
from voiceagent.config.handover import TransferTarget
from voiceagent.errors import RemoteError
from voiceagent.server.answering import Decision
from voiceagent.server.live import PhoneLine


async def turned_away(control: PhoneLine, decision: Decision, target: TransferTarget | None) -> tuple[list[Note], str]:
    """Carry out a decision not to answer; the notes of what was done, and the reason the call ends with.

    `target` is whom it names. A caller who cannot be sent there must not ring on: they get busy.
    """
    notes: list[Note] = []
    if decision.do == "redirect" and target is not None:
        try:
            await control.redirect(target)
        except RemoteError as error:
            notes.append(Warned("redirect_failed", str(error)))
        else:
            return [Warned(decision.why, f"the caller was sent to {decision.to}, unanswered")], "redirected"
    signal = "forbidden" if decision.do == "forbidden" else "busy"
    try:
        await control.reject(signal)
    except RemoteError as error:
        notes.append(Warned("reject_failed", str(error)))
    else:
        told = "the caller was given a busy signal" if signal == "busy" else "the caller was refused"
        notes.append(Warned(decision.why, told))
    return notes, decision.why if decision.why != "rule" else signal
