"""The one place that makes clients of Azure's management from settings: Azure and its emulators are reached by the same code.

    async with open_azure(settings) as azure:
        async for number in azure.numbers.list_purchased_phone_numbers(): ...

Each client is made when it is first asked for and closed with the block.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urlsplit

from voiceagent.cloud.refusals import refusal, unreachable
from voiceagent.cloud.wire import Line, OverHttp, Tap
from voiceagent.discreet import Secret
from voiceagent.errors import UserError
from voiceagent.loopback import on_this_machine

if TYPE_CHECKING:
    from azure.communication.phonenumbers.aio import PhoneNumbersClient
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.mgmt.appcontainers.aio import ContainerAppsAPIClient
    from azure.mgmt.authorization.v2022_04_01.aio import AuthorizationManagementClient
    from azure.mgmt.cognitiveservices.aio import CognitiveServicesManagementClient
    from azure.mgmt.communication.aio import CommunicationServiceManagementClient
    from azure.mgmt.containerregistrytasks.aio import ContainerRegistryTasksMgmtClient
    from azure.mgmt.eventgrid.aio import EventGridManagementClient
    from azure.mgmt.resource.resources.aio import ResourceManagementClient
    from azure.mgmt.storage.aio import StorageManagementClient

    from voiceagent.config.schema import Settings

Answer = TypeVar("Answer")
Client = TypeVar("Client", bound="Closable")


class Closable(Protocol):
    """What all clients have in common."""

    def close(self) -> Awaitable[None]: ...


ARM_SCOPE = "https://management.azure.com/.default"
POLL_SECONDS = 2.0
"""The management clients' own default is 30 s; what we make is ready in a few."""


class Azure:
    """Clients for one subscription. A UserError when what a client needs is not set."""

    def __init__(self, settings: Settings, credential: AsyncTokenCredential, closing: AsyncExitStack) -> None:
        self.settings = settings
        self.credential = credential
        self.line = Line()
        self._closing = closing
        self._acs_endpoint, self._acs_key = _acs_of(settings)

    @property
    def subscription_id(self) -> str:
        """The Azure subscription. UserError when none is set."""
        if not self.settings.cloud.subscription_id:
            raise UserError(
                "`cloud.subscription_id` is empty, so nobody knows which Azure subscription is meant",
                remedy="set AZURE_SUBSCRIPTION_ID; `az account show --query id` tells it",
            )
        return self.settings.cloud.subscription_id

    @property
    def poll_seconds(self) -> float:
        """How long to wait between two looks at something that takes a while."""
        return 0.01 if on_this_machine(self.settings.cloud.arm_endpoint) else POLL_SECONDS

    @cached_property
    def acs(self) -> CommunicationServiceManagementClient:
        """Communication Services resources."""
        from azure.mgmt.communication.aio import CommunicationServiceManagementClient

        return self._kept(
            CommunicationServiceManagementClient(self.credential, self.subscription_id, self._arm, **self._options)
        )

    @cached_property
    def event_grid(self) -> EventGridManagementClient:
        """System topics and event subscriptions."""
        from azure.mgmt.eventgrid.aio import EventGridManagementClient

        return self._kept(EventGridManagementClient(self.credential, self.subscription_id, self._arm, **self._options))

    @cached_property
    def ai(self) -> CognitiveServicesManagementClient:
        """AI Services (Foundry) resources, where Voice Live is."""
        from azure.mgmt.cognitiveservices.aio import CognitiveServicesManagementClient

        return self._kept(CognitiveServicesManagementClient(self.credential, self.subscription_id, self._arm, **self._options))

    @cached_property
    def resources(self) -> ResourceManagementClient:
        """Resource groups and resource providers."""
        from azure.mgmt.resource.resources.aio import ResourceManagementClient

        return self._kept(ResourceManagementClient(self.credential, self.subscription_id, self._arm, **self._options))

    @cached_property
    def roles(self) -> AuthorizationManagementClient:
        """Role assignments."""
        from azure.mgmt.authorization.v2022_04_01.aio import AuthorizationManagementClient

        return self._kept(AuthorizationManagementClient(self.credential, self.subscription_id, self._arm, **self._options))

    @cached_property
    def storage(self) -> StorageManagementClient:
        """Storage accounts and their containers."""
        from azure.mgmt.storage.aio import StorageManagementClient

        return self._kept(StorageManagementClient(self.credential, self.subscription_id, self._arm, **self._options))

    @cached_property
    def containers(self) -> ContainerAppsAPIClient:
        """Container apps: their revisions, replicas and logs."""
        from azure.mgmt.appcontainers.aio import ContainerAppsAPIClient

        return self._kept(ContainerAppsAPIClient(self.credential, self.subscription_id, self._arm, **self._options))

    @cached_property
    def builds(self) -> ContainerRegistryTasksMgmtClient:
        """Images that a registry builds itself."""
        from azure.mgmt.containerregistrytasks.aio import ContainerRegistryTasksMgmtClient

        return self._kept(ContainerRegistryTasksMgmtClient(self.credential, self.subscription_id, self._arm, **self._options))

    @cached_property
    def numbers(self) -> PhoneNumbersClient:
        """Phone numbers of the Communication Services resource. UserError when it is not known which one."""
        from azure.communication.phonenumbers.aio import PhoneNumbersClient
        from azure.core.credentials import AzureKeyCredential

        if not self._acs_endpoint:
            raise UserError(
                "No Communication Services resource is known: ACS_CONNECTION_STRING and ACS_ENDPOINT are empty",
                remedy="`voiceagent provision apply` makes one, or copy the connection string from the Azure portal",
            )
        credential = AzureKeyCredential(self._acs_key.shown) if self._acs_key else self.credential
        return self._kept(PhoneNumbersClient(self._acs_endpoint, credential, **self._patience))

    @property
    def acs_endpoint(self) -> str:
        """The Communication Services resource that `numbers` asks; empty when none is known yet."""
        return self._acs_endpoint

    def use_acs(self, connection_string: str) -> None:
        """From now on `numbers` asks this resource: one that was found or made a moment ago."""
        self._acs_endpoint, self._acs_key = _parse(connection_string)
        self.__dict__.pop("numbers", None)

    @contextmanager
    def any_acs(self) -> Iterator[None]:
        """While the block runs `numbers` can be made though no resource is known: for rehearsals, which send nothing."""
        if self._acs_endpoint:
            yield
            return
        self._acs_endpoint, self._acs_key = "https://not-made-yet.invalid", Secret("bm90IG1hZGUgeWV0")
        try:
            yield
        finally:
            self._acs_endpoint, self._acs_key = "", Secret("")
            self.__dict__.pop("numbers", None)

    async def asked(self, request: Awaitable[Answer], what: str) -> Answer:
        """Await a request of the SDK; its errors become RemoteError, worded as "refused to WHAT"."""
        from azure.core.exceptions import AzureError, HttpResponseError

        try:
            return await request
        except HttpResponseError as error:
            # Whoever is not signed in gets an error of this kind, too, though nobody has answered.
            raise (unreachable if error.response is None else refusal)(error, what) from error
        except AzureError as error:
            raise unreachable(error, what) from error

    @property
    def _arm(self) -> str:
        return self.settings.cloud.arm_endpoint.rstrip("/")

    @property
    def _patience(self) -> dict[str, Any]:
        """Of every client: seen by the tap, and given up by a person's measure of time."""
        return {
            "per_call_policies": [OverHttp()],
            "per_retry_policies": [Tap(self.line)],  # behind retries and Azure's own registering, so that it sees those too
            "retry_total": 3,
            "retry_backoff_max": 8,
            "connection_timeout": 10,
            "read_timeout": 60,
        }

    @property
    def _options(self) -> dict[str, Any]:
        return {**self._patience, "polling_interval": self.poll_seconds, "credential_scopes": [ARM_SCOPE]}

    def _kept(self, client: Client) -> Client:
        self._closing.push_async_callback(client.close)
        return client


@asynccontextmanager
async def open_azure(settings: Settings, *, credential: AsyncTokenCredential | None = None) -> AsyncIterator[Azure]:
    """Clients for what the settings name while the block runs, signed in as whoever runs this.

    UserError when the Resource Manager's address is neither https nor on this machine.
    """
    endpoint = urlsplit(settings.cloud.arm_endpoint)
    if endpoint.scheme != "https" and not on_this_machine(settings.cloud.arm_endpoint):
        raise UserError(
            f"`cloud.arm_endpoint` is {settings.cloud.arm_endpoint}; a token is sent over https alone",
            remedy="leave it empty for Azure, or give an emulator's address on this machine",
        )
    async with AsyncExitStack() as closing:
        if credential is None:
            credential = _credential(settings)
            closing.push_async_callback(credential.close)
        yield Azure(settings, credential, closing)


class EmulatedCredential:
    """Whoever may ask an emulator on this machine: everybody."""

    async def get_token(self, *_: str, **__: Any) -> Any:
        """A token that only the emulators believe; it outlives every command."""
        from azure.core.credentials import AccessToken

        return AccessToken("emulated", 4_000_000_000)

    async def close(self) -> None:
        """Nothing is open."""

    async def __aenter__(self) -> EmulatedCredential:
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()


def _credential(settings: Settings) -> AsyncTokenCredential:
    if on_this_machine(settings.cloud.arm_endpoint):
        return EmulatedCredential()
    from azure.identity.aio import DefaultAzureCredential  # 450 ms to import

    return DefaultAzureCredential()


def _acs_of(settings: Settings) -> tuple[str, Secret]:
    if settings.acs.connection_string:
        return _parse(str.__str__(settings.acs.connection_string))
    return settings.acs.endpoint, Secret("")


def _parse(connection_string: str) -> tuple[str, Secret]:
    """Endpoint and key. The SDK's own parser drops the scheme and so cannot reach an emulator over http."""
    parts = dict(part.split("=", 1) for part in connection_string.strip().strip('"').split(";") if "=" in part)
    named = {name.strip().lower(): value.strip() for name, value in parts.items()}
    endpoint, key = named.get("endpoint", "").rstrip("/"), named.get("accesskey", "")
    if not endpoint.startswith(("https://", "http://")) or not key:
        raise UserError(
            "acs.connection_string is not of the form endpoint=https://NAME.communication.azure.com;accesskey=KEY",
            remedy="copy it from the Azure portal: Communication Services resource, Keys",
        )
    return endpoint, Secret(key)
