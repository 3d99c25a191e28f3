"""The emulated Twilio account as a server in this process.

    async with TwilioEmulator(port=0, voice=load_voice) as emulator:
        ...  # emulator.url, emulator.account_sid, emulator.auth_token

Leaving the block hangs up all calls and closes the port.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.script import Speaker
from voiceagent.emulators.listening import doors, ports, serving
from voiceagent.emulators.reach import Reach
from voiceagent.emulators.tasks import task_group
from voiceagent.emulators.twilio.network import Network
from voiceagent.emulators.twilio.routes import twilio_routes
from voiceagent.trust import authorities


class TwilioEmulator:
    """An emulator that runs while the block does. `url`, `port`, `account_sid` and `auth_token` hold inside it."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        name: str = "",
        voice: Callable[[], Speaker] | None = None,
        auth_token: str = "",
        options: NetworkOptions | None = None,
    ) -> None:
        self.reach = Reach(host, name)
        self.port = port
        self._voice = voice
        self._auth_token = auth_token
        self._options = options or NetworkOptions()

    @property
    def url(self) -> str:
        """The REST interface, and the emulator's own addresses."""
        return self.reach.url(self.port)

    @property
    def account_sid(self) -> str:
        return self.network.account_sid

    @property
    def auth_token(self) -> str:
        return self.network.auth_token

    def env(self) -> dict[str, str]:
        """The settings that make every command talk to this emulator."""
        return {
            "TWILIO_ACCOUNT_SID": self.account_sid,
            "TWILIO_AUTH_TOKEN": self.auth_token,
            "VOICEAGENT_TWILIO_API_URL": self.url,
        }

    async def __aenter__(self) -> TwilioEmulator:
        self._block = self._running()
        await self._block.__aenter__()
        return self

    async def __aexit__(self, *exception: Any) -> None:
        await self._block.__aexit__(*exception)

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        import httpx
        from starlette.applications import Starlette

        async with httpx.AsyncClient(trust_env=False, verify=authorities()) as client:
            with doors(self.reach, self.port, 0) as opened:
                self.port, _ = ports(opened)
                async with task_group() as tasks:
                    self.network = Network(tasks, client, options=self._options, voice=self._voice, auth_token=self._auth_token)
                    app = Starlette(routes=twilio_routes(self.network, self.reach))
                    async with serving(app, opened, tasks):
                        self.network.start()
                        try:
                            yield
                        finally:
                            await self.network.stop()
