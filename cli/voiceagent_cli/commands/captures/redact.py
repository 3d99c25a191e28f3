"""`voiceagent captures redact IN OUT`: a capture without the people in it, to be shown to others."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson, Capture, Shelf


class Audio(StrEnum):
    keep = "keep"
    silence = "silence"


def command(
    ctx: Context,
    capture: Capture,
    out: Annotated[Path, Argument(metavar="OUT", help="The new file.", show_default=False)],
    audio: Annotated[
        Audio, Option(help="silence: no voice is in the copy; it can be replayed exactly, not live.")
    ] = Audio.keep,
    directory: Shelf = Path(),
    json: AsJson = False,
) -> None:
    """Write a copy without phone numbers, words, keys pressed, tool arguments and results. The voices stay, unless silenced."""
    from voiceagent.capture.copy import copy_capture
    from voiceagent.capture.redact import Redactor
    from voiceagent.config.secrets import secret_values
    from voiceagent.local.captured import shelf_of

    shelf = shelf_of(directory)
    reader = shelf.open(capture)
    redactor = Redactor("redacted", key=shelf.pseudonym_key(), secrets=secret_values(shelf.settings), audio=audio.value)
    count = copy_capture(reader, out, redactor=redactor, seal=shelf.writing_key())
    terminal = ctx.obj
    if json:
        facts = {
            "capture": str(out),
            "records": count,
            "audio": audio.value,
            "bytes": out.stat().st_size,
            "stopped": reader.stopped,
        }
        terminal.record(facts)
    else:
        terminal.result(f"{out}: {count} records, audio {'kept' if audio is Audio.keep else 'silenced'}")
    if reader.stopped:
        terminal.warn(f"the capture is not complete: {reader.stopped}")
