"""`voiceagent emulate [WHICH]`: the emulators as servers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, BadParameter, Context, Option

from voiceagent_cli.engine_choice import METAVAR, EngineChoice, engine_of
from voiceagent_cli.options import AsJson
from voiceagent_cli.typed import finite, key_of


class Which(StrEnum):
    acs = "acs"
    voice_live = "voice-live"
    event_grid = "event-grid"
    arm = "arm"
    twilio = "twilio"
    all = "all"


class Shell(StrEnum):
    bash = "bash"
    powershell = "powershell"
    dotenv = "dotenv"


class Family(StrEnum):
    auto = "auto"
    native = "native"
    cascaded = "cascaded"


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
    engine: Annotated[
        EngineChoice,
        Option("--engine", "--answers", metavar=METAVAR, parser=engine_of, help="What answers behind Voice Live."),
    ] = EngineChoice(),
    model_family: Annotated[Family, Option(help="Voice Live: what models are whose names do not tell.")] = Family.auto,
    expires_after: Annotated[
        float, Option(metavar="SECONDS", min=1, callback=finite, help="Voice Live: life of a session.")
    ] = 3600,
    recorded_speed: Annotated[
        float, Option(metavar="X", min=0, callback=finite, help="Pace of a recorded engine; 2: twice as fast, 0: at once.")
    ] = 1,
    connections_per_minute: Annotated[
        int | None, Option(metavar="N", min=1, help="Voice Live: new sessions before it answers 429; Azure's quota is 30.")
    ] = None,
    empty: Annotated[
        bool, Option("--empty", help="An Azure subscription with nothing in it, for `voiceagent provision`.")
    ] = False,
    strict: Annotated[
        bool, Option("--strict", help="Refuse what Azure would refuse or ignore; 1 at the end if there was any.")
    ] = False,
    guesses: Annotated[bool, Option("--guesses", help="Print what is emulated on a guess, and start nothing.")] = False,
    with_parent: Annotated[bool, Option("--with-parent", hidden=True, help="End when standard input closes.")] = False,
    tell_findings: Annotated[bool, Option("--tell-findings", hidden=True, help="The parent reads findings too.")] = False,
) -> None:
    """Run the emulators of Azure's services for any client, until interrupted.

    acs is calls and phone numbers; event-grid and arm are the same with the management of subscriptions and of the resource.

    --env prints settings to paste into a shell or .env file; --env --json prints them, and everything else there is to know,
    as one line once all are ready.

    What a client does that Azure would refuse or ignore is printed as it happens, with --json as one line each.

    With --https a certificate authority of this machine is made once, and --env prints what makes clients trust it.
    """
    if proxy and not https:
        raise BadParameter("it needs --https: the SDKs fetch recordings over https alone.", param_hint="--proxy")
    for option, given in (("--https", https), ("--strict", strict)):
        if given and which is Which.twilio:
            raise BadParameter("the emulated Twilio has only http, and nothing is linted there.", param_hint=option)
    if empty and which not in (Which.all, Which.arm, Which.event_grid):
        raise BadParameter("only all, arm and event-grid have a subscription to be filled.", param_hint="--empty")
    from voiceagent_cli.emulating import emulate, tell_guesses
    from voiceagent_cli.signals import run

    if guesses:
        tell_guesses(ctx.obj, as_json=json)
        return

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
                "answers": engine.answers,
                "source": engine.source(),
                "engine": {
                    "model_family": model_family.value,
                    "session_seconds": expires_after,
                    "connections_per_minute": connections_per_minute,
                    "recorded_speed": recorded_speed,
                },
                "strict": strict,
                "empty": empty,
            },
            https=https,
            shells=[shell.value] if shell else [one.value for one in Shell] if env else [],
            as_json=json,
            with_parent=with_parent,
            tell_findings=tell_findings or not with_parent,
        )
    )
