"""`voiceagent captures show CAPTURE`: what a capture holds."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Annotated

from typer import Context, Option

from voiceagent_cli.options import AsJson, Capture, Shelf


def command(
    ctx: Context,
    capture: Capture,
    records: Annotated[bool, Option("--records", help="Print the records, one JSON object a line.")] = False,
    edge: Annotated[list[str] | None, Option(metavar="EDGE", help="Only frames of media, engine, webhook or control.")] = None,
    kind: Annotated[list[str] | None, Option(metavar="KIND", help="Only records of this kind: wire, note, ...")] = None,
    since: Annotated[float, Option("--from", metavar="MS", help="Only from this time on.", show_default=False)] = 0.0,
    until: Annotated[float | None, Option("--to", metavar="MS", help="Only up to this time.")] = None,
    directory: Shelf = Path(),
    json: AsJson = False,
) -> None:
    """Show what a capture holds: the call's report, its records by kind, and whether it is whole.

    With --records the records themselves, filtered; a filter alone implies it. A damaged place is shown as a mark.
    """
    from voiceagent.capture.export.plain import as_object
    from voiceagent.capture.pick import pick
    from voiceagent.local.captured import report_of, shelf_of
    from voiceagent_cli import captured, summary

    terminal = ctx.obj
    shelf = shelf_of(directory)
    reader = shelf.open(capture)
    if records or edge or kind or since or until is not None:
        for record in pick(reader, edges=edge or (), kinds=kind or (), from_ms=since, to_ms=until):
            terminal.record(as_object(record), indent=None)
        if reader.stopped:
            terminal.warn(f"not complete: {reader.stopped}")
        return
    found = list(reader)
    report = report_of(reader.header, found, capture=shelf.named(reader.path))
    about = captured.about(reader.header, reader.path)
    counts = captured.counts(found)
    if json:
        shown = {**about, "state": reader.state, "stopped": reader.stopped, "records": counts, "report": report}
        terminal.record(shown)
        return
    for line in [*summary.transcript(report), ""]:
        terminal.result(line)
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    lines = (
        ("state", reader.state + (f": {reader.stopped}" if reader.stopped else "")),
        ("policy", about["policy"] + (f", encrypted with key {about['encrypted']['key']}" if about["encrypted"] else "")),
        ("written by", f"voiceagent {about['versions'].get('voiceagent', '?')}, {about['created']}"),
        ("size", captured.size(about["bytes"])),
        ("records", told),
    )
    for name, value in chain(summary.facts(report, shelf.root), lines):
        terminal.result(f"{name:<11} {value}")
