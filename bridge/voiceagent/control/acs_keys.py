"""The telephone's keys in one call through Azure Call Automation: having the caller's recognised, and pressing our own.

The service presses at most 18 keys in a request, to one participant with a telephone number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from voiceagent.call.commands import SendKeys
from voiceagent.call.events import Event, KeyPressed, KeysSent
from voiceagent.control.acs_account import asked
from voiceagent.control.acs_transfers import identifier_from
from voiceagent.errors import RemoteError
from voiceagent.protocol.acs_callbacks import (
    Callback,
    ContinuousDtmfRecognitionToneReceived,
    SendDtmfTonesCompleted,
    SendDtmfTonesFailed,
)
from voiceagent.protocol.dtmf import word_of

if TYPE_CHECKING:
    from azure.communication.callautomation.aio import CallConnectionClient

MOST_AT_ONCE = 18
SENT_SECONDS = 15.0  # 18 tones and the gaps between them, and the report; the session waits as long as for any tool


class AcsKeys:
    """`call` gives the SDK's client of the call, `caller` the raw id of whom we talk to, `hooks` shows requests to taps."""

    def __init__(
        self,
        caller: str,
        *,
        call: Callable[[], CallConnectionClient],
        deliver: Callable[[Event], None],
        hooks: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._caller = caller
        self._client = call
        self._deliver = deliver
        self._hooks = hooks
        self._sending: dict[str, asyncio.Future[str]] = {}
        self._sent = 0
        self._heard: set[int] = set()

    async def recognise(self) -> None:
        """Have the caller's keys reported. Raises RemoteError."""
        starting = self._client().start_continuous_dtmf_recognition(
            identifier_from(self._caller), operation_context="caller-keys", **self._hooks()
        )
        await asked(starting, "have the caller's keys recognised")

    async def send(self, command: SendKeys) -> None:
        """Press keys; how that went is an event, whatever went wrong."""
        keys = command.keys.shown
        failure = ""
        for start in range(0, len(keys), MOST_AT_ONCE):
            failure = failure or await self._press(keys[start : start + MOST_AT_ONCE])
        self._deliver(KeysSent(command.tool_call_id, failure))

    def reported(self, callback: Callback) -> bool:
        """A report of the service; False if it is not about keys."""
        match callback:
            case ContinuousDtmfRecognitionToneReceived(key=key, sequence_id=number):
                if number is None or number not in self._heard:
                    self._heard |= {number} if number is not None else set()
                    self._deliver(KeyPressed(key, "recognition"))
            case SendDtmfTonesCompleted(operation_context=context):
                self._settle(context, "")
            case SendDtmfTonesFailed(operation_context=context):
                said = callback.result.message if callback.result else ""
                self._settle(context, said or "the telephone service could not press the keys")
            case _:
                return False
        return True

    async def _press(self, keys: str) -> str:
        """Why it failed, or ""."""
        self._sent += 1
        context = f"keys-{self._sent}"
        self._sending[context] = done = asyncio.get_running_loop().create_future()
        tones: list[Any] = [word_of(key) for key in keys]
        try:
            await asked(
                self._client().send_dtmf_tones(
                    tones, identifier_from(self._caller), operation_context=context, **self._hooks()
                ),
                "press keys",
            )
            async with asyncio.timeout(SENT_SECONDS):
                failure: str = await done
            return failure
        except RemoteError as error:
            return str(error)
        except TimeoutError:
            return "the telephone service did not say whether the keys were pressed"
        finally:
            del self._sending[context]

    def _settle(self, context: str | None, failure: str) -> None:
        done = self._sending.get(context or "")
        if done is not None and not done.done():
            done.set_result(failure)
