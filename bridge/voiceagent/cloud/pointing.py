"""Where Azure announces our calls, moved while a bridge runs: to its address at the moment, and back when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings


class Pointing:
    """The IncomingCall subscription of this project."""

    async def point(self, url: str) -> None:
        """Deliver calls to `url`, the https address of the bridge without a path.

        Idempotent; returns when the handshake has passed. RemoteError with the diagnosis when it does not.
        """
        raise NotImplementedError

    async def restore(self) -> None:
        """Put back the address that was found before the first `point`; nothing when none was moved."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close the connections to Azure. The address stays as it is."""
        raise NotImplementedError


async def open_pointing(settings: Settings) -> Pointing | None:
    """The subscription that announces this project's calls; None when there is none (`why_none` tells the reason).

    RemoteError when Azure cannot be asked.
    """
    raise NotImplementedError


def why_none(settings: Settings) -> str:
    """Why `open_pointing` found nothing to point, for people."""
    raise NotImplementedError
