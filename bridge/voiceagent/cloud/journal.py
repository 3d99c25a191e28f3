"""What provisioning has done, on disk before and after each request that changes Azure, so that a crash loses nothing.

One JSON object a line in `.voiceagent/provision.jsonl` of the project: `began` a step, `sent` and `answered` its request,
`done` it, `gone` what was removed. Nothing secret is written. From it follow what is ours to remove, the search that cost one
of five a week, and whether a purchase may be under way.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voiceagent.cloud.resource import Resource
from voiceagent.errors import UserError

WEEK_SECONDS = 7 * 86_400.0
SEEN_ONTO_DISK = ("sent", "done", "refused", "gone")
"""After these even a machine that loses its power knows what was done; the others a killed process does not lose either."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line."""

    what: str
    at: float
    key: str
    facts: Mapping[str, Any]


class Journal:
    """The journal of one project in one subscription and group; `place` tells which, and others' entries are passed over."""

    def __init__(self, path: Path, *, place: str) -> None:
        self.path = path
        self._place = place
        self.entries = [entry for entry in _read(path) if entry.facts.get("place") == place]

    def write(self, what: str, key: str, at: float, **facts: Any) -> None:
        """Add a line. What is about to be sent, and what came of it, is seen onto the disk with all that was before it."""
        entry = {"what": what, "at": at, "key": key, "place": self._place, **facts}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()
            if what in SEEN_ONTO_DISK:
                os.fsync(file.fileno())
        self.entries.append(Entry(what, at, key, entry))

    def made(self) -> list[Resource]:
        """What we began to make and have not removed, in the order of its making. It need not be there: ask."""
        found: dict[str, Resource] = {}
        for entry in self.entries:
            if entry.what == "began" and entry.facts.get("action") == "create":
                found.setdefault(entry.key, _resource(entry.facts["resource"]))
            elif entry.what == "done" and entry.key in found and "learned" in entry.facts:
                found[entry.key] = _with_learned(found[entry.key], entry.facts["learned"])
            elif entry.what == "gone":
                found.pop(entry.key, None)
        return list(found.values())

    def search(self, now: float) -> Mapping[str, str]:
        """What the last search found, while it is held for us and has not been used up; else empty."""
        for entry in reversed(self.entries):
            if entry.key.startswith("number:") and entry.what in ("done", "gone"):
                return {}
            if entry.what == "done" and entry.key.startswith("search:"):
                learned: Mapping[str, str] = entry.facts.get("learned", {})
                return learned if float(learned.get("search.expires", 0)) > now else {}
        return {}

    def bought(self) -> str:
        """The number whose purchase was begun last, whether or not we heard that it was done; empty when there is none."""
        for entry in reversed(self.entries):
            if entry.key.startswith("number:"):
                if entry.what == "gone":
                    return ""
                if entry.what == "began":
                    return str(entry.facts.get("number", ""))
        return ""

    def purchase_is_open(self) -> bool:
        """Whether a purchase was sent and nothing is known of its end."""
        for entry in reversed(self.entries):
            if entry.key.startswith("number:") and entry.what in ("done", "gone", "refused"):
                return False
            if entry.key.startswith("number:") and entry.what == "sent":
                return True
        return False

    def this_week(self, kind: str, now: float) -> int:
        """How many requests of a kind (`search`, `number`) were sent within seven days."""
        return sum(
            1
            for entry in self.entries
            if entry.what == "sent" and entry.key.startswith(f"{kind}:") and entry.facts.get("action") == "create"
            if entry.at > now - WEEK_SECONDS
        )


def _read(path: Path) -> Iterator[Entry]:
    if not path.is_file():
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            facts = json.loads(line)
            yield Entry(facts["what"], float(facts["at"]), facts["key"], facts)
        except (ValueError, KeyError, TypeError) as error:
            if number == len(lines):
                return  # the machine went down in the middle of the last line: that entry did not happen
            raise UserError(
                f"{path}:{number} is no line of the journal",
                remedy="put it back from a backup; without it `destroy` does not know what is ours",
            ) from error


def written(resource: Resource) -> dict[str, Any]:
    """A resource as it is kept: enough to find and remove it again."""
    return {
        "kind": resource.kind,
        "name": resource.name,
        "at": dict(resource.at),
        "tagged": "tags" in resource.body,
        "gives": dict(resource.gives),
    }


def _resource(facts: Mapping[str, Any]) -> Resource:
    body: dict[str, Any] = {"tags": {}} if facts.get("tagged") else {}
    return Resource(facts["kind"], facts["name"], facts["at"], body, gives=facts.get("gives", {}))


def _with_learned(resource: Resource, learned: Mapping[str, str]) -> Resource:
    return Resource(resource.kind, resource.name, resource.at, resource.body, gives={**resource.gives, **learned})
