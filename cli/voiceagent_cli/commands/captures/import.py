"""`voiceagent captures import FILE`: a bare recording becomes a capture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson, Shelf


def command(
    ctx: Context,
    file: Annotated[Path, Argument(metavar="FILE", help="Media frames as JSON lines, or a WAV file.", show_default=False)],
    out: Annotated[Path | None, Option("--out", "-o", metavar="FILE", help="The capture; else it joins the others.")] = None,
    directory: Shelf = Path(),
    json: AsJson = False,
) -> None:
    """Make a capture of a recording: frames of ACS media streaming as people log them, or a WAV file.

    Each line is a frame, or an object that holds one as frame, message, data or payload, with a time (t, time, timestamp, ...;
    ms, seconds or ISO 8601) and a direction (in/out, sent/received, ...) or without. Of a WAV file the first channel is the
    caller, the second the agent.
    """
    import time

    from voiceagent.capture.copy import write_capture
    from voiceagent.capture.recording import header_of, records_of
    from voiceagent.capture.records import line_of
    from voiceagent.capture.write import file_name
    from voiceagent.local.captured import shelf_of
    from voiceagent_cli.captured import size

    now = time.time()
    shelf = shelf_of(directory)
    records = records_of(file, now=now)
    header = header_of(file, now=now)
    path = out or shelf.folder / file_name(header.call_id, now)
    write_capture(path, header, [(record.at_ms, line_of(record)) for record in records], seal=shelf.writing_key())
    facts = {"capture": str(path), "call_id": header.call_id, "records": len(records), "duration_ms": records[-1].at_ms}
    if json:
        ctx.obj.record(facts)
    else:
        ctx.obj.result(f"{path}: {len(records)} records, {records[-1].at_ms / 1000:.1f} s, {size(path.stat().st_size)}")
