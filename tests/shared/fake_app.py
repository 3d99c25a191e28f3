"""An application on the other side of the emulator: takes events and callbacks, accepts the media socket, answers as told."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


def speech(ms: float, rate: int = 24_000, level: int = 8_000) -> bytes:
    """A sound that counts as speech."""
    at = np.arange(round(ms * rate / 1000)) / rate
    return bytes((np.sin(2 * np.pi * 440 * at) * level).astype("<i2").tobytes())


class FakeVoice:
    """Speaks 20 ms for each character, without a model."""

    def stream(self, text: str, *, rate: int) -> Iterator[bytes]:
        yield speech(20 * len(text), rate)


class FakeApp:
    """Everything that arrived is kept; the `on_…` functions react to it."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.callbacks: list[dict[str, Any]] = []
        self.callback_headers: list[dict[str, str]] = []
        self.event_headers: list[dict[str, str]] = []
        self.media_headers: list[dict[str, str]] = []
        self.frames: list[dict[str, Any]] = []
        self.arrived = asyncio.Condition()
        self.media: WebSocket | None = None
        self.url = ""
        self.event_status: list[int] = []
        self.callback_status: list[int] = []
        self.refuse_media = False
        self.before_media: Callable[[FakeApp], Any] | None = None
        self.on_media: Callable[[FakeApp], Any] | None = None
        self.on_frame: Callable[[dict[str, Any]], Any] | None = None
        self.on_callback: Callable[[dict[str, Any]], Any] | None = None
        self.on_end: Callable[[int], Any] | None = None

    @property
    def media_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/media"

    async def _events(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            origin = request.headers.get("webhook-request-origin", "")
            return Response(headers={"WebHook-Allowed-Origin": origin})
        body = await request.json()
        first = body[0] if isinstance(body, list) else body
        self.event_headers.append(dict(request.headers))
        if "Validation" in str(first.get("eventType")):
            return JSONResponse({"validationResponse": first["data"]["validationCode"]})
        status = self.event_status.pop(0) if self.event_status else 200
        await self._note(lambda: self.events.put_nowait(first) if status == 200 else None)
        return Response(status_code=status)

    async def _callbacks(self, request: Request) -> Response:
        status = self.callback_status.pop(0) if self.callback_status else 200
        if status == 200:
            (event,) = await request.json()
            self.callback_headers.append(dict(request.headers))
            event["to"] = request.url.path
            await self._note(lambda: self.callbacks.append(event))
            if self.on_callback is not None:
                await self.on_callback(event)
        return Response(status_code=status)

    async def _media(self, socket: WebSocket) -> None:
        self.media_headers.append(dict(socket.headers))
        if self.before_media is not None:
            await self.before_media(self)
        if self.refuse_media:
            await socket.close()
            return
        await socket.accept()
        self.media = socket
        if self.on_media is not None:
            await self.on_media(self)
        try:
            while True:
                frame = json.loads(await socket.receive_text())
                await self._note(lambda frame=frame: self.frames.append(frame))
                if self.on_frame is not None:
                    await self.on_frame(frame)
        except WebSocketDisconnect as end:
            self.media = None
            if self.on_end is not None:
                self.on_end(end.code)

    async def _note(self, keep: Callable[[], None]) -> None:
        async with self.arrived:
            keep()
            self.arrived.notify_all()

    async def say(self, pcm: bytes) -> None:
        assert self.media is not None
        payload = b64encode(pcm).decode()
        await self.media.send_text(json.dumps({"Kind": "AudioData", "AudioData": {"Data": payload}, "StopAudio": None}))

    async def stop_audio(self) -> None:
        assert self.media is not None
        await self.media.send_text('{"Kind":"StopAudio","AudioData":null,"StopAudio":{}}')

    async def until(self, true: Callable[[], Any], seconds: float = 8) -> Any:
        async with asyncio.timeout(seconds), self.arrived:
            await self.arrived.wait_for(true)
        return true()

    async def callback(self, kind: str) -> dict[str, Any]:
        """The first callback of that type, waited for."""
        found = await self.until(lambda: [one for one in self.callbacks if one["type"].endswith("." + kind)])
        return found[0]

    def types(self) -> list[str]:
        return [one["type"].removeprefix("Microsoft.Communication.") for one in self.callbacks]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeApp]:
        app = Starlette(
            routes=[
                Route("/events", self._events, methods=["POST", "OPTIONS"]),
                Route("/{name}", self._callbacks, methods=["POST"]),
                WebSocketRoute("/media", self._media),
            ]
        )
        started = asyncio.Event()

        class Server(uvicorn.Server):
            @contextmanager
            def capture_signals(self) -> Iterator[None]:
                yield

            async def startup(self, sockets: Any = None) -> None:
                await super().startup(sockets)
                started.set()

        config = uvicorn.Config(
            app,
            port=0,
            log_config=None,
            lifespan="off",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=1,
        )
        server = Server(config)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve())
            await started.wait()
            self.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
            failure: BaseException | None = None
            try:
                yield self
            except BaseException as error:  # the test's own failure, not wrapped in the group's
                failure = error
            server.should_exit = True
        if failure is not None:
            raise failure


class Agent:
    """Greets, answers when the caller has paused for 60 ms, and falls silent when spoken over. All sound is a tone."""

    def __init__(self, app: FakeApp, *, greeting_ms: float = 200, answer_ms: float = 200, barge_in: bool = True) -> None:
        self.app = app
        self.greeting_ms = greeting_ms
        self.answer_ms = answer_ms
        self.barge_in = barge_in
        self.keys = ""
        self._quiet = 0
        self._heard = False
        app.on_media = self._greet
        app.on_frame = self._listen

    async def _greet(self, app: FakeApp) -> None:
        if self.greeting_ms:
            await app.say(speech(self.greeting_ms))

    async def _listen(self, frame: dict[str, Any]) -> None:
        if frame["kind"] == "DtmfData":
            self.keys += frame["dtmfData"]["data"]
        if frame["kind"] != "AudioData":
            return
        if not frame["audioData"]["silent"]:
            if not self._heard and self.barge_in:
                await self.app.stop_audio()
            self._heard, self._quiet = True, 0
            return
        self._quiet += 1
        if self._heard and self._quiet == 3 and self.answer_ms:
            self._heard = False
            await self.app.say(speech(self.answer_ms))


@asynccontextmanager
async def a_network(
    voice: Any = FakeVoice, *, strict: bool = False, wrong: bool = False, **options: Any
) -> AsyncIterator[tuple[FakeApp, Any, Any]]:
    """A subscribed app, an emulator in a hurry, and a client for its admin interface. The app answers every call.

    Everything that crosses is held against the contracts, unless `wrong` things are what the test is about.
    """
    import httpx
    from azure.core.credentials import AzureKeyCredential
    from contracts import checked

    from voiceagent.emulators.acs.options import NetworkOptions
    from voiceagent.emulators.acs.serve import AcsEmulator
    from voiceagent.emulators.lint.findings import Findings

    hurry = {"connect_ms": 20, "patience_ms": 150, "farewell_ms": 150, "greeting_wait_ms": 400, "answer_wait_ms": 400}
    hurry |= {"silent_after_ms": 0}
    hurry |= {"human_answers_ms": 60, "human_busy_ms": 40, "together_ms": 100, "event_grid_scale": 0.001, "seed": 5}
    network = NetworkOptions(**{**hurry, **options})
    async with (
        checked(wrong=wrong) as tap,
        FakeApp().running() as app,
        AcsEmulator(options=network, voice=voice, findings=Findings(strict=strict), tap=tap) as emulator,
        httpx.AsyncClient(base_url=emulator.url) as http,
    ):
        answer = await http.put("/emulator/subscription", json={"endpoint": app.url + "/events"})
        assert answer.status_code == 200, answer.text
        emulator.credential = AzureKeyCredential(emulator.key)
        yield app, emulator, http


@asynccontextmanager
async def answered(
    app: FakeApp,
    emulator: Any,
    http: Any,
    *,
    bidirectional: bool = True,
    dtmf: bool = True,
    unmixed: bool = False,
    rate: int = 24_000,
    **order: Any,
) -> AsyncIterator[tuple[str, Any]]:
    """A call that is placed and answered with media; gives its id on the admin side and Azure's client for it."""
    from azure.communication.callautomation import (
        AudioFormat,
        MediaStreamingAudioChannelType,
        MediaStreamingContentType,
        MediaStreamingOptions,
        StreamingTransportType,
    )
    from azure.communication.callautomation.aio import CallAutomationClient

    media = MediaStreamingOptions(
        transport_url=app.media_url,
        transport_type=StreamingTransportType.WEBSOCKET,
        content_type=MediaStreamingContentType.AUDIO,
        audio_channel_type=MediaStreamingAudioChannelType.UNMIXED if unmixed else MediaStreamingAudioChannelType.MIXED,
        enable_bidirectional=bidirectional,
        start_media_streaming=True,
        enable_dtmf_tones=dtmf,
        audio_format=AudioFormat.PCM24_K_MONO if rate == 24_000 else AudioFormat.PCM16_K_MONO,
    )
    placed = await http.post("/emulator/calls", json=order)
    assert placed.status_code == 201, placed.text
    event = await app.events.get()
    async with CallAutomationClient(emulator.url, emulator.credential) as client:
        call = await client.answer_call(event["data"]["incomingCallContext"], app.url + "/callback", media_streaming=media)
        yield placed.json()["call_id"], client.get_call_connection(call.call_connection_id)


async def diary(http: Any, call_id: str) -> list[dict[str, Any]]:
    """All lines of a call, until it ended."""
    async with http.stream("GET", f"/emulator/calls/{call_id}/events") as lines:
        return [json.loads(line) async for line in lines.aiter_lines()]


async def heard(http: Any, call_id: str, kind: str) -> dict[str, Any]:
    """The first line of this kind in a call's diary."""
    async with http.stream("GET", f"/emulator/calls/{call_id}/events") as lines:
        async for line in lines.aiter_lines():
            if (told := json.loads(line))["kind"] == kind:
                return told  # type: ignore[no-any-return]
    raise AssertionError(f"the call ended without {kind}")
