"""The public way to a bridge in this process: a door of its own, a tunnel to it, and everybody told where it leads.

The order matters at both ends. The tunnel opens first, because the bridge must know its address; calls are announced there
once the bridge answers. At the end calls are announced elsewhere first, then they end, and the tunnel closes last, so that a
caller's goodbye is still heard. What happens to the tunnel in between is told, mended, and never ends the bridge.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.errors import RemoteError, UserError
from voiceagent.local.announcing import All
from voiceagent.runtime.clock import MonotonicClock
from voiceagent.tunnels.choice import choose, told
from voiceagent.tunnels.door import Door
from voiceagent.tunnels.kept import Change, Lost, Tunnel
from voiceagent.tunnels.probe import Reached, probe

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings
    from voiceagent.server.serve import Ready

_log = logging.getLogger(__name__)

RESTORE_SECONDS = 20.0
"""Event Grid asks the old address for its consent; whoever pressed Ctrl-C waits no longer than this."""
AGAIN_SECONDS = 2.0
"""Before calls are announced to a new address once more, when that failed."""

Publish = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class PublicWay:
    """An open tunnel, and the door it leads to."""

    tunnel: Tunnel
    door: Door


def is_real_phone(settings: Settings) -> bool:
    """Whether calls come from a service on the internet, which reaches us over https alone."""
    acs = settings.acs
    connected = str.__str__(acs.connection_string).lower().replace(" ", "")
    azure = "endpoint=https:" in connected or acs.endpoint.startswith("https:")
    twilio = bool(settings.twilio.account_sid) and settings.twilio.api_url.startswith("https:")
    return (azure and not acs.emulator_url) or twilio


@contextlib.asynccontextmanager
async def public_way(
    settings: Settings,
    *,
    data: Path,
    home: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
    door: Door | None = None,
    needed: bool | None = None,
) -> AsyncIterator[PublicWay | None]:
    """A tunnel to a door of this process while the block runs; None when the settings want none.

    `data` is the folder for what is remembered (keys of SSH servers), `home` the user's. `needed`: whether calls come from the
    internet, where the settings do not tell. UserError, or RemoteError, when it cannot be opened.
    """
    choice = choose(settings, real_phone=is_real_phone(settings) if needed is None else needed)
    if choice is None:
        yield None
        return
    from voiceagent.server.listen import bind, listening
    from voiceagent.tunnels.opening import open_tunnel

    told(choice, settings, say)
    say(f"Opening the tunnel {choice.name} ...")
    door = door or Door()
    async with contextlib.AsyncExitStack() as stack:
        where = stack.enter_context(contextlib.closing(bind("127.0.0.1", 0)))
        await stack.enter_async_context(listening(door, where, short_path=settings.bridge.media_path == "short"))
        port = where.getsockname()[1]
        clock = MonotonicClock()
        tunnel = open_tunnel(choice, settings, port, app=door, clock=clock, keys=data, home=home, tell=say)
        yield PublicWay(await stack.enter_async_context(tunnel), door)


@contextlib.asynccontextmanager
async def led_here(
    way: PublicWay, ready: Ready, announcers: All, *, secret: str, publish: Publish, say: Callable[[str], None]
) -> AsyncIterator[None]:
    """Let the bridge be reached through the tunnel, and calls be announced there, while the block runs.

    RemoteError when calls cannot be announced there at first; what fails later is told and tried again.
    """
    way.door.app = ready.app
    ready.move(way.tunnel.address)
    _complain(await probe(way.tunnel.address, secret=secret), say)
    try:
        await announcers.point(way.tunnel.url)
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(_follow(way.tunnel, ready, announcers, publish))
            try:
                yield
            finally:
                following.cancel()
    finally:  # also when it was pointed only half
        await restored(announcers, say)


def _complain(reached: Reached, say: Callable[[str], None]) -> None:
    if not reached.ok:
        say(f"Warning: {reached.sentence}; {reached.remedy}.")


async def _follow(tunnel: Tunnel, ready: Ready, announcers: All, publish: Publish) -> None:
    """Tell of each change. A new address is for the calls that begin from now on, so they are announced to it at once."""
    async with asyncio.TaskGroup() as tasks:
        pointing: asyncio.Task[None] | None = None
        async for change in tunnel.changes():
            if pointing is not None:
                pointing.cancel()  # to an address that is gone
            publish(change_item(change))
            if isinstance(change, Lost):
                continue
            ready.move(change.address)
            pointing = tasks.create_task(_point(announcers, change.address.url, publish))


def change_item(change: Change) -> Mapping[str, Any]:
    """A change as an item of the feed."""
    if isinstance(change, Lost):
        return {"kind": "tunnel", "state": "lost", "why": change.why}
    return {
        "kind": "tunnel",
        "state": "restored",
        "public_url": change.address.url,
        "round_trip_ms": change.round_trip_ms,
        "after_ms": change.after_ms,
    }


async def _point(announcers: All, url: str, publish: Publish) -> None:
    """Until it is done: what is not announced is a call that does not come."""
    failed = ""
    while True:
        try:
            await announcers.point(url)
        except RemoteError as error:
            if failed != str(error):
                publish({"kind": "tunnel", "state": "not_pointed", "sentence": str(error), "remedy": error.remedy})
                failed = str(error)
            await asyncio.sleep(AGAIN_SECONDS)
        except Exception as error:  # a defect over there must end neither this bridge nor its calls
            _log.exception("calls could not be announced to the new address")
            publish({"kind": "tunnel", "state": "not_pointed", "sentence": type(error).__name__, "remedy": "restart `serve`"})
            return
        else:
            publish({"kind": "tunnel", "state": "pointed", "public_url": url})
            return


async def restored(announcers: All, say: Callable[[str], None]) -> None:
    """Have calls announced where they were before; what stands in the way is told, and ends nothing."""
    try:
        async with asyncio.timeout(RESTORE_SECONDS):
            await announcers.restore()
    except (RemoteError, UserError) as error:
        _left(say, str(error), error.remedy)
    except TimeoutError:
        _left(say, "no answer in time")
    except Exception as error:  # leaving goes on: calls are still to be ended
        _log.debug("calls could not be announced where they were before", exc_info=True)
        _left(say, type(error).__name__)


def _left(say: Callable[[str], None], why: str, remedy: str = "") -> None:
    """Where calls are announced now is no longer ours to say, so that whoever ends must know what to do next."""
    say(f"Warning: calls could not be announced where they were before: {why}.")
    say(f"Next: {remedy or '`voiceagent provision events list` tells where they are announced'}.")
