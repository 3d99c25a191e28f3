"""How the emulated service behaves: pace, lifetimes, quotas and the switches for behaviours that differ in the field."""

from __future__ import annotations

from dataclasses import dataclass

from voiceagent.emulators.voice_live.offer import Family


@dataclass(frozen=True, slots=True)
class EmulatorOptions:
    """The defaults are the real service's as far as they are known."""

    delta_ms: int = 250
    """Audio in one `response.audio.delta`: five tokens of 50 ms."""
    delta_interval_ms: float = 50
    """Time between two deltas: 250 ms of audio each 50 ms is five times real time, as measured; 0 sends at once."""
    session_seconds: float = 3600
    """Life of a session; then an error, and close code 1001."""
    model_family: Family = "auto"
    """What the models are, when their names do not tell: native (hear and speak themselves) or cascaded."""
    connections_per_minute: int | None = None
    """New connections before the service answers 429; the real quota is 30."""
    honour_cancel_previous: bool = False
    """Whether a `response.create` during a response cancels it. The real service says so and answers with an error."""
    late_deltas: int = 0
    """Audio deltas still sent after the `response.done` of a cancelled response, as seen in the field."""
    rate_limits: bool = False
    """Whether OpenAI's dialects tell what is left of the quota after each response; seen in one recorded session of many."""
    bearer_tokens: tuple[str, ...] = ()
    """Entra tokens accepted beside the key, `*` for any; the key itself is always accepted as a token."""
    recorded_speed: float = 1.0
    """How fast a recording that knows its times is played; 2 is twice as fast, 0 at once."""
    seed: int | None = None
    """Seed of all ids; None: different at every start."""
    outbox_bytes: int = 8 * 1024 * 1024
    """Most that may wait for a slow client; more ends the session with `session_output_overflow` and close code 1008.

    unverified: vl-overflow
    """
    remembered_sessions: int = 200
    """Ended sessions that `sessions()` still tells about; the oldest are forgotten."""
