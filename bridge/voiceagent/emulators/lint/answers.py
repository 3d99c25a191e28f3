"""Looks at what an app's webhooks answer: to events, to questions of consent, to callbacks. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from voiceagent.emulators.lint.request import is_plain_elsewhere
from voiceagent.emulators.lint.rule import Breach

CALLBACK_MS = 5_000
VALIDATION_MS = 30_000
RINGING_MS = 5_000
"""Of the 30 s that a call rings this much is a lot."""

TAKEN = (200, 201, 202, 203, 204)
NOT_REPEATED = (400, 401, 403, 413)


def endpoint(url: str) -> Iterator[Breach]:
    """The address of a subscription."""
    if is_plain_elsewhere(url):
        yield Breach("grid-https", frame=url)


def validation(status: int, ms: float, *, has_code: bool, is_json: bool = True) -> Iterator[Breach]:
    """The answer to the validation event."""
    if status != 200:
        yield Breach("grid-validation-status", f"It was answered with {status}.")
    elif not has_code:
        yield Breach("grid-validation-code")
    elif not is_json:
        yield Breach("grid-validation-json")
    if ms > VALIDATION_MS:
        yield Breach("grid-validation-slow", f"It took {ms / 1000:.1f} s.")


def consent(status: int, *, given: bool) -> Iterator[Breach]:
    """The answer to OPTIONS."""
    if not given:
        yield Breach("grid-consent", f"It was answered with {status}.")


def delivery(status: int | None, ms: float) -> Iterator[Breach]:
    """The answer to an event; None: there was none."""
    if status is None:
        yield Breach("grid-unreachable")
    elif status in NOT_REPEATED:
        yield Breach("grid-not-repeated", f"This one was answered with {status}.")
    elif status not in TAKEN:
        yield Breach("grid-status", f"This one was answered with {status}.")
    if status is not None and ms > RINGING_MS:
        yield Breach("grid-slow", f"This one took {ms / 1000:.1f} s.")


def callback(outcome: int | str, ms: float) -> Iterator[Breach]:
    """The answer to a callback, or the name of the error that came instead."""
    if isinstance(outcome, str):
        slow = "timeout" in outcome.lower() and "connect" not in outcome.lower()
        yield (
            Breach("callback-slow", f"This one got no answer in {ms / 1000:.0f} s.") if slow else Breach("callback-unreachable")
        )
        return
    if not 200 <= outcome < 300:
        yield Breach("callback-status", f"This one was answered with {outcome}.")
    if ms > CALLBACK_MS:
        yield Breach("callback-slow", f"This one took {ms / 1000:.1f} s.")
