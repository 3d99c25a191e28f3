"""Call control of one call through Twilio: answer with a document, hand over with `<Dial>`, record, hang up.

Twilio asks what to do with a call and does what the answering document says; a document sent later replaces it. So answering
is the reply to Twilio's request, and a transfer is a document that dials: the agent's stream ends, the caller hears the other
phone ring, and when nobody answers Twilio asks again and gets the stream back. The agent cannot listen to what follows.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

from voiceagent.call.commands import ControlCommand, HangUp, LeaveCall, MuteOurselves, SendKeys, StartRecording, TransferCaller
from voiceagent.call.events import (
    CallConnected,
    CallerLeft,
    KeysSent,
    RecordingChanged,
    TransferEnded,
    TransferOutcome,
    TransferRinging,
)
from voiceagent.config.handover import TransferTarget
from voiceagent.config.schema import RecordingSection
from voiceagent.config.telephony import TwilioSection
from voiceagent.discreet import Secret
from voiceagent.errors import RemoteError
from voiceagent.loopback import on_this_machine
from voiceagent.ports import Deliver, WireFn
from voiceagent.protocol import twilio_calls as twiml
from voiceagent.trust import authorities

if TYPE_CHECKING:
    import httpx

SERVICE = "Twilio"
ASKING_SECONDS = 10.0
_GONE = 404
_NOT_IN_PROGRESS = 21220  # Twilio's code for "the call is not in progress": it has ended already

_OUTCOMES: Mapping[str, TransferOutcome] = {
    "completed": "connected",
    "answered": "connected",
    "busy": "busy",
    "no-answer": "no_answer",
    "canceled": "no_answer",
    "failed": "failed",
}
_DECLINED = ("603", "607")  # SIP: decline, unwanted


class Rest(Protocol):
    """Twilio's REST interface for calls."""

    async def update(self, call_sid: str, form: Mapping[str, str], operation: str) -> dict[str, Any]:
        """Change a call in progress. Raises RemoteError."""
        ...

    async def record(self, call_sid: str, form: Mapping[str, str]) -> dict[str, Any]:
        """Begin to record it. Raises RemoteError."""
        ...


class TwilioAccount:
    """A `Rest` over HTTP."""

    def __init__(self, http: httpx.AsyncClient, *, api_url: str, account_sid: str, auth_token: Secret) -> None:
        self._http = http
        self._calls = f"{api_url.rstrip('/')}/2010-04-01/Accounts/{account_sid}/Calls"
        self._auth = (account_sid, auth_token.shown)

    async def update(self, call_sid: str, form: Mapping[str, str], operation: str) -> dict[str, Any]:
        return await self._post(f"{self._calls}/{call_sid}.json", form, operation)

    async def record(self, call_sid: str, form: Mapping[str, str]) -> dict[str, Any]:
        return await self._post(f"{self._calls}/{call_sid}/Recordings.json", form, "record the call")

    async def _post(self, url: str, form: Mapping[str, str], operation: str) -> dict[str, Any]:
        import httpx

        try:
            answer = await self._http.post(url, data=dict(form), auth=self._auth, timeout=ASKING_SECONDS)
        except httpx.TransportError as error:
            raise RemoteError(
                f"{SERVICE} could not be reached to {operation}: {type(error).__name__}",
                service=SERVICE,
                remedy="check twilio.api_url and the network",
            ) from error
        told = _json(answer)
        if answer.status_code >= 400:
            raise RemoteError(
                f"{SERVICE} refused to {operation}: {told.get('message') or answer.reason_phrase}",
                service=SERVICE,
                status=answer.status_code,
                code=str(told.get("code") or ""),
                request_id=answer.headers.get("twilio-request-id", ""),
                remedy="check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN" if answer.status_code == 401 else "",
            )
        return told


@asynccontextmanager
async def twilio_account(section: TwilioSection) -> AsyncIterator[TwilioAccount]:
    """The account of the settings while the block runs."""
    import httpx

    local = on_this_machine(section.api_url)  # an emulator is behind no proxy
    async with httpx.AsyncClient(trust_env=not local, verify=authorities()) as http:
        token = section.auth_token
        yield TwilioAccount(
            http,
            api_url=section.api_url,
            account_sid=section.account_sid,
            auth_token=token if isinstance(token, Secret) else Secret(token),
        )


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


class TwilioControl:
    """A `CallControl`. `deliver` is set by whoever runs the call; outcomes go there."""

    def __init__(
        self,
        rest: Rest,
        *,
        call_sid: str,
        stream_url: str,
        next_url: str,
        target_url: str,
        targets: Mapping[str, TransferTarget],
        caller_id: str,
        recording: RecordingSection,
    ) -> None:
        self.call_sid = call_sid
        self.deliver: Deliver = lambda _: None
        self._rest = rest
        self._stream_url = stream_url
        self._next_url = next_url
        self._target_url = target_url
        self._targets = targets
        self._caller_id = caller_id
        self._recording = recording
        self._document: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._wire: WireFn | None = None
        self._dialled = ""
        self._declined = False

    def watch(self, wire: WireFn | None) -> None:
        """Show every document to `wire`."""
        self._wire = wire

    @property
    def handing_over(self) -> bool:
        """The caller hears another phone ring, or a human: there is no stream, and that is as it should be."""
        return bool(self._dialled)

    # --- what Twilio asks

    async def answer_document(self) -> str:
        """What to do with the call that rings, once that is decided."""
        return await asyncio.shield(self._document)

    async def answer(self) -> None:
        """Accept the call with a two-way stream."""
        self._reply(self.stream_document())

    async def reject(self, reason: str = "busy") -> None:
        """Turn the caller away: busy, or for any other reason as a number that is not in service."""
        self._reply(twiml.reject("busy" if reason == "busy" else "rejected"))

    async def redirect(self, address: TransferTarget) -> None:
        """Send the caller to another telephone, unanswered. Raises RemoteError for anybody without one."""
        if not address.phone_number:
            raise RemoteError(f"{SERVICE} sends callers to telephones only, and the target has none", service=SERVICE)
        self._reply(twiml.redirect_number(address.phone_number, ring_seconds=address.ring_seconds))

    def stream_document(self) -> str:
        """Connect the call to the agent, at its beginning or again."""
        return twiml.connect_stream(self._stream_url, then=self._next_url)

    def opened(self) -> None:
        """The stream flows."""
        self.deliver(CallConnected())

    def stream_ended(self) -> None:
        """Twilio has ended the stream itself. Without a transfer under way, the caller is gone."""
        if not self.handing_over:
            self.deliver(CallerLeft("hung up"))

    def target_reported(self, form: twiml.Form) -> None:
        """How it goes with the phone that was dialled."""
        status, target = twiml.member(form, "CallStatus"), self._dialled
        self._declined = self._declined or twiml.member(form, "SipResponseCode") in _DECLINED
        if not target:
            return
        if status == "ringing":
            self.deliver(TransferRinging(target))
        elif status == "in-progress":
            self.deliver(TransferEnded(target, "connected"))

    def asked_next(self, form: twiml.Form) -> str:
        """The document so far is done: what comes next. After a transfer that failed, the agent has the caller again."""
        status, target = twiml.member(form, "DialCallStatus"), self._dialled
        if not target:
            return self.stream_document()
        self._dialled = ""
        outcome: TransferOutcome = "declined" if self._declined else _OUTCOMES.get(status, "failed")
        if outcome == "connected":
            self.deliver(CallerLeft("hung up"))
            return twiml.hang_up()
        code = twiml.member(form, "ErrorCode")
        readable = code.isascii() and code.isdigit() and len(code) < 10
        self.deliver(TransferEnded(target, outcome, code=int(code) if readable else None))
        return self.stream_document()

    # --- commands

    async def carry_out(self, command: ControlCommand) -> None:
        match command:
            case TransferCaller():
                await self._transfer(command)
            case HangUp():
                await self._hang_up()
            case LeaveCall():
                self.deliver(CallerLeft("handed over"))  # Twilio has connected the two; nobody needs us
            case StartRecording():
                await self._record()
            case MuteOurselves():
                pass  # the stream has ended: nothing of ours can be heard
            case SendKeys(tool_call_id=tool_call_id):
                self.deliver(KeysSent(tool_call_id, f"{SERVICE} presses no keys while the agent has the call"))
            case _:
                raise RemoteError(
                    f"{SERVICE} has no way to {type(command).__name__}", service=SERVICE, remedy="see docs/twilio.md"
                )

    async def _transfer(self, command: TransferCaller) -> None:
        number = self._number_of(command.target)
        if command.mode == "consult":  # dialled, the human would have the caller unasked
            raise RemoteError(
                f"the human of {command.target!r} is to be asked first, and {SERVICE} gives the agent no way to do that",
                service=SERVICE,
                remedy=f"set transfer.targets.{command.target}.mode to join, or take such calls over Azure",
            )
        document = twiml.dial_number(
            number,
            caller_id=self._caller_id,
            ring_seconds=command.ring_seconds,
            then=self._next_url,
            progress=self._target_url,
        )
        self._dialled, self._declined = command.target, False  # before asking: the stream ends before Twilio answers
        try:
            await self._update({"Twiml": document}, "hand the caller over")
        except RemoteError:
            self._dialled = ""
            raise

    def _number_of(self, name: str) -> str:
        target = self._targets.get(name)
        if target is None or not target.phone_number:
            raise RemoteError(
                f"the transfer target {name!r} has no phone_number, and {SERVICE} can dial nothing else",
                service=SERVICE,
                remedy=f"give transfer.targets.{name} a phone_number",
            )
        if target.agent == "listens":
            raise RemoteError(
                f"the agent is to listen after the transfer to {name!r}, and {SERVICE} gives it nothing to hear then",
                service=SERVICE,
                remedy=f"set transfer.targets.{name}.agent to leaves, or take such calls over Azure",
            )
        return target.phone_number

    async def _hang_up(self) -> None:
        if not self._document.done():  # never answered
            await self.reject()
            self.deliver(CallerLeft("rejected"))
            return
        try:
            await self._update({"Status": "completed"}, "hang up")
        except RemoteError as error:
            if error.status != _GONE and error.code != str(_NOT_IN_PROGRESS):
                raise
        self.deliver(CallerLeft("hung up by us"))

    async def _record(self) -> None:
        channels = "dual" if self._recording.channels == "unmixed" else "mono"
        told = await self._rest.record(self.call_sid, {"RecordingChannels": channels})
        self.deliver(RecordingChanged(str(told.get("sid") or ""), active=True))

    # --- inside

    def _reply(self, document: str) -> None:
        self._shown({"Twiml": document})
        if not self._document.done():
            self._document.set_result(document)

    async def _update(self, form: Mapping[str, str], operation: str) -> None:
        self._shown(form)
        await self._rest.update(self.call_sid, form, operation)

    def _shown(self, form: Mapping[str, str]) -> None:
        if self._wire is not None:
            self._wire("out", json.dumps(dict(form)).encode())
