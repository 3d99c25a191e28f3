"""Captures of earlier versions as ones of today: a chain of steps, each from one version to the next.

The version of the format is its own number and has nothing to do with voiceagent's. There is only version 1 so far; a change
that old readers would misunderstand adds one step here, and with it every earlier capture can be read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from voiceagent.capture.records import VERSION, compact

Step = Callable[[dict[str, Any]], dict[str, Any]]
"""One record's object (or the header's) as the next version writes it."""

STEPS: Mapping[int, Step] = {}
"""By the version they start from."""


def upgraded(raw: dict[str, Any], version: int, *, steps: Mapping[int, Step] = STEPS, target: int = VERSION) -> dict[str, Any]:
    """One object of an earlier version as today's."""
    for number in range(version, target):
        raw = steps[number](raw)
    return raw


def current(
    version: int, lines: Iterable[bytes], *, steps: Mapping[int, Step] = STEPS, target: int = VERSION
) -> Iterator[bytes]:
    """The lines of a capture of this version as lines of today. A line that is no record passes as it is: the reader tells."""
    for line in lines:
        if version == target:
            yield line
            continue
        try:
            raw = json.loads(line)
        except ValueError:
            yield line
        else:
            yield compact(upgraded(raw, version, steps=steps, target=target))
