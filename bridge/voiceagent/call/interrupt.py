"""What must be undone when the agent is cut off in the middle of what it says.

The engine usually has finished generating long before the caller interrupts; then there is nothing to cancel, and
everything unheard lies in our lane and at the telephony service. So stopping the playback comes first and never depends on
a reply being active.
"""

from __future__ import annotations

from voiceagent.call.commands import CancelReply, Command, DropAudioOf, StopPlayback, TruncateItem
from voiceagent.call.playback import Playback
from voiceagent.call.speech import Item, Speech

WORD_MS = 60.0
"""No further back for the sake of a whole word: what the engine remembers shall be what the caller heard."""


def cut_off(
    speech: Speech, playback: Playback, active_reply: str | None, now: float, *, cancel: bool, truncate: bool
) -> list[Command]:
    """The commands that make the agent silent now, and the notes of what it had said. Nothing said or queued: nothing to do.

    `cancel`: the engine does not cancel its active reply by itself. `truncate`: it does not shorten its memory by itself.
    """
    out: list[Command] = [StopPlayback()] if playback.audible(now) else []
    for reply_id in _unfinished(speech, active_reply):
        speech.drop(reply_id)
        out.append(DropAudioOf(reply_id))
    if cancel and active_reply is not None:
        out.append(CancelReply(active_reply))
    if truncate:
        out += _truncations(speech, playback, now)
    out += speech.stop(now)
    playback.flush(now)
    return out


def cut_point(speech: Speech, playback: Playback, now: float, *, truncate: bool) -> float:
    """Where the item being played is cut: as `cut_off` tells the engine in whole ms; 0 when nothing of any was heard."""
    for item in reversed(speech.items()):
        heard_ms = playback.heard_ms(item.item_id, now)
        if heard_ms:
            return _end_of(item, heard_ms) if truncate and not item.unknown_to_engine else heard_ms
    return 0.0


def _unfinished(speech: Speech, active_reply: str | None) -> list[str]:
    """Replies of which audio may still come, the active one first."""
    replies = [active_reply, *(item.reply_id for item in speech.items() if not item.all_sent)]
    return [reply_id for reply_id in dict.fromkeys(replies) if reply_id is not None]


def _truncations(speech: Speech, playback: Playback, now: float) -> list[Command]:
    return [
        # Rounded down: the engine refuses to truncate beyond what it has generated.
        TruncateItem(item.item_id, int(_end_of(item, playback.heard_ms(item.item_id, now))))
        for item in speech.items()
        if playback.arrived_ms(item.item_id) and not item.unknown_to_engine
    ]


def _end_of(item: Item, heard_ms: float) -> float:
    """Where the engine's memory shall end: half a word that has just begun was not understood, and might be remembered."""
    whole = item.whole_words(heard_ms)
    return heard_ms if whole is None or heard_ms - whole > WORD_MS else whole
