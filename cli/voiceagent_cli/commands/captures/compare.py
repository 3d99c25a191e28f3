"""`voiceagent captures compare A B`: two calls side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.exits import FAILED, Ended
from voiceagent_cli.options import AsJson, Capture, Shelf


def command(
    ctx: Context,
    a: Capture,
    b: Annotated[str, Argument(metavar="CAPTURE", help="The other one.", show_default=False)],
    latency: Annotated[
        float | None, Option("--latency-ms", metavar="MS", help="Latencies count too, when they differ by more.", min=0)
    ] = None,
    directory: Shelf = Path(),
    json: AsJson = False,
) -> None:
    """Compare two calls: how they ended, turns, tools, latencies. Exit 1 when they differ; latencies count only if asked to."""
    from voiceagent.capture.compare import compare
    from voiceagent.local.captured import report_of, shelf_of
    from voiceagent_cli.captured import pairs, side_by_side

    shelf, terminal = shelf_of(directory), ctx.obj
    readers = [shelf.open(name) for name in (a, b)]
    reports = [report_of(reader.header, reader, capture=shelf.named(reader.path)) for reader in readers]
    hide = len({reader.header.policy for reader in readers}) > 1
    found = compare(reports[0], reports[1], tolerance_ms=latency, hide=hide)
    for reader in readers:
        if reader.stopped:
            terminal.warn(f"{reader.path} is not complete: {reader.stopped}")
    if json:
        parts = {"facts": found.facts, "turns": found.turns, "tools": found.tools, "latency_ms": found.latencies}
        about = {"same": found.same, "a": reports[0]["capture"], "b": reports[1]["capture"]}
        terminal.record({**about, **{name: pairs(part) for name, part in parts.items()}})
    else:
        for line in side_by_side(found):
            terminal.result(line)
        terminal.say("The calls are the same." if found.same else "The calls differ where ! stands.")
    if not found.same:
        raise Ended(FAILED)
