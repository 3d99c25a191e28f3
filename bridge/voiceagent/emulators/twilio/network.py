"""The emulated account: its number and where that rings, its calls, the beat they share, and how its requests are signed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.order import Order
from voiceagent.emulators.acs.pulse import Pulse, monotonic_ms
from voiceagent.emulators.acs.script import Speaker, Step
from voiceagent.emulators.acs.studio import Line, Studio
from voiceagent.emulators.lint.shown import shown
from voiceagent.emulators.tasks import Tasks
from voiceagent.emulators.twilio.line import PhoneCall
from voiceagent.errors import UserError
from voiceagent.protocol.twilio_calls import SIGNATURE_HEADER, signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

_log = logging.getLogger(__name__)

WEBHOOK_SECONDS = 15.0
"""How long Twilio waits for an app."""

FAREWELL_SECONDS = 3.0
"""How long calls may take to end when the emulator stops."""


class Network:
    """Runs inside the task group and with the HTTP client it is given."""

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        client: httpx.AsyncClient,
        *,
        options: NetworkOptions,
        voice: Callable[[], Speaker] | None,
        auth_token: str = "",
        now: Callable[[], float] = monotonic_ms,
    ) -> None:
        self.options = options
        self.now = now
        self._random = Random(options.seed)  # noqa: S311 - repeatable on purpose
        self.account_sid = self.sid("AC")
        self.auth_token = auth_token or f"{self._random.getrandbits(128):032x}"
        self.voice_url = ""
        """Where the number rings."""
        self.calls: dict[str, PhoneCall] = {}
        self.studio = Studio(voice)
        self.pulse = Pulse(now, self._beat)
        self._client = client
        self._tasks = Tasks(tasks)
        self._start = self._tasks.start
        self._carrying: set[asyncio.Task[None]] = set()

    def sid(self, kind: str) -> str:
        """An identifier as Twilio makes them."""
        return f"{kind}{self._random.getrandbits(128):032x}"

    def start(self) -> None:
        """Begin to beat."""
        self._start(self.pulse.run())

    async def stop(self) -> None:
        """Hang up all calls, let apps be told, end everything."""
        for call in self.calls.values():
            call.hang_up("the emulator was stopped")
        if self._carrying:
            await asyncio.wait(self._carrying, timeout=FAREWELL_SECONDS)
        self._tasks.cancel()
        self.studio.close()

    def place(self, order: Order, steps: tuple[Step, ...], line: Line) -> PhoneCall:
        """A caller dials. UserError when nobody would ever answer, or the words could not be spoken."""
        if not self.voice_url:
            raise UserError("The number has no voice URL.", remedy="PUT it to /emulator/number first.")
        self.studio.must_be_able_to_say(steps)
        if sum(not call.over for call in self.calls.values()) >= self.options.most_calls:
            raise UserError(f"{self.options.most_calls} calls are in progress, the most this emulator carries.")
        call = PhoneCall(self, order, steps, line)
        ended = [sid for sid, one in self.calls.items() if one.over]
        for sid in ended[: max(0, len(ended) - self.options.ended_calls_kept)]:
            del self.calls[sid]
        self.calls[call.call_sid] = call
        carrying = self._start(self._carry(call))
        self._carrying.add(carrying)
        carrying.add_done_callback(self._carrying.discard)
        return call

    async def post(self, url: str, form: Mapping[str, str]) -> tuple[int | None, str]:
        """A signed request to the app: its status and text, or None when there was no answer."""
        import httpx

        headers = {SIGNATURE_HEADER: signature(self.auth_token, url, form.items()), "user-agent": "TwilioProxy/1.1"}
        try:
            answer = await self._client.post(url, data=dict(form), headers=headers, timeout=WEBHOOK_SECONDS)
        except (httpx.RequestError, httpx.InvalidURL) as error:
            _log.warning("the app at %s did not answer: %s", shown(url), type(error).__name__)
            return None, ""
        return answer.status_code, answer.text

    async def _beat(self, now: float, late_ms: float) -> None:
        for call in list(self.calls.values()):
            if call.over:
                continue
            try:
                await call.beat(now, late_ms)
            except Exception as error:  # a fault in one call must not stop the beat of the others; it ends that call, visibly
                self._broken(call, error)

    async def _carry(self, call: PhoneCall) -> None:
        try:
            await call.run()
        except* Exception as errors:  # the edge of a call's task: other calls go on
            self._broken(call, errors.exceptions[0])

    def _broken(self, call: PhoneCall, error: BaseException) -> None:
        _log.exception("emulated Twilio call %s broke", call.call_sid, exc_info=error)
        call.diary.note("warning", self.now(), sentence=f"The emulator failed: {type(error).__name__}: {error}")
        call.end("failed", "the emulator failed")
