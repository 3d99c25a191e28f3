"""The emulated Resource Manager as a server in this process, beside the ACS resource that it manages.

    async with AcsEmulator() as acs, ArmEmulator(acs.network) as arm:
        client = EventGridManagementClient(credential, arm.azure_subscription, base_url=arm.url, authentication_policy=...)

Azure's own policies send a token over https alone; `authentication_policy` must be one that sends it over http too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.doorway import guarded
from voiceagent.emulators.acs.network import Network
from voiceagent.emulators.arm.desk import Desk
from voiceagent.emulators.arm.options import ArmOptions
from voiceagent.emulators.arm.routes import build_app
from voiceagent.emulators.arm.tokens import MSI_PATH
from voiceagent.emulators.listening import doors, ports, serving
from voiceagent.emulators.reach import Reach
from voiceagent.emulators.tap import tapped_app
from voiceagent.emulators.tasks import Tasks, task_group

if TYPE_CHECKING:
    import ssl


class ArmEmulator:
    """Runs while the block does. `url` and `desk` hold inside it."""

    def __init__(
        self,
        network: Network,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        options: ArmOptions | None = None,
        tls: ssl.SSLContext | None = None,
        tls_port: int = 0,
        name: str = "",
    ) -> None:
        self.reach = Reach(host, name, tls)
        self.port = port
        self.tls_port = tls_port
        self._network = network
        self._options = options or ArmOptions()

    @property
    def url(self) -> str:
        """The endpoint: https where there is TLS."""
        return self.plain_url if self.reach.tls is None else self.reach.url(self.tls_port, secure=True)

    @property
    def plain_url(self) -> str:
        """The same over http."""
        return self.reach.url(self.port)

    @property
    def azure_subscription(self) -> str:
        return self.desk.azure

    @property
    def resource_group(self) -> str:
        return self.desk.group

    @property
    def identity_endpoint(self) -> str:
        """Where a managed identity gets its tokens; `identity_header` is the secret it asks with.

        Over http in any case: with https the identity library takes it for another of Azure's services.
        """
        return f"{self.plain_url}{MSI_PATH}"

    def _app(self) -> Any:
        app = build_app(self.desk, identity_header=self.identity_header)
        return tapped_app(guarded(app, self._network, lambda method, path: f"arm:{method} {path}"), self._network.tap)

    async def __aenter__(self) -> ArmEmulator:
        self._block = self._running()
        await self._block.__aenter__()
        return self

    async def __aexit__(self, *exception: Any) -> None:
        await self._block.__aexit__(*exception)

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        with doors(self.reach, self.port, self.tls_port) as opened:
            self.port, self.tls_port = ports(opened)
            async with task_group() as group:
                tasks = Tasks(group)
                self.desk = Desk(self._network, tasks.start, self.url, self._options)
                self.identity_header = self.desk.ids.guid()
                try:
                    async with serving(self._app(), opened, group):
                        yield
                finally:
                    tasks.cancel()
