"""`voiceagent deploy render`: the deployment as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Context, Option

from voiceagent_cli.options import AsJson, Project


def command(
    ctx: Context,
    directory: Project = Path(),
    out: Annotated[Path, Option(metavar="DIR", help="Where the files are written.")] = Path("deploy"),
    json: AsJson = False,
) -> None:
    """Write the deployment as files: Bicep and azure.yaml for azd, what the image is built of, a Helm chart.

    What is there is written over, but for a file whose first line begins with `# Yours`. No secret is in any of them.
    """
    from voiceagent.cloud.containers.render import rendered, write
    from voiceagent_cli.deploying import load

    loaded, terminal = load(directory), ctx.obj
    content = rendered(directory, loaded)
    changed = [path.relative_to(out).as_posix() for path in write(out, content)]
    if json:
        terminal.record({"directory": str(out), "files": sorted(content), "changed": changed})
        return
    terminal.result(f"Wrote {out}: azure.yaml, infra, image, helm ({len(changed)} of {len(content)} files are new or changed)")
    terminal.say(f"Next: cd {out} && azd up, or docker build {out}/image, or helm template {out}/helm")
