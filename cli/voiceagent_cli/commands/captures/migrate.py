"""`voiceagent captures migrate CAPTURE OUT`: a capture as today's voiceagent writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context

from voiceagent_cli.options import AsJson, Capture, Shelf


def command(
    ctx: Context,
    capture: Capture,
    out: Annotated[Path, Argument(metavar="OUT", help="The new file.", show_default=False)],
    directory: Shelf = Path(),
    json: AsJson = False,
) -> None:
    """Write a capture anew: in the latest version of the format, in checked blocks, encrypted if the settings say so.

    All earlier versions can be read as they are; this is for other programs, for captures that were unpacked or packed again,
    and for a changed key. A later version than this voiceagent knows is refused.
    """
    from voiceagent.capture.copy import copy_capture
    from voiceagent.capture.records import VERSION
    from voiceagent.local.captured import shelf_of

    shelf = shelf_of(directory)
    reader = shelf.open(capture)
    count = copy_capture(reader, out, seal=shelf.writing_key())
    terminal = ctx.obj
    if json:
        facts = {"capture": str(out), "from_version": reader.version, "version": VERSION, "records": count}
        terminal.record({**facts, "stopped": reader.stopped})
    else:
        terminal.result(f"{out}: version {VERSION} (from {reader.version}), {count} records")
    if reader.stopped:
        terminal.warn(f"the capture is not complete: {reader.stopped}")
