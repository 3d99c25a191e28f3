"""Which settings a running bridge read once, so that a changed one wants a restart: all others are for the next call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from voiceagent.config.schema import Settings
from voiceagent.engines.catalog import scope_of

_WHOLE = ("tunnel", "capture", "log", "shared", "telemetry")
"""Sections of which nothing is followed."""

_BUT: Mapping[str, frozenset[str]] = {
    "bridge": frozenset({"audio_format", "playback_ahead_ms", "lost_after_seconds"}),
    "acs": frozenset({"phone_number"}),
    "twilio": frozenset({"phone_number"}),
}
"""Sections of which these are followed, and nothing else: where the doors are, who is let in, which account is spoken for."""

_LET_IN = ("kind", "endpoint", "api_key")
"""What decides by which proof the engine is opened: the tokens of Entra are fetched by a task that the start begins."""

_PROOF = ("entra_app_id", "entra_tenant_id", "entra_sender_app_id", "entra_authority")
"""Who must have signed what Event Grid delivers; the rest of its section is for `provision`."""

_QUOTA = "engine_connections_per_minute"


def read_once_and_changed(at_start: Settings, now: Settings) -> list[str]:
    """The settings that are different now and count from the next start."""
    changed = list(_changed(at_start, now))
    if getattr(at_start.limits, _QUOTA) != getattr(now.limits, _QUOTA):
        changed.append(f"limits.{_QUOTA}")
    grid, grid_now = at_start.cloud.event_grid, now.cloud.event_grid
    changed += [f"cloud.event_grid.{name}" for name in _PROOF if getattr(grid, name) != getattr(grid_now, name)]
    if scope_of(at_start) != scope_of(now):
        before, after = at_start.engine, now.engine
        changed.append(next((f"engine.{name}" for name in _LET_IN if getattr(before, name) != getattr(after, name)), "engine"))
    return changed


def _changed(at_start: Settings, now: Settings) -> Iterator[str]:
    for section in (*_BUT, *_WHOLE):
        before, after = getattr(at_start, section), getattr(now, section)
        for name in type(before).model_fields:
            if name not in _BUT.get(section, ()) and getattr(before, name) != getattr(after, name):
                yield f"{section}.{name}"
