"""Replays one capture exactly and says what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from voiceagent.capture.seal import CaptureKey
from voiceagent.errors import VoiceagentError
from voiceagent.replay import changed
from voiceagent.replay.exact import CannotReplay, ExactReplay
from voiceagent.replay.result import Result, Verdict


def replay_exactly(
    path: Path,
    *,
    project: Path | None = None,
    key: CaptureKey | None = None,
    strictly: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> Result:
    """The result. `project` is looked at when something differs; `strictly`: a report that differs is a difference.

    UserError for a file that is no capture.
    """
    began = clock()
    replay = ExactReplay(path, key=key)
    try:
        replay.run()
    except CannotReplay as error:
        return Result(
            capture=str(path),
            mode="exact",
            verdict="failed",
            sentence=str(error),
            commands=replay.comparing.compared,
            stopped=replay.recorded.stopped,
            difference=_first(replay),
            versions=changed.versions(replay.recorded.header),
        )
    took = clock() - began
    told = replay.told.differences()
    difference = _first(replay)
    verdict: Verdict = "different" if difference is not None or (strictly and told) else "same"
    return Result(
        capture=str(path),
        mode="exact",
        verdict=verdict,
        speed_x=replay.duration_ms / 1000 / took,
        commands=replay.comparing.compared,
        stopped=replay.recorded.stopped,
        difference=difference,
        wire=_wire(replay),
        told=told,
        versions=changed.versions(replay.recorded.header),
        project=_project(replay, project or changed.project_of(path)) if verdict == "different" else (),
        call=replay.told.report(),
    )


def _first(replay: ExactReplay) -> dict[str, Any] | None:
    """The first command that differs; when none does, the first frame."""
    first = replay.comparing.first
    if first is not None:
        return first.json()
    if replay.wire is not None and replay.wire.first:
        return {**replay.wire.first[0].json(), "context": []}
    return None


def _wire(replay: ExactReplay) -> dict[str, Any] | None:
    if replay.wire is None or not replay.frames_kept:
        return None
    check = replay.wire
    return {"frames": check.frames, "differences": check.count, "first": [one.json() for one in check.first]}


def _project(replay: ExactReplay, directory: Path | None) -> list[str]:
    """Only asked when something differs: loading a project costs more than most replays."""
    if directory is None or replay.settings is None:
        return []
    try:
        return changed.project(replay.recorded.header, replay.settings, directory)
    except VoiceagentError as error:
        return [f"the project cannot be loaded: {error}"]
