"""The emulated ACS resource as a server in this process: Call Automation, its keys, phone numbers and the admin interface.

    async with AcsEmulator(port=0, voice=load_voice) as emulator:
        client = CallAutomationClient(emulator.url, AzureKeyCredential(emulator.key))

Leaving the block hangs up all calls, delivers the callbacks that are due, and closes the port.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.doorway import guarded
from voiceagent.emulators.acs.network import Network
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.script import Speaker
from voiceagent.emulators.acs.studio import Listener
from voiceagent.emulators.faults.switchboard import PHONE, Switchboard
from voiceagent.emulators.lint.findings import Findings
from voiceagent.emulators.listening import doors, ports, serving
from voiceagent.emulators.numbers.options import NumbersOptions
from voiceagent.emulators.numbers.state import Numbers
from voiceagent.emulators.reach import Reach
from voiceagent.emulators.tap import Tap, hooks, tapped_app
from voiceagent.emulators.tasks import task_group
from voiceagent.errors import UserError
from voiceagent.protocol.auth import is_access_key
from voiceagent.trust import authorities

if TYPE_CHECKING:
    import ssl

    from starlette.applications import Starlette

CALLBACK_SECONDS = 10.0
"""How long the app may take over a callback."""

OPEN_CONNECTIONS = 200


class AcsEmulator:
    """An emulator that runs while the block does. `url`, `port`, `key` and `resource_id` hold inside it.

    With `tls` it is served over https too, and `url` is that address. `name` is what other machines call it by,
    `storage` the host under which recordings are announced, when a proxy leads there.

    `voice` speaks for callers and prompts. `ear` understands callers; without one their scripts tell what they said.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        key: str | None = None,
        resource_id: str | None = None,
        voice: Callable[[], Speaker] | None = None,
        ear: Callable[[], Listener] | None = None,
        options: NetworkOptions | None = None,
        numbers: NumbersOptions | None = None,
        tls: ssl.SSLContext | None = None,
        tls_port: int = 0,
        name: str = "",
        storage: str = "",
        faults: Switchboard | None = None,
        findings: Findings | None = None,
        tap: Tap | None = None,
    ) -> None:
        self.reach = Reach(host, name, tls, storage)
        self.port = port
        self.tls_port = tls_port
        self._key = key
        if key is not None and not is_access_key(key):
            raise UserError("The access key of an ACS resource is base64 text, and this key is not.", remedy="Leave it out.")
        self.faults = faults or Switchboard(seed=options.seed if options else None, sites=PHONE)
        self.findings = Findings() if findings is None else findings
        self._tap = tap
        self._resource_id = resource_id
        self._voice = voice
        self._ear = ear
        self._options = options or NetworkOptions()
        self._numbers = numbers or NumbersOptions(seed=self._options.seed)

    @property
    def url(self) -> str:
        """The endpoint: https where there is TLS."""
        return self.plain_url if self.reach.tls is None else self.reach.url(self.tls_port, secure=True)

    @property
    def plain_url(self) -> str:
        """The same over http."""
        return self.reach.url(self.port)

    @property
    def key(self) -> str:
        return self.network.key

    @property
    def resource_id(self) -> str:
        """The audience of the emulator's tokens."""
        return self.network.resource_id

    @property
    def connection_string(self) -> str:
        return f"endpoint={self.url};accesskey={self.key}"

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/calling/keys"

    async def __aenter__(self) -> AcsEmulator:
        self._block = self._running()
        await self._block.__aenter__()
        return self

    async def __aexit__(self, *exception: Any) -> None:
        await self._block.__aexit__(*exception)

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        import httpx

        limits = httpx.Limits(max_connections=OPEN_CONNECTIONS, max_keepalive_connections=OPEN_CONNECTIONS)
        async with httpx.AsyncClient(
            timeout=CALLBACK_SECONDS,
            trust_env=False,
            verify=authorities(),
            limits=limits,
            mounts=_without_proof(limits),
            event_hooks=hooks(self._tap),
        ) as client:
            with doors(self.reach, self.port, self.tls_port) as opened:
                self.port, self.tls_port = ports(opened)
                async with task_group() as tasks:
                    self.network = Network(
                        tasks,
                        client,
                        options=self._options,
                        key=self._key,
                        resource_id=self._resource_id,
                        voice=self._voice,
                        ear=self._ear,
                        reach=self.reach,
                        faults=self.faults,
                        findings=self.findings,
                        tap=self._tap,
                    )
                    app = tapped_app(guarded(build_app(self.network, self._numbers), self.network), self._tap)
                    async with serving(app, opened, tasks):
                        self.network.start(self.url)
                        try:
                            yield
                        finally:
                            await self.network.stop()


def build_app(network: Network, numbers: NumbersOptions | None = None) -> Starlette:
    """All routes of the emulator: calls, phone numbers, and its own."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse, Response

    from voiceagent.emulators.acs import errors
    from voiceagent.emulators.acs.admin import admin_routes
    from voiceagent.emulators.acs.routes import calling_routes, verify
    from voiceagent.emulators.numbers.routes import number_routes
    from voiceagent.emulators.numbers.sip import SipRouting, sip_routes

    async def unknown(request: Request, _: Exception) -> Response:
        refusal = errors.unknown_route(request.method, str(request.url))
        return JSONResponse(refusal.body(), status_code=refusal.status)

    def prove(request: Request, body: bytes) -> None:
        verify(network, request, body)

    state = Numbers(numbers or NumbersOptions(), network.wall())
    routes = [
        *calling_routes(network),
        *number_routes(state, prove, network.wall),
        *sip_routes(SipRouting(), prove),
        *admin_routes(network, state),
    ]
    return Starlette(routes=routes, exception_handlers={404: unknown, 405: unknown})


def _without_proof(limits: Any) -> dict[str, Any]:
    """An app on this machine may have any certificate, such as the one its framework makes for development."""
    import httpx

    return {
        f"https://{host}": httpx.AsyncHTTPTransport(verify=False, limits=limits) for host in ("localhost", "127.0.0.1", "[::1]")
    }
