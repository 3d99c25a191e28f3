"""The lines of a project's `.env` that are ours: between two marks, to be changed and removed without the others. Pure."""

from __future__ import annotations

from collections.abc import Mapping

BEGIN = "# voiceagent provision: made by it, removed by `voiceagent provision destroy`"
END = "# voiceagent provision: end"


def block_of(text: str) -> dict[str, str]:
    """The names and values between the marks."""
    inside, found = False, {}
    for line in text.splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside and "=" in line:
            name, _, value = line.partition("=")
            found[name.strip()] = value.strip()
    return found


def with_block(text: str, values: Mapping[str, str]) -> str:
    """The text with these values between the marks; others of ours stay, and without any the marks go too."""
    kept = without_block(text)
    found = {**block_of(text), **values}
    if not found:
        return kept
    lines = [BEGIN, *(f"{name}={value}" for name, value in sorted(found.items())), END]
    separated = kept if not kept or kept.endswith("\n") else f"{kept}\n"
    return separated + "\n".join(lines) + "\n"


def without_block(text: str) -> str:
    """The text as somebody else wrote it."""
    inside, kept = False, []
    for line in text.splitlines(keepends=True):
        if line.strip() == BEGIN:
            inside = True
        elif line.strip() == END:
            inside = False
        elif not inside:
            kept.append(line)
    return "".join(kept)
