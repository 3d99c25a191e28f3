"""`voiceagent replay CAPTURE...`: captured calls again."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, BadParameter, Context, Option

from voiceagent_cli.options import AsJson


class Engine(StrEnum):
    embedded = "embedded"
    voice_live = "voice-live"


def command(
    ctx: Context,
    captures: Annotated[
        list[str],
        Argument(metavar="CAPTURE...", help="A file, a call's id or the beginning of one, or `last`.", show_default=False),
    ],
    directory: Annotated[
        Path | None,
        Option("--dir", metavar="DIR", help="The agent project; else the one the capture lies in."),
    ] = None,
    report: Annotated[bool, Option("--report", help="Print the call's report; it must be the same too.")] = False,
    live: Annotated[bool, Option("--live", help="Have the recorded caller speak to an engine again.")] = False,
    engine: Annotated[Engine | None, Option(help="With --live: which engine answers.")] = None,
    repeat: Annotated[int, Option(metavar="N", help="With --live: so often; tells how often each comparison held.", min=1)] = 1,
    words: Annotated[
        float, Option(metavar="RATIO", help="With --live: how alike the agent's words must be, 0 to 1.", min=0, max=1)
    ] = 0.6,
    judge: Annotated[
        str | None,
        Option(metavar="MODEL", help="With --live: this model at OPENAI_BASE_URL judges the agent's words instead."),
    ] = None,
    latency: Annotated[
        float | None, Option("--latency-ms", metavar="MS", help="With --live: answers may be so much later than then.", min=0)
    ] = None,
    fast: Annotated[bool, Option("--fast", help="With --live: shorten the caller's pauses to what the engine needs.")] = False,
    against: Annotated[
        str | None, Option(metavar="URL", help="With --live: ring this bridge's Event Grid address instead of one of our own.")
    ] = None,
    until: Annotated[
        int | None, Option(metavar="TURN", help="Play the caller's turns up to this one, then go on with --say.", min=0)
    ] = None,
    say: Annotated[list[str] | None, Option(metavar="TEXT", help="After --until: what the caller says. Repeatable.")] = None,
    timeout: Annotated[float, Option(metavar="SECONDS", help="With --live: hang up after this long.", min=1)] = 900,
    json: AsJson = False,
) -> None:
    """Replay captured calls and compare: exactly and at once, or live with an engine.

    An exact replay gives today's code the recorded events in virtual time; every command and every frame must be what it was.
    Exit 0: the same. 1: something differs. 2: nothing could be replayed.
    """
    from voiceagent_cli import replaying

    again = live or until is not None or bool(say)
    _refuse_unused(ctx, again=again)
    paths = replaying.find(captures, directory)
    if again:
        wish = replaying.Wish(
            engine=engine.value if engine else None,
            repeat=repeat,
            words=words,
            latency_ms=latency,
            fast=fast,
            against=against,
            judge=judge,
            until=until,
            say=tuple(say or ()),
            limit_seconds=timeout,
        )
        replaying.live(paths, directory, wish, ctx.obj, as_json=json)
    else:
        replaying.exact(paths, directory, ctx.obj, strictly=report, as_json=json)


_LIVE = ("engine", "repeat", "words", "judge", "latency", "fast", "against", "timeout")


def _refuse_unused(ctx: Context, *, again: bool) -> None:
    """An option that would change nothing: whoever typed it believes that it does."""
    for parameter in ctx.command.params:
        name = parameter.name or ""
        source = ctx.get_parameter_source(name)
        if source is None or source.name != "COMMANDLINE":
            continue
        if name in _LIVE and not again:
            raise BadParameter("it needs --live: an exact replay has no engine.", param_hint=parameter.opts[0])
        if name == "report" and again:
            raise BadParameter("a live replay compares the calls and prints no report.", param_hint="--report")
