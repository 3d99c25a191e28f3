"""Reports of call control are events like others, under the one name that everybody uses."""

from __future__ import annotations

from voiceagent.call import control_events, events
from voiceagent.call.roots import Event


def test_every_report_is_found_among_the_events() -> None:
    found = [thing for thing in vars(control_events).values() if isinstance(thing, type) and issubclass(thing, Event)]
    reports = [kind for kind in found if kind is not Event]
    assert len(reports) > 5
    assert all(getattr(events, kind.__name__) is kind for kind in reports)
