"""Call control of one call through Azure Call Automation: answer, record, leave; transfers stand in `acs_transfers`."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from voiceagent.call.commands import (
    ControlCommand,
    DismissHuman,
    HangUp,
    HoldCaller,
    LeaveCall,
    MuteOurselves,
    RecogniseKeys,
    ResumeCaller,
    SendKeys,
    StartRecording,
    TransferCaller,
)
from voiceagent.call.events import CallerLeft, NotReached, ParticipantsChanged, TransferEnded
from voiceagent.config.handover import TransferTarget
from voiceagent.config.schema import RecordingSection
from voiceagent.control.acs_account import SERVICE, asked, hooks
from voiceagent.control.acs_events import events_of
from voiceagent.control.acs_keys import AcsKeys
from voiceagent.control.acs_opening import Dial, Opening, not_reached
from voiceagent.control.acs_transfers import AcsTransfers, Manners, identifier_from, identifier_of
from voiceagent.errors import RemoteError
from voiceagent.ports import Deliver, WireFn
from voiceagent.protocol.acs_callbacks import (
    Callback,
    CallConnected,
    CallDisconnected,
    CreateCallFailed,
    HoldFailed,
    ParticipantsUpdated,
)

if TYPE_CHECKING:
    from azure.communication.callautomation import AzureBlobContainerRecordingStorage
    from azure.communication.callautomation.aio import CallAutomationClient, CallConnectionClient

ANSWER_SECONDS = 20.0  # a phone rings 30 s, and the caller should hear something before that
LATE_END_SECONDS = 3.0  # one request; the call is over for us anyway
_GONE = {"8522", "8528"}  # call not found, call terminated
_GONE_STATUS = 404
_BUSY = {429, 500, 502, 503, 504}  # no room for the call: its caller gets a busy signal, not half a minute of ringing


class AcsControl:
    """A `CallControl`. `deliver` is set by whoever runs the call; outcomes go there."""

    def __init__(
        self,
        client: CallAutomationClient,
        *,
        incoming_call_context: str,
        correlation_id: str,
        callback_url: str,
        media_url: str,
        sample_rate: int,
        manners: Manners,
        recording: RecordingSection,
        dial: Dial | None = None,
    ) -> None:
        self.connection_id = ""
        """The service's id of the call, once answered."""
        self.server_call_id = ""
        self.given_up = False
        """We never learnt whether our answer was taken: the service may have connected the call all the same."""
        self.deliver: Deliver = lambda _: None
        self._client = client
        self._context = incoming_call_context
        self._correlation_id = correlation_id
        self._callback_url = callback_url
        self._opening = Opening(callback_url, media_url, sample_rate)
        self._dial = dial
        self._reached = asyncio.Event()
        self._rang_out = False
        self._caller = manners.caller
        self._recording = recording
        self._hooks: dict[str, Any] = {}
        self._settled = asyncio.Event()
        self._overheard = ""
        self._ourselves = ""
        self._roster_number = -1
        self._caller_was_there = False
        self._transfers = AcsTransfers(
            manners, call=lambda: self._call, deliver=lambda event: self.deliver(event), hooks=lambda: self._hooks
        )
        self._keys = AcsKeys(
            manners.caller, call=lambda: self._call, deliver=lambda event: self.deliver(event), hooks=lambda: self._hooks
        )

    def watch(self, wire: WireFn | None) -> None:
        """Show every request and its answer to `wire`."""
        self._hooks = hooks(wire)

    # --- the beginning

    async def answer(self) -> None:
        """Accept the call with a two-way media stream, or call whom we are to call. Raises RemoteError."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if self._dial is None:
                    ours = await self._opening.answer(self._client, self._context, self._correlation_id, self._hooks)
                else:
                    ours = await self._opening.place(self._client, self._dial, self._hooks)
            self.connection_id = ours.call_connection_id or ""
            self.server_call_id = ours.server_call_id or ""
            ourselves = ours.answered_by if self._dial is None else ours.source
            self._ourselves = ourselves.raw_id if ourselves else ""
        except TimeoutError:
            await self._give_up()
            what = "answer" if self._dial is None else "call"
            raise RemoteError(f"{SERVICE} did not let us {what} within {ANSWER_SECONDS:g} s", service=SERVICE) from None
        except RemoteError as error:
            if error.status is None:  # the connection broke: our request may have come through, and its answer not
                await self._give_up()
            elif error.status in _BUSY:
                await self._turn_away()
            raise
        finally:
            self._settled.set()
        if self._dial is not None:
            await self._until_reached(self._dial.ring_seconds)

    async def _until_reached(self, ring_seconds: int) -> None:
        """Somebody answers, or the service says why nobody does; we do not let it ring for longer than we meant to."""
        try:
            async with asyncio.timeout(ring_seconds):
                await self._reached.wait()
        except TimeoutError:
            self._rang_out = True
            # First the phone, as nothing of this call is carried out once it has been told; it may end by itself meanwhile.
            with contextlib.suppress(RemoteError, TimeoutError):
                async with asyncio.timeout(LATE_END_SECONDS):
                    await self._hang_up(for_everyone=True)
            self.deliver(NotReached("no_answer"))

    @property
    def caller_waits(self) -> bool:
        """The caller is on hold, or on the way there or back."""
        return self._transfers.caller_waits

    async def settled(self) -> None:
        """Wait until the service has said yes or no to our answer: its reports and its socket may come before that."""
        await self._settled.wait()

    def overhear(self, connection_id: str) -> None:
        """A verified report says that the call is connected, and the service has not yet answered our answer."""
        self._overheard = connection_id

    async def end_late(self, connection_id: str) -> None:
        """End a call that was connected after we had given it up: nobody would talk to its caller. Raises RemoteError."""
        self.connection_id = connection_id
        await self._hang_up(for_everyone=True)

    async def _give_up(self) -> None:
        self.given_up = True
        if self._overheard:
            with contextlib.suppress(RemoteError, TimeoutError):  # the next report of the call is another occasion
                async with asyncio.timeout(LATE_END_SECONDS):
                    await self.end_late(self._overheard)
        else:
            await self._turn_away()

    async def _turn_away(self) -> None:
        """The caller hears busy and not ringing till the end; refused by the service if our answer was taken after all."""
        if self._dial is None:
            with contextlib.suppress(RemoteError, TimeoutError):
                async with asyncio.timeout(LATE_END_SECONDS):
                    await self.reject()

    async def reject(self, reason: str = "busy") -> None:
        """Turn the caller away: busy, forbidden or none. Raises RemoteError."""
        await asked(self._client.reject_call(self._context, call_reject_reason=reason, **self._hooks), "reject the call")

    async def redirect(self, address: TransferTarget) -> None:
        """Send the caller elsewhere, unanswered. Raises RemoteError."""
        elsewhere = identifier_of(address)
        await asked(self._client.redirect_call(self._context, elsewhere, **self._hooks), "redirect the call")

    # --- commands

    async def carry_out(self, command: ControlCommand) -> None:
        match command:
            case TransferCaller():
                await self._transfers.call(command)
            case HoldCaller():
                await self._transfers.hold()
            case ResumeCaller():
                await self._transfers.resume()
            case DismissHuman(target):
                await self._transfers.dismiss(target)
            case HangUp():
                await self._end(for_everyone=True)
            case LeaveCall():
                await self._end(for_everyone=False)
            case StartRecording():
                await self._record()
            case RecogniseKeys():
                await self._keys.recognise()
            case MuteOurselves():
                await self._mute_ourselves()
            case SendKeys():
                await self._keys.send(command)
            case _:
                raise TypeError(f"no way to carry out {type(command).__name__}")

    def on_callback(self, callback: Callback) -> None:
        """A verified report of the service about this call."""
        if isinstance(callback, ParticipantsUpdated) and self._is_old_roster(callback):
            return
        if isinstance(callback, HoldFailed):
            self._transfers.not_held()
        if isinstance(callback, CallConnected | CreateCallFailed | CallDisconnected):
            if self._rang_out:
                return  # we have given it up, and end it
            self._reached.set()
        if isinstance(callback, CreateCallFailed):
            self.deliver(not_reached(callback.result))
        if self._keys.reported(callback):
            return
        for event in events_of(callback, target=self._transfers.target_of, ourselves=self._ourselves, caller=self._caller):
            if isinstance(event, TransferEnded) and not self._transfers.is_news(callback, event):
                continue
            if isinstance(event, ParticipantsChanged):
                self._roster(event)
                continue
            self.deliver(event)

    def _roster(self, event: ParticipantsChanged) -> None:
        if not self._ourselves:
            return  # we could not tell ourselves from the others
        # Whom we have never seen under the name we know may be there under another.
        self._caller_was_there = self._caller_was_there or event.caller_here
        self.deliver(event if self._caller_was_there else ParticipantsChanged(event.count))

    def _is_old_roster(self, callback: ParticipantsUpdated) -> bool:
        number = callback.sequence_number
        if number is None:
            return False
        old = number <= self._roster_number
        self._roster_number = max(number, self._roster_number)
        return old

    @property
    def _call(self) -> CallConnectionClient:
        return self._client.get_call_connection(self.connection_id)

    async def _end(self, *, for_everyone: bool) -> None:
        await self._settled.wait()
        if not self.connection_id:  # never answered
            await self.reject()
            self.deliver(CallerLeft("rejected"))
            return
        if not for_everyone:
            with contextlib.suppress(RemoteError):  # who cannot be taken off hold is no reason to stay for ever
                await self._transfers.resume()
        await self._hang_up(for_everyone=for_everyone)

    async def _hang_up(self, *, for_everyone: bool) -> None:
        try:
            await asked(self._call.hang_up(for_everyone, **self._hooks), "hang up")
        except RemoteError as error:
            if error.status != _GONE_STATUS and error.code not in _GONE:
                raise
            self.deliver(CallerLeft("gone already", error.status))

    async def _mute_ourselves(self) -> None:
        """Of the participants of a call the service mutes users of its own, as which we count ourselves; never a telephone."""
        if self._ourselves:  # unverified: that it does so for an app, and that this ends nothing but our sound
            ours = self._call.mute_participant(identifier_from(self._ourselves), operation_context="listening", **self._hooks)
            await asked(ours, "mute the agent")

    async def _record(self) -> None:
        chosen = self._recording
        await asked(
            self._client.start_recording(
                server_call_id=self.server_call_id,
                recording_content_type="audio",
                recording_channel_type=chosen.channels,
                recording_format_type="wav" if chosen.channels == "unmixed" else chosen.format,
                recording_state_callback_url=self._callback_url,
                recording_storage=_container(chosen.container_url),
                **self._hooks,
            ),
            "record the call",
        )


def _container(url: str) -> AzureBlobContainerRecordingStorage | None:
    """Where the recording goes; None: Azure's own storage. The resource's identity must be allowed to write there."""
    if not url:
        return None
    from azure.communication.callautomation import AzureBlobContainerRecordingStorage

    return AzureBlobContainerRecordingStorage(url)
