"""`voiceagent talk [DIR]`: the agent at this machine's microphone and speaker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

from typer import Context, Option

from voiceagent_cli.options import AsJson, Project
from voiceagent_cli.typed import HUMAN_METAVAR, human_of

if TYPE_CHECKING:
    from voiceagent.emulators.acs.humans import Human


def command(
    ctx: Context,
    directory: Project = Path(),
    text: Annotated[bool, Option("--text", help="Type in place of speaking; each line is a turn. No sound at all.")] = False,
    wav: Annotated[list[Path] | None, Option(metavar="FILE", help="Play a WAV file as the caller. Repeatable.")] = None,
    out: Annotated[Path | None, Option(metavar="FILE", help="Write the call as stereo WAV: caller left, agent right.")] = None,
    phone: Annotated[bool, Option("--phone", help="Through a telephone line: 8 kHz, 300-3400 Hz, mu-law, both ways.")] = False,
    input: Annotated[str, Option(metavar="DEVICE", help="Microphone, by number or part of its name.")] = "",
    output: Annotated[str, Option(metavar="DEVICE", help="Speaker, by number or part of its name.")] = "",
    full_duplex: Annotated[bool, Option("--full-duplex", help="With headphones: the microphone is never gated.")] = False,
    push_to_talk: Annotated[bool, Option("--push-to-talk", help="The microphone is open only while space is held.")] = False,
    human: Annotated[
        str, Option(metavar=HUMAN_METAVAR, parser=human_of, help="What a human does whom the agent transfers to.")
    ] = "answer",
    list_devices: Annotated[bool, Option("--list-devices", help="Show the sound devices and end.")] = False,
    detach: Annotated[bool, Option("--detach", help="Hold the call in the background, for `say` and `stop`.")] = False,
    no_sound: Annotated[bool, Option("--no-sound", help="No sound card; the caller speaks by `voiceagent say` only.")] = False,
    json: AsJson = False,
    in_background: Annotated[bool, Option("--in-background", hidden=True, help="We are the detached one.")] = False,
) -> None:
    """Talk to the agent from this machine: its own session, tools and captures, and no telephone.

    While you talk: m mutes, space holds the floor (and silences the agent while held), 0-9 * # are the phone's keys, q or
    Ctrl-C hangs up. Through a loudspeaker the microphone is closed while the agent speaks, unless the echo canceller is
    installed (the extra `mic`) or --full-duplex says that you wear headphones.
    """
    from voiceagent.local.talking import Plan
    from voiceagent_cli import talking

    if list_devices:
        talking.list_devices(ctx.obj, as_json=json)
        return
    plan = Plan(
        directory=directory,
        text=text,
        wavs=tuple(wav or ()),
        no_sound=no_sound,
        out=out,
        microphone=input,
        speaker=output,
        full_duplex=full_duplex,
        push_to_talk=push_to_talk,
        phone=phone,
        human=cast("Human", human),  # one of the words of `human_of`
    )
    talking.talk(plan, ctx.obj, detach=detach, in_background=in_background, as_json=json)
