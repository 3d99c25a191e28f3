"""Options that several commands share, so that they are spelled and explained the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

Project = Annotated[Path, Argument(metavar="[DIR]", help="The agent project.", show_default=False)]
AsJson = Annotated[bool, Option("--json", help="Print the result as JSON.")]
OfProject = Annotated[Path, Option("--dir", metavar="DIR", help="The agent project.", show_default=False)]
EmulatorUrl = Annotated[str, Option("--url", metavar="URL", help="Address of an emulator that runs; without it the project's.")]
Yes = Annotated[bool, Option("--yes", help="Do not ask.")]
Capture = Annotated[
    str, Argument(metavar="CAPTURE", help="A file, a call's id, the beginning of one, or `last`.", show_default=False)
]
Shelf = Annotated[Path, Option("--dir", metavar="DIR", help="The agent project, or a folder of captures.", show_default=False)]
