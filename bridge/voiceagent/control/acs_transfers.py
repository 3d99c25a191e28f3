"""Humans in one call through Azure Call Automation: calling them, moving the caller to them, who waits on hold meanwhile.

A human who is invited costs nothing when the line is busy: the caller is still with us. A caller who is moved (cold) is out of
our hands once the human has answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from voiceagent.call.commands import TransferCaller
from voiceagent.call.events import Event, TransferEnded, TransferRinging
from voiceagent.config.handover import TransferTarget
from voiceagent.control.acs_account import SERVICE, asked
from voiceagent.control.call_context import Detail, headers_of
from voiceagent.errors import RemoteError, UserError
from voiceagent.protocol.acs_callbacks import Callback

if TYPE_CHECKING:
    from azure.communication.callautomation import CommunicationIdentifier
    from azure.communication.callautomation.aio import CallConnectionClient

RING_MARGIN_SECONDS = 2.0  # the service ends an invitation itself; we withdraw it only when it does not say so


@dataclass(frozen=True, slots=True)
class Manners:
    """How transfers of one call are made. `hold_audio`: address of a WAV file for whoever waits, empty: silence."""

    targets: Mapping[str, TransferTarget] = field(default_factory=dict)
    caller_id: str = ""
    call_id: str = ""
    caller: str = ""
    """The raw id of the person we talk to."""
    hold_audio: str = ""
    headers: Detail = "summary"


class AcsTransfers:
    """`call` gives the SDK's client of the call, `deliver` takes events, `hooks` the options that show requests to taps."""

    def __init__(
        self,
        manners: Manners,
        *,
        call: Callable[[], CallConnectionClient],
        deliver: Callable[[Event], None],
        hooks: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._manners = manners
        self._client = call
        self._deliver = deliver
        self._hooks = hooks
        self._invited: dict[str, str] = {}
        self._over: dict[str, asyncio.Event] = {}
        self._holding = asyncio.Lock()  # a caller must never be left on hold because two requests overtook each other
        self._held = False

    def target_of(self, operation_context: str | None) -> str | None:
        """The name of the target that a report is about."""
        return self._invited.get(operation_context or "")

    def is_news(self, callback: Callback, event: TransferEnded) -> bool:
        """False for what was told before: by now the same target may be called anew."""
        over = self._over.get(callback.operation_context or "")
        if over is None:
            return True
        if over.is_set() and event.outcome != "connected":
            return False
        over.set()
        return True

    # --- calling a human

    async def call(self, command: TransferCaller) -> None:
        """Begin a transfer; raises RemoteError when the service refuses."""
        address = self._manners.targets.get(command.target)
        if address is None:
            raise RemoteError(
                f"there is no transfer target {command.target!r}", service=SERVICE, remedy="add it under [transfer.targets]"
            )
        context = f"transfer-{len(self._invited) + 1}"
        over = self._over[context] = asyncio.Event()
        self._invited[context] = command.target  # before asking: the report may overtake the answer
        headers = headers_of(
            self._manners.call_id,
            reason=command.reason.shown,
            summary=command.summary.shown,
            detail=self._manners.headers,
        )
        about = {**headers.options(), "source_caller_id_number": self._shown_number(address), "operation_context": context}
        async with self._holding:
            pass  # a caller who is being put on hold must be there before a human answers
        if command.mode == "cold":
            await self._move(command, address, over, about)
        else:
            await self._invite(command, address, over, about)

    async def _move(
        self, command: TransferCaller, address: TransferTarget, over: asyncio.Event, about: Mapping[str, Any]
    ) -> None:
        await asked(
            self._client().transfer_call_to_participant(identifier_of(address), **about, **self._hooks()), "move the caller"
        )
        if not over.is_set():
            self._deliver(TransferRinging(command.target))

    async def _invite(
        self, command: TransferCaller, address: TransferTarget, over: asyncio.Event, about: Mapping[str, Any]
    ) -> None:
        invited = await asked(
            self._client().add_participant(
                identifier_of(address), invitation_timeout=command.ring_seconds, **about, **self._hooks()
            ),
            "call the transfer target",
        )
        if over.is_set():
            return
        self._deliver(TransferRinging(command.target))
        try:
            async with asyncio.timeout(command.ring_seconds + RING_MARGIN_SECONDS):
                await over.wait()
        except TimeoutError:
            over.set()
            await self._withdraw(invited.invitation_id or "")
            self._deliver(TransferEnded(command.target, "no_answer", message="nobody answered in time"))

    async def _withdraw(self, invitation_id: str) -> None:
        try:
            await asked(
                self._client().cancel_add_participant_operation(invitation_id, **self._hooks()), "withdraw the invitation"
            )
        except RemoteError as error:
            if error.status is None or error.status >= 500:  # anything else: it has ended by itself
                raise

    async def dismiss(self, target: str) -> None:
        """Take a human out of the call. Raises RemoteError; who is gone already is no error."""
        address = self._manners.targets.get(target)
        if address is None:
            return
        try:
            await asked(self._client().remove_participant(identifier_of(address), **self._hooks()), "send the human away")
        except RemoteError as error:
            if error.status != 404:
                raise

    # --- the caller waits

    async def hold(self) -> None:
        """The caller waits and hears the hold audio. Raises RemoteError."""
        from azure.communication.callautomation import FileSource

        audio = FileSource(self._manners.hold_audio) if self._manners.hold_audio else None
        async with self._holding:
            self._held = True  # before asking: what is reported of it may overtake the answer
            try:
                await asked(
                    self._client().hold(self._caller(), play_source=audio, operation_context="hold", **self._hooks()),
                    "put the caller on hold",
                )
            except RemoteError:
                self._held = False
                raise

    async def resume(self) -> None:
        """The caller is in the call again; does nothing when they were not on hold. Raises RemoteError."""
        async with self._holding:
            if self._held:
                self._held = False
                await asked(self._client().unhold(self._caller(), **self._hooks()), "take the caller off hold")

    @property
    def caller_waits(self) -> bool:
        """The caller is on hold, or on the way there or back."""
        return self._held or self._holding.locked()

    def not_held(self) -> None:
        """The service reported that it could not keep the caller on hold."""
        self._held = False

    def _caller(self) -> CommunicationIdentifier:
        return identifier_from(self._manners.caller)

    def _shown_number(self, address: TransferTarget) -> Any:
        from azure.communication.callautomation import PhoneNumberIdentifier

        number = self._manners.caller_id
        return PhoneNumberIdentifier(number) if address.phone_number and number else None


def identifier_of(address: TransferTarget) -> CommunicationIdentifier:
    """The SDK's identifier of a transfer target."""
    from azure.communication.callautomation import (
        CommunicationUserIdentifier,
        MicrosoftTeamsUserIdentifier,
        PhoneNumberIdentifier,
    )

    if address.phone_number:
        return PhoneNumberIdentifier(address.phone_number)
    if address.acs_user:
        return CommunicationUserIdentifier(address.acs_user)
    if address.teams_user:
        return MicrosoftTeamsUserIdentifier(address.teams_user)
    raise UserError(
        "a transfer target has no address",
        remedy="give it a phone_number, an acs_user or a teams_user under [transfer.targets]",
    )


def identifier_from(raw_id: str) -> CommunicationIdentifier:
    """The SDK's identifier of a participant, by the raw id that the service told."""
    from azure.communication.callautomation import (
        CommunicationUserIdentifier,
        MicrosoftTeamsUserIdentifier,
        PhoneNumberIdentifier,
        UnknownIdentifier,
    )

    scheme, _, rest = raw_id.partition(":")
    if scheme == "4":
        return PhoneNumberIdentifier(rest, raw_id=raw_id)
    if raw_id.startswith("8:orgid:"):
        return MicrosoftTeamsUserIdentifier(raw_id.removeprefix("8:orgid:"), raw_id=raw_id)
    return CommunicationUserIdentifier(raw_id) if raw_id.startswith("8:acs:") else UnknownIdentifier(raw_id)
