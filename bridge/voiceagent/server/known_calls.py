"""Which calls the public edge knows: those that run, and the last ones that were given up before they were known to connect."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterator

from voiceagent.control.acs import AcsControl
from voiceagent.runtime.registry import Registry
from voiceagent.runtime.runner import CallRunner
from voiceagent.server.live import LiveCall

GIVEN_UP_KEPT = 100  # an outage of the service may give up many at once, and reports are at most minutes late


class KnownCalls:
    """Iterate over it for the calls that run."""

    def __init__(self) -> None:
        self.running: Registry[CallRunner] = Registry()
        """The same calls, for whoever counts them or waits for their end."""
        self._live: dict[str, LiveCall] = {}
        self._given_up: OrderedDict[str, LiveCall] = OrderedDict()

    def __iter__(self) -> Iterator[LiveCall]:
        return iter([*self._live.values()])

    def find(self, call_id: str) -> LiveCall | None:
        """The call that runs under our id."""
        return self._live.get(call_id)

    def find_given_up(self, call_id: str) -> LiveCall | None:
        """A call that we never learnt to have been connected; one of the last `GIVEN_UP_KEPT`."""
        return self._given_up.get(call_id)

    @contextlib.contextmanager
    def while_it_runs(self, live: LiveCall) -> Iterator[None]:
        """The call is found while the block runs; after it, its socket is closed."""
        self._live[live.call_id] = live
        self.running.add(live.runner)
        try:
            yield
        finally:
            self.running.remove(live.runner)
            self._live.pop(live.call_id, None)
            if isinstance(live.control, AcsControl) and live.control.given_up:
                self._given_up[live.call_id] = live
                while len(self._given_up) > GIVEN_UP_KEPT:
                    self._given_up.popitem(last=False)
            if live.media is not None:  # the runner closes what it was given; a socket that never sent a frame it never saw
                live.media.shut(live.runner.end.reason if live.runner.end else "cancelled")
