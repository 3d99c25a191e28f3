"""`voiceagent captures to-scenario CAPTURE -o FILE`: a bad call becomes a test."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Context, Option

from voiceagent_cli.options import AsJson, Capture, Shelf


def command(
    ctx: Context,
    capture: Capture,
    output: Annotated[Path, Option("-o", "--output", metavar="FILE", help="The scenario to write.", show_default=False)],
    voice: Annotated[bool, Option("--voice", help="Play the caller's own voice, also where the words are known.")] = False,
    directory: Shelf = Path(),
    json: AsJson = False,
) -> None:
    """Make a scenario of a captured call: the caller does the same again, and what came of it then is expected.

    The fault is expected too, if there was one: change `expect:` to what should have happened.

    The words of a capture whose policy is `full` are said again by the emulated caller. In a redacted one they are hidden, and
    the caller's own voice is cut out of the audio into WAV files beside the scenario.
    """
    from voiceagent.local.captured import shelf_of
    from voiceagent.scenarios.from_capture import to_scenario

    made = to_scenario(shelf_of(directory).open(capture), output, voice=voice)
    terminal = ctx.obj
    if json:
        files = [str(path) for path in made.recordings]
        terminal.record({"scenario": str(made.scenario), "recordings": files, "steps": made.steps})
        return
    beside = f" and {len(made.recordings)} recordings" if made.recordings else ""
    terminal.result(f"Wrote {made.scenario}{beside}: {made.steps} step{'s' if made.steps != 1 else ''}")
    terminal.say(f"Next: voiceagent test {made.scenario}")
