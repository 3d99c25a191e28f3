"""The roots of what a call session is told and what it wants, for type checks only."""

from __future__ import annotations


class Event:
    """The root of all events."""

    __slots__ = ()


class Command:
    """The root of all commands."""

    __slots__ = ()
