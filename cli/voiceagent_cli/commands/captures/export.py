"""`voiceagent captures export CAPTURE`: a capture in the language of another program."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Context, Option

from voiceagent_cli.options import AsJson, Capture, Shelf


class Form(StrEnum):
    wav = "wav"
    text = "text"
    vcon = "vcon"
    har = "har"
    json = "json"


def command(
    ctx: Context,
    capture: Capture,
    to: Annotated[Form, Option("--to", help="What to make of it.", show_default=False)],
    out: Annotated[Path | None, Option("--out", "-o", metavar="FILE", help="Where; else text goes to stdout.")] = None,
    audio_url: Annotated[
        str, Option(metavar="URL", help="vcon: the audio is there, not inside; its WAV file is written beside the vCon.")
    ] = "",
    directory: Shelf = Path(),
    json: AsJson = False,
) -> None:
    """Export a capture.

    wav: stereo, the caller left, the agent right, as the caller heard it. text: the transcript with times. vcon: an IETF vCon
    with audio, transcript and report. har: webhooks, control requests and both WebSockets, for the network page of a browser.
    json: everything.
    """
    from voiceagent_cli import exporting

    done = exporting.export(directory, capture, str(to), out, audio_url=audio_url)
    terminal = ctx.obj
    if out is None:
        terminal.result(done.text.rstrip("\n"))
    else:
        terminal.soft(f"Wrote {', '.join(str(path) for path in done.paths)}.")
        if json:
            terminal.record(done.facts())
    if done.stopped:
        terminal.warn(f"the capture is not complete: {done.stopped}")
