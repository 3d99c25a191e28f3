"""`voiceagent emulate [WHICH]`: the emulators as servers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, BadParameter, Context, Option

from voiceagent_cli.options import AsJson
from voiceagent_cli.typed import key_of


class Which(StrEnum):
    acs = "acs"
    voice_live = "voice-live"
    event_grid = "event-grid"
    arm = "arm"
    all = "all"


class Shell(StrEnum):
    bash = "bash"
    powershell = "powershell"
    dotenv = "dotenv"


class Answers(StrEnum):
    embedded = "embedded"
    scripted = "scripted"


def command(
    ctx: Context,
    which: Annotated[Which, Argument(help="What to emulate.")] = Which.all,
    env: Annotated[bool, Option("--env", help="Print the settings that lead any client to these emulators.")] = False,
    shell: Annotated[Shell | None, Option(help="With --env: for this shell alone.")] = None,
    json: AsJson = False,
    https: Annotated[bool, Option("--https", help="Serve https and wss too, at the ports after these.")] = False,
    proxy: Annotated[
        bool, Option("--proxy", help="With --https: let SDKs download recordings, by a proxy for Azure's storage.")
    ] = False,
    host: Annotated[str, Option(metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, Option(metavar="PORT", help="First port; the others take the next ones. 0: any free.", min=0, max=65535)
    ] = 0,
    name: Annotated[str, Option(metavar="NAME", help="What other machines call this one; lets them use /emulator.")] = "",
    key: Annotated[str, Option(metavar="KEY", parser=key_of, help="Access key; made at start when not given.")] = "",
    agent: Annotated[
        Path | None, Option(metavar="DIR", help="Agent project whose [thinker] rules the embedded engine follows.")
    ] = None,
    seed: Annotated[int | None, Option(metavar="N", help="Make all ids and choices repeatable.")] = None,
    answers: Annotated[Answers, Option(help="Voice Live: really hear and speak, or follow a script.")] = Answers.embedded,
    with_parent: Annotated[bool, Option("--with-parent", hidden=True, help="End when standard input closes.")] = False,
) -> None:
    """Run the emulators of Azure's services for any client, until interrupted.

    acs is calls and phone numbers; event-grid and arm are the same with the management of subscriptions and of the resource.

    --env prints settings to paste into a shell or .env file; --env --json prints them, and everything else there is to know,
    as one line once all are ready.

    With --https a certificate authority of this machine is made once, and --env prints what makes clients trust it.
    """
    if proxy and not https:
        raise BadParameter("it needs --https: the SDKs fetch recordings over https alone.", param_hint="--proxy")
    from voiceagent_cli.emulating import emulate
    from voiceagent_cli.signals import run

    run(
        lambda stop: emulate(
            which.value,
            ctx.obj,
            stop,
            options={
                "host": host,
                "port": port,
                "name": name,
                "proxy": proxy,
                "key": key,
                "agent": agent,
                "seed": seed,
                "answers": answers.value,
            },
            https=https,
            shells=[shell.value] if shell else [one.value for one in Shell] if env else [],
            as_json=json,
            with_parent=with_parent,
        )
    )
