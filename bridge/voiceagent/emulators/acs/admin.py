"""The emulator's own address space, `/emulator/…`: place calls, watch them, hang up, read figures and sound. Loopback only."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voiceagent import __version__
from voiceagent.emulators.acs import pages, routes, triggers
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.measures import measurements, summary
from voiceagent.emulators.acs.placing import read_callee, read_more, read_order
from voiceagent.emulators.acs.recorder import ear_wav, metadata
from voiceagent.emulators.event_grid.subscription import read_subscription
from voiceagent.emulators.own_pages import Endpoint, Missing, answered, followed, guarded, read_body, refused
from voiceagent.errors import UserError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from voiceagent.emulators.acs.circuit import Circuit
    from voiceagent.emulators.acs.network import Network
    from voiceagent.emulators.numbers.state import Numbers

TROUBLE = ("/emulator/faults", "/emulator/faults/{fault}", "/emulator/findings")


def admin_routes(network: Network, numbers: Numbers) -> list[Route]:
    """All routes under `/emulator` and those of the recorded files."""
    from starlette.routing import Route

    desk = _Desk(network)

    def page(read: Callable[[], dict[str, Any]]) -> Endpoint:
        async def show(_: Request) -> Response:
            return answered(200, read())

        return show

    table: list[tuple[str, str, Endpoint]] = [
        ("GET", "/emulator", page(lambda: {"emulator": "acs", "pages": pages.INDEX})),
        ("GET", "/emulator/recordings", page(lambda: pages.recordings(network))),
        ("GET", "/emulator/numbers", page(lambda: pages.numbers(numbers, network.wall()))),
        ("GET", "/emulator/subscriptions", page(lambda: pages.subscriptions(network))),
        ("GET", "/emulator/health", desk.health),
        ("PUT", "/emulator/callees", desk.describe_callee),
        ("PUT", "/emulator/subscription", desk.subscribe),
        ("GET", "/emulator/subscription", desk.subscription),
        ("POST", "/emulator/calls", desk.place),
        ("GET", "/emulator/calls", desk.calls),
        ("GET", "/emulator/calls/{call}", desk.call),
        ("POST", "/emulator/calls/{call}/steps", desk.add_steps),
        ("POST", "/emulator/calls/{call}/callbacks", desk.post_callback),
        ("POST", "/emulator/events", desk.publish),
        *((method, path, desk.trouble) for path in TROUBLE for method in ("GET", "PUT", "DELETE")),
        ("GET", "/emulator/calls/{call}/events", desk.events),
        ("GET", "/emulator/calls/{call}/ear.wav", desk.ear),
        ("DELETE", "/emulator/calls/{call}", desk.hang_up),
        ("GET", "/v1/objects/{document}/content/audio", desk.recorded),
        ("GET", "/v1/objects/{document}/content/acsmetadata", desk.recorded_metadata),
        ("DELETE", "/v1/objects/{document}", desk.delete_recorded),
    ]
    return [Route(path, guarded(_answering(endpoint), network.reach), methods=[method]) for method, path, endpoint in table]


def _answering(endpoint: Endpoint) -> Endpoint:
    """What the calls' own rules refuse is told here, too."""

    async def respond(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            return refused(refusal.status, str(refusal))

    return respond


class _Desk:
    """The endpoints; each is a page of `docs/emulators/acs.md`."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def health(self, _: Request) -> Response:
        network = self._network
        live = [circuit for circuit in network.circuits.values() if not circuit.call.over]
        return answered(
            200,
            {
                "ok": True,
                "version": __version__,
                "calls": len(live),
                "subscribed": bool(network.deliveries.subscriptions),
                "voice": network.studio.has_voice,
                "beat": network.pulse.lateness.json(),
                "warnings": network.warnings,
            },
        )

    async def subscribe(self, request: Request) -> Response:
        subscription = read_subscription(await read_body(request))
        await self._network.subscribe(subscription)
        return answered(200, {"endpoint": subscription.endpoint, "schema": subscription.schema, "validated": True})

    async def subscription(self, _: Request) -> Response:
        deliveries = self._network.deliveries
        subscription = deliveries.subscription
        attempts = [
            {"event_id": a.event_id, "type": a.type, "attempt": a.number, "status": a.status} for a in deliveries.attempts
        ]
        return answered(
            200,
            {
                "endpoint": None if subscription is None else subscription.endpoint,
                "schema": None if subscription is None else subscription.schema,
                "attempts": attempts,
            },
        )

    async def place(self, request: Request) -> Response:
        body = await read_body(request)
        brought = body.pop("faults", []) if isinstance(body, dict) else []
        order, steps, line = read_order(body)
        armed = triggers.bring(self._network, brought)
        try:
            call = self._network.place(order, steps, line).call
        except UserError:
            triggers.take_back(self._network, armed)
            raise
        triggers.belongs_to(call.call_id, armed)
        body = {"call_id": call.call_id, "correlation_id": call.correlation_id, "server_call_id": call.server_call_id}
        return answered(201, body)

    async def describe_callee(self, request: Request) -> Response:
        number, callee = read_callee(await read_body(request))
        self._network.studio.must_be_able_to_say(callee.steps)
        self._network.exchange.callees.describe(number, callee)
        return answered(200, {"number": number, "human": callee.human, "steps": len(callee.steps)})

    async def calls(self, _: Request) -> Response:
        return answered(200, {"calls": [summary(circuit.call) for circuit in self._network.circuits.values()]})

    async def call(self, request: Request) -> Response:
        return answered(200, measurements(self._circuit(request), self._network.now(), wall=time.time()))

    async def add_steps(self, request: Request) -> Response:
        circuit = self._circuit(request)
        steps, hangs_up = read_more(await read_body(request))
        if circuit.call.over:
            return refused(409, "The call has ended; the caller can do nothing more.")
        self._network.studio.must_be_able_to_say(steps)
        return answered(200, {"steps": circuit.add_steps(steps, hangs_up=hangs_up)})

    async def post_callback(self, request: Request) -> Response:
        return answered(202, triggers.post_callback(self._network, self._circuit(request), await read_body(request)))

    async def publish(self, request: Request) -> Response:
        return answered(200, triggers.publish_event(self._network, await read_body(request)))

    async def trouble(self, request: Request) -> Response:
        found = await triggers.trouble_page(self._network, request)
        if found is None:
            raise Missing(f"{request.method} {request.url.path} does nothing.")
        return answered(*found)

    async def events(self, request: Request) -> Response:
        circuit = self._circuit(request)
        return followed(circuit.call.diary, lambda: circuit.changed)

    async def ear(self, request: Request) -> Response:
        import asyncio

        from starlette.responses import FileResponse

        circuit = self._circuit(request)
        path = self._network.recording_file(f"ear-{circuit.call.call_id}")
        await asyncio.to_thread(ear_wav, circuit, self._network.now(), path)
        return FileResponse(path, media_type="audio/wav")

    async def hang_up(self, request: Request) -> Response:
        from starlette.responses import Response

        circuit = self._circuit(request)
        circuit.call.caller_hangs_up(self._network.now())
        circuit.carry_out()
        return Response(status_code=204)

    async def recorded(self, request: Request) -> Response:
        from starlette.responses import FileResponse

        await self._verify_if_signed(request)
        path = self._network.recording_file(self._document(request))
        if not path.exists():
            raise Missing("This recording has no file (yet, or any more).")
        _mend_range(request)
        return FileResponse(path, media_type="audio/mpeg" if path.suffix == ".mp3" else "audio/wav")

    async def recorded_metadata(self, request: Request) -> Response:
        await self._verify_if_signed(request)
        network = self._network
        call, recording = network.exchange.by_document(self._document(request))
        circuit = network.circuits[call.call_id]
        return answered(200, metadata(recording, circuit, resource_id=network.resource_id, wall_of=network.times.at))

    async def delete_recorded(self, request: Request) -> Response:
        from starlette.responses import Response

        await self._verify_if_signed(request)
        self._network.recording_file(self._document(request)).unlink(missing_ok=True)
        return Response(status_code=200)

    async def _verify_if_signed(self, request: Request) -> None:
        """The real storage wants the resource's signature; people with a browser have none."""
        if "authorization" not in request.headers:
            return
        body = await request.body()
        try:
            routes.verify(self._network, request, body)
        except Refusal:  # the Python client signs the resource's address with its port, and names it without
            routes.verify(self._network, request, body, host=urlsplit(self._network.base).netloc)

    def _document(self, request: Request) -> str:
        """Looked up, so that no path of the caller's choice is ever opened."""
        return self._network.exchange.by_document(request.path_params["document"])[1].document_id

    def _circuit(self, request: Request) -> Circuit:
        call_id = request.path_params["call"]
        circuit = self._network.circuits.get(call_id)
        if circuit is None:
            raise Missing(f"There is no call {call_id!r} on this emulator.")
        return circuit


def _mend_range(request: Request) -> None:
    """The Python client asks for `bytes=None` when it means the whole file, and for `bytes=7` when all from there on."""
    kept = [(name, value) for name, value in request.scope["headers"] if name != b"range"]
    if found := re.fullmatch(r"bytes=(\d+)(-\d*)?", request.headers.get("range", "")):
        kept.append((b"range", f"bytes={found[1]}{found[2] or '-'}".encode()))
    request.scope["headers"] = kept
