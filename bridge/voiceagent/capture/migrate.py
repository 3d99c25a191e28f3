"""Captures of earlier versions as ones of today: a chain of steps, each from one version to the next.

The version of the format is its own number and has nothing to do with voiceagent's. A change that old readers would
misunderstand makes a new one and, when records look different then, adds one step here: with it every earlier capture can be
read. From 1 to 2 no record changed: audio may lie aside since (`capture.aside`), and need not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from voiceagent.capture.records import VERSION, compact

Step = Callable[[dict[str, Any]], dict[str, Any]]
"""One record's object (or the header's) as the next version writes it."""

STEPS: Mapping[int, Step] = {}
"""By the version they start from; one that changes no record has none."""


def upgraded(raw: dict[str, Any], version: int, *, steps: Mapping[int, Step] = STEPS, target: int = VERSION) -> dict[str, Any]:
    """One object of an earlier version as today's."""
    for number in range(version, target):
        if number in steps:
            raw = steps[number](raw)
    return raw


def current(
    version: int, lines: Iterable[bytes], *, steps: Mapping[int, Step] = STEPS, target: int = VERSION
) -> Iterator[bytes]:
    """The lines of a capture of this version as lines of today. A line that is no record passes as it is: the reader tells."""
    unchanged = not any(number in steps for number in range(version, target))
    for line in lines:
        if unchanged:
            yield line
            continue
        try:
            raw = json.loads(line)
        except ValueError:
            yield line
        else:
            yield compact(upgraded(raw, version, steps=steps, target=target))
