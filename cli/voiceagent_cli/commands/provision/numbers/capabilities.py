"""`voiceagent provision numbers capabilities NUMBER`: what a number can do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Context

from voiceagent_cli.options import AsJson, OfProject
from voiceagent_cli.provisioning import Calling, Sms
from voiceagent_cli.typed import number_of

if TYPE_CHECKING:
    from voiceagent.cloud.make import Site


def command(
    ctx: Context,
    number: Annotated[str, Argument(metavar="NUMBER", parser=number_of, help="One of the resource's.", show_default=False)],
    calling: Calling = None,
    sms: Sms = None,
    directory: OfProject = Path(),
    json: AsJson = False,
) -> None:
    """Show what a number can do, or change it with --calling and --sms. Some countries and types allow less."""
    from voiceagent.cloud.numbers import change, list_owned
    from voiceagent.errors import UserError
    from voiceagent_cli.provisioning import at_site, wish

    async def work(site: Site) -> tuple[str, str]:
        if calling is not None or sms is not None:
            return await change(site.azure, number, calling=calling, sms=sms)
        for one in await list_owned(site):
            if one.number == number:
                return one.calling, one.sms
        raise UserError(f"{number} is no number of the resource", remedy="`voiceagent provision numbers list` shows them")

    calls, messages = at_site(directory, work, flags=wish(calling=calling, sms=sms))
    terminal = ctx.obj
    if json:
        terminal.record({"number": number, "capabilities": {"calling": calls, "sms": messages}})
        return
    terminal.result(f"{number}: calls {calls}, text messages {messages}")
