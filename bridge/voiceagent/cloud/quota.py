"""The weekly limits on numbers: five searches and one purchase for a tenant, counted as far as this project knows. Pure."""

from __future__ import annotations

from voiceagent.cloud.journal import Journal

SEARCHES, PURCHASES = 5, 1
"""By the service's limits page; more by special order."""


def told_quota(journal: Journal, now: float, *, searches: bool, buys: bool) -> list[str]:
    """What this week's searches and purchases will be after a plan, as sentences."""
    found = []
    if searches:
        count = journal.this_week("search", now) + 1
        found.append(_sentence("search", count, SEARCHES))
    if buys:
        count = journal.this_week("number", now) + 1
        found.append(_sentence("purchase", count, PURCHASES))
    return found


def _sentence(what: str, count: int, most: int) -> str:
    if count > most:
        return (
            f"This {what} would be number {count} of {most} that a tenant is allowed in a week, as far as this project knows: "
            "Azure refuses it unless it has granted more."
        )
    return f"This {what} will be {count} of {most} that a tenant is allowed in a week, as far as this project knows."
