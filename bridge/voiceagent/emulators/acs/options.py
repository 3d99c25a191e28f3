"""Every delay, limit and choice of the emulated telephone network, with what is known of the real one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """How the network behaves. The defaults are right for people; tests shorten the delays.

    Numbers the real service documents: the ring, the token lifetimes, the frame. The others are guesses, listed in
    `docs/emulators/acs.md`, so that a capture of the real service can replace them.
    """

    ring_ms: float = 30_000
    """An unanswered call rings this long."""
    # unverified: media-dial-delay
    connect_ms: float = 150
    """From the answer to the dialling of the media socket; the real service was seen to take 1000 to 1500."""
    clock_skew_seconds: float = 900
    """How far `x-ms-date` of a signed request may be off."""
    https_only: bool = False
    """Refuse http callback and ws media addresses, as the real service does."""

    human_answers_ms: float = 1_000
    human_busy_ms: float = 400
    human_declines_ms: float = 1_500
    human_gives_up_ms: float | None = None
    """Ring of a human who never answers; None: the invitation's own time-out."""
    human_leaves_ms: float = 1_500
    """How soon a human hangs up again who does so."""
    together_ms: float = 1_000
    """How long caller and human stay on the line after the agent has left."""
    listening_ms: float = 5_000
    """How long caller and human stay on the line when the agent does not leave."""

    silent_after_ms: float = 2_000
    """Frames are marked silent when nothing was said for this long. A line has noise for as long after words at the least, and
    apps that leave out silent frames, as Azure's own samples do, need to hear the end of a turn."""
    patience_ms: float = 700
    """The caller takes the agent to have finished after this much silence at the ear."""
    greeting_wait_ms: float = 4_000
    """The caller speaks first when no agent is heard for this long after the media opened."""
    answer_wait_ms: float = 12_000
    """The caller goes on with the script when no answer is heard for this long."""
    farewell_ms: float = 1_500
    """Silence after the last answer before the caller hangs up; longer than `patience_ms`, as a tool may still be running."""

    most_calls: int = 500
    """Calls at once; a further one cannot be placed."""
    ended_calls_kept: int = 200
    """Calls that ended are kept for reading, the oldest are forgotten first."""
    ear_minutes: float = 30
    """Audio of a call that is kept for recordings; later audio is measured but not kept."""
    # unverified: callback-retries
    callback_attempts: int = 3
    """A mid-call callback is tried this often; the real retry policy is not documented."""
    event_grid_scale: float = 1.0
    """Multiplies Event Grid's retry delays; below 1 for tests."""
    event_grid_duplicates: bool = False
    """Deliver each event twice, as at-least-once delivery may."""
    event_grid_reorder_ms: float = 0
    """Hold each delivery back for a chance time of up to this: Event Grid promises no order."""
    dead_letters: Path | None = None
    """Folder for events that were given up, when a subscription names a container for them."""
    recordings: Path | None = None
    """Folder of the recordings; None: a temporary one that goes when the emulator goes."""
    seed: int | None = None
    """Makes all identifiers repeatable, and counts the times that messages carry instead of reading them."""
