"""Made-up requests for the emulated ACS resource, and whether each answer is one that its OpenAPI document declares.

schemathesis draws the cases from the documents and judges the answers. More than half of the drawn names are replaced by those
of calls that are up, recordings that run, numbers that are owned; otherwise nearly every answer would be 404. Nothing leaves
the process: the emulator answers without a socket, and addresses that it is to call are those of a closed port.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import json
import logging
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ROOT / "tests" / "data" / "acs"
NAMES = ("callautomation-2026-03-12.derived.swagger.json", "phonenumbers-2025-06-01.derived.swagger.json")
BASE = "http://127.0.0.1:80"
NOWHERE = "http://127.0.0.1:1/"
"""Nobody listens there, so the emulator finds out that an app cannot be reached, and tells."""
OURS, CALLER, HUMAN = "+14255550199", "4:+14255550100", "4:+14255550177"
SHARE_REAL = 0.6
ROUND = 40
"""Cases of one operation before the next has its turn, so that the calls of one are there for the others."""


@dataclass
class Result:
    cases: int = 0
    crashes: list[str] = field(default_factory=list)
    undeclared: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    labels: set[str] = field(default_factory=set)
    succeeded: set[str] = field(default_factory=set)


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--cases", type=int, default=2_000)
    wanted.add_argument("--seed", type=int, default=1)
    given = wanted.parse_args()
    began = time.monotonic()
    result = fuzz(given.cases, given.seed)
    print(f"cases {result.cases}, crashes {len(result.crashes)}, undeclared answers {len(result.undeclared)}")
    print(f"operations {len(result.labels)}, of which succeeded at least once {len(result.succeeded)}")
    if never := sorted(result.labels - result.succeeded):
        print("never succeeded: " + ", ".join(never))
    print("statuses " + ", ".join(f"{status}: {count}" for status, count in sorted(result.statuses.items())))
    print(f"{time.monotonic() - began:.0f} s, seed {given.seed}")
    for name, found in (("crash", result.crashes), ("undeclared", result.undeclared)):
        for sentence in dict.fromkeys(found[:20]):
            print(f"{name}: {sentence}")
    return 1 if result.crashes or result.undeclared else 0


def fuzz(cases: int, seed: int) -> Result:
    """Draw that many cases over all operations of both documents."""
    import schemathesis

    warnings.filterwarnings("ignore", module="schemathesis")
    result = Result()
    with resource(seed) as world:
        operations = []
        for name in NAMES:
            document = closed(json.loads((DOCUMENTS / name).read_text(encoding="utf-8")))
            operations += [one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()]
        result.labels = {one.label for one in operations}
        round_number = 0
        while result.cases < cases:
            operation = operations[round_number % len(operations)]
            several = min(ROUND, cases - result.cases, max(1, cases // len(operations)))
            _draw(operation, several, seed + round_number, lambda case: _one(case, world, result))
            round_number += 1
    return result


def _draw(operation: Any, cases: int, seed: int, use: Callable[[Any], None]) -> None:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    quick = settings(
        max_examples=cases, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    seeded(seed)(quick(given(operation.as_strategy())(use)))()


def _one(case: Any, world: World, result: Result) -> None:
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.failures import FailureGroup
    from schemathesis.specs.openapi import checks

    world.make_real(case)
    answer = world.send(case)
    result.cases += 1
    result.statuses[str(answer.status_code)] += 1
    label = case.operation.label
    if answer.status_code < 300:
        result.succeeded.add(label)
        world.learn(answer)
    asked = [not_a_server_error, checks.status_code_conformance, checks.response_headers_conformance]
    if answer.content:  # the documents name one media type for all answers, those without a body included
        asked += [checks.content_type_conformance, checks.response_schema_conformance]
    try:
        case.validate_response(answer, checks=asked)
    except FailureGroup as failures:
        what = "; ".join(f"{failure.title}: {failure.message}" for failure in failures.exceptions)
        sentence = f"{label} {answer.status_code}: {what} — {json.dumps(case.body, default=str)[:600]}"
        (result.crashes if answer.status_code >= 500 else result.undeclared).append(sentence)


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """Only declared members are drawn: others are ignored by definition, and drawing them takes most of the time."""
    found = copy.deepcopy(document)
    for model in found["definitions"].values():
        if "properties" in model:
            model.setdefault("additionalProperties", False)
    return found


class World:
    """The resource, what is known to exist in it, and the way to ask it. `run` runs a coroutine in its loop."""

    def __init__(self, network: Any, client: Any, run: Callable[[Any], Any], seed: int) -> None:
        self._network = network
        self._client = client
        self._run = run
        self._random = Random(seed)
        self._known: dict[str, list[str]] = {}

    def make_real(self, case: Any) -> None:
        """Put names of things that exist in place of some of the drawn ones."""
        for name in case.path_parameters or {}:
            kind = PATH_NAMES.get(name)
            if kind is None or self._random.random() >= SHARE_REAL:
                continue
            if kind in MADE:
                case.path_parameters[name] = quote(MADE[kind](self), safe="")
            elif known := self._known.get(kind):
                case.path_parameters[name] = self._random.choice(known)
        if case.query and self._random.random() < SHARE_REAL:
            case.query = {"api-version": "2026-03-12", "phoneNumberType": "tollFree"}
        whole = WHOLE.get(case.operation.label)
        if isinstance(case.body, dict) and whole is not None and self._random.random() < SHARE_REAL:
            case.body.update(whole(self))
        if isinstance(case.body, (dict, list)):
            self._walk(case.body)

    def send(self, case: Any) -> Any:
        kwargs = case.as_transport_kwargs(base_url=BASE)
        known = {name: kwargs[name] for name in ("params", "json", "data", "headers") if kwargs.get(name) is not None}
        return self.ask(kwargs["method"], kwargs["url"], **known)

    def ask(self, method: str, url: str, **parts: Any) -> Any:
        """A signed request and its answer."""
        from voiceagent.protocol.auth import sign_request

        request = self._client.build_request(method, url, **parts)
        target = request.url.raw_path.decode("latin-1")
        now, key = time.time(), self._network.key
        host = request.url.netloc.decode()
        request.headers.update(sign_request(request.method, target, host=host, body=request.content, access_key=key, now=now))
        return self._run(self._client.send(request))

    def learn(self, answer: Any) -> None:
        """Remember what a successful answer made."""
        body = answer.json() if answer.content else {}
        for member, kind in ANSWER_NAMES.items():
            if isinstance(found := body.get(member), str):
                self._remember(kind, quote(found, safe=""))
        for header in ("search-id", "operation-id"):
            if header in answer.headers:
                self._remember(header, answer.headers[header])

    def _remember(self, kind: str, name: str) -> None:
        names = self._known.setdefault(kind, [])
        names.append(name)
        del names[:-20]

    def _walk(self, value: Any) -> None:
        """Addresses lead nowhere; contexts, people and numbers are real ones for the most part."""
        items = list(value.items() if isinstance(value, dict) else enumerate(value))
        for key, one in items:
            real = BODY_NAMES.get(key)
            if isinstance(one, str) and urlsplit_safe(one).scheme in ("http", "https", "ws", "wss", "file"):
                value[key] = NOWHERE
            elif real is not None and self._random.random() < SHARE_REAL:
                value[key] = real(self)
            elif isinstance(one, (dict, list)):
                self._walk(one)

    def ringing(self) -> str:
        """The context of a call that has just begun to ring."""

        async def place() -> str:
            from voiceagent.emulators.acs.order import Order
            from voiceagent.emulators.acs.studio import Line

            live = [one for one in self._network.exchange.calls.values() if not one.over]
            for call in live[:-MOST_CALLS]:
                call.caller_hangs_up(self._network.now())
                self._network.carry_out(call)
            order = Order(caller=CALLER, callee=f"4:{OURS}", hangs_up=False, ring_ms=20)
            context: str = self._network.place(order, (), Line()).call.context
            return context

        found: str = self._run(place())
        return found

    def connection(self) -> str:
        """A call that is up; one more is answered when there are few."""
        live = [one for one in list(self._network.exchange.calls.values()) if one.leg_is_up and one.answered_at is not None]
        if len(live) < 3:
            self.ask("POST", f"{BASE}/calling/callConnections:answer?api-version=2026-03-12", json=answer_body(self))
        return str(self._random.choice(live).connection_id if live else "none")

    def recording(self) -> str:
        """A recording that runs; one more is begun when there is none."""
        running = [
            recording.recording_id
            for call in list(self._network.exchange.calls.values())
            for recording in call.recordings.values()
            if recording.ended is None
        ]
        if not running:
            order = {"callLocator": {"kind": "serverCallLocator", "serverCallId": self.server_call()}}
            self.ask("POST", f"{BASE}/calling/recordings?api-version=2026-03-12", json=order)
        return str(self._random.choice(running or ["none"]))

    def number(self) -> str:
        return self._random.choice(OWNED)

    def server_call(self) -> str:
        live = [one.server_call_id for one in list(self._network.exchange.calls.values()) if not one.over]
        return str(self._random.choice(live or ["none"]))

    def offer(self) -> str:
        return self.one_of("search-id")

    def one_of(self, kind: str) -> str:
        return self.one_among(self._known.get(kind, ["none"]))

    def one_among(self, names: list[str]) -> str:
        return self._random.choice(names)

    def caller(self) -> dict[str, Any]:
        return {"rawId": CALLER, "phoneNumber": {"value": CALLER[2:]}}

    def app(self) -> dict[str, Any]:
        live = [one.app_id for one in list(self._network.exchange.calls.values()) if not one.over]
        return {"rawId": self._random.choice(live or [CALLER])}

    def somebody(self) -> dict[str, Any]:
        number = self._random.choice([CALLER, HUMAN])
        return {"rawId": number, "phoneNumber": {"value": number[2:]}}


MOST_CALLS = 30
PATH_NAMES = {
    "callConnectionId": "call",
    "recordingId": "recording",
    "participantRawId": "participant",
    "countryCode": "country",
    "phoneNumber": "number",
    "searchId": "search-id",
    "operationId": "operation-id",
    "reservationId": "reservation",
}
RESERVATIONS = [f"00000000-0000-4000-8000-{number:012}" for number in range(8)]
OWNED = [OURS, *(f"+1425555{number:04}" for number in range(1_000, 3_000))]
"""Many, because they are released too."""
MADE: dict[str, Callable[[World], str]] = {
    "call": World.connection,
    "recording": World.recording,
    "number": World.number,
    "participant": lambda world: world.one_among([CALLER, HUMAN]),
    "country": lambda world: world.one_among(["US", "DE"]),
    "reservation": lambda world: world.one_among(RESERVATIONS),
}
ANSWER_NAMES = {"callConnectionId": "call", "recordingId": "recording", "invitationId": "invitation"}
BODY_NAMES: dict[Any, Callable[[World], Any]] = {
    "incomingCallContext": World.ringing,
    "serverCallId": World.server_call,
    "callConnectionId": World.connection,
    "fromCall": World.connection,
    "searchId": World.offer,
    "participantToAdd": World.somebody,
    "participantToRemove": World.somebody,
    "targetParticipant": World.somebody,
    "targets": lambda world: [world.somebody()],
    "targetParticipants": lambda world: [world.somebody()],
    "sourceCallerIdNumber": lambda _: {"value": OURS},
    "callbackUri": lambda _: NOWHERE,
    "operationCallbackUri": lambda _: NOWHERE,
    "transportUrl": lambda _: NOWHERE.replace("http", "ws"),
    "callIntelligenceOptions": lambda _: {"cognitiveServicesEndpoint": NOWHERE},
}


def answer_body(world: World) -> dict[str, Any]:
    return {
        "incomingCallContext": world.ringing(),
        "callbackUri": NOWHERE,
        "callIntelligenceOptions": {"cognitiveServicesEndpoint": NOWHERE},
        "mediaStreamingOptions": {
            "transportType": "websocket",
            "transportUrl": NOWHERE.replace("http", "ws"),
            "contentType": "audio",
            "audioChannelType": "mixed",
        },
        "transcriptionOptions": {
            "transportType": "websocket",
            "transportUrl": NOWHERE.replace("http", "ws"),
            "locale": "en-US",
            "startTranscription": False,
        },
    }


_CALLS = "POST /calling/callConnections"
_CALL = f"{_CALLS}/{{callConnectionId}}"
_NUMBERS = "POST /availablePhoneNumbers/countries/{countryCode}"
_KIND = {"phoneNumberType": "tollFree", "assignmentType": "application"}
_TEXT = {"kind": "text", "text": {"text": "Hello."}}

WHOLE: dict[str, Callable[[World], dict[str, Any]]] = {
    _CALLS: lambda world: {
        "targets": [world.somebody()],
        "sourceCallerIdNumber": {"value": OURS},
        "callbackUri": NOWHERE,
        "callIntelligenceOptions": {"cognitiveServicesEndpoint": NOWHERE},
    },
    f"{_CALLS}:answer": lambda world: answer_body(world),
    f"{_CALLS}:connect": lambda world: {
        "callLocator": {"kind": "serverCallLocator", "serverCallId": world.server_call()},
        "callbackUri": NOWHERE,
    },
    f"{_CALLS}:redirect": lambda world: {"incomingCallContext": world.ringing(), "target": world.somebody()},
    f"{_CALLS}:reject": lambda world: {"incomingCallContext": world.ringing()},
    f"{_CALL}/participants:add": lambda world: {
        "participantToAdd": world.somebody(),
        "sourceCallerIdNumber": {"value": OURS},
        "invitationTimeoutInSeconds": 30,
    },
    f"{_CALL}/participants:cancelAddParticipant": lambda world: {"invitationId": world.one_of("invitation")},
    f"{_CALL}/participants:mute": lambda world: {"targetParticipants": [world.app()]},
    f"{_CALL}/participants:moveHere": lambda world: {"targetParticipants": [world.somebody()], "fromCall": world.connection()},
    f"{_CALL}:play": lambda _: {"playSources": [_TEXT], "playTo": []},
    f"{_CALL}:recognize": lambda world: {
        "recognizeInputType": "dtmf",
        "recognizeOptions": {"targetParticipant": world.caller(), "dtmfOptions": {"maxTonesToCollect": 2}},
    },
    f"{_CALL}:sendDtmfTones": lambda world: {"tones": ["one"], "targetParticipant": world.caller()},
    f"{_CALL}:startContinuousDtmfRecognition": lambda world: {"targetParticipant": world.caller()},
    f"{_CALL}:stopContinuousDtmfRecognition": lambda world: {"targetParticipant": world.caller()},
    f"{_CALL}:hold": lambda world: {"targetParticipant": world.caller()},
    f"{_CALL}:unhold": lambda world: {"targetParticipant": world.caller()},
    f"{_CALL}:transferToParticipant": lambda world: {"targetParticipant": world.somebody()},
    "POST /calling/recordings": lambda world: {
        "callLocator": {"kind": "serverCallLocator", "serverCallId": world.server_call()},
        "recordingStateCallbackUri": NOWHERE,
    },
    "POST /operatorInformation/:search": lambda _: {"phoneNumbers": [OURS]},
    f"{_NUMBERS}/:browse": lambda _: _KIND,
    f"{_NUMBERS}/:search": lambda _: {**_KIND, "capabilities": {"calling": "inbound", "sms": "none"}, "quantity": 1},
    "PATCH /availablePhoneNumbers/reservations/{reservationId}": lambda _: {"phoneNumbers": {}},
    "PATCH /phoneNumbers/{phoneNumber}/capabilities": lambda _: {"calling": "inbound"},
    "POST /availablePhoneNumbers/:purchase": lambda world: {"searchId": world.offer(), "agreeToNotResell": True},
}
"""What an operation needs to succeed, so that its answers are seen too and not refusals alone."""


def urlsplit_safe(text: str) -> Any:
    try:
        return urlsplit(text.strip())
    except ValueError:
        return urlsplit("")


@contextmanager
def resource(seed: int) -> Iterator[World]:
    """An emulated resource in a loop of its own, without a port."""
    logging.disable(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(30)

    house = House(seed)
    network, client = run(house.open())
    try:
        yield World(network, client, run, seed)
    finally:
        run(house.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        logging.disable(logging.NOTSET)


class House:
    """Owns the tasks of the emulated network. Callbacks and events are taken by nobody, politely."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._ready: asyncio.Future[Any] | None = None

    async def open(self) -> Any:
        loop = asyncio.get_running_loop()
        self._ready, self._leave = loop.create_future(), asyncio.Event()
        self._living = loop.create_task(self._live())
        return await self._ready

    async def close(self) -> None:
        self._leave.set()
        await self._living

    async def _live(self) -> None:
        import httpx

        from voiceagent.emulators.acs.network import Network
        from voiceagent.emulators.acs.options import NetworkOptions
        from voiceagent.emulators.acs.serve import build_app
        from voiceagent.emulators.event_grid.subscription import Subscription
        from voiceagent.emulators.numbers.options import NumbersOptions

        options = NetworkOptions(seed=self._seed, ring_ms=2_000, connect_ms=5, human_answers_ms=5, together_ms=20)
        options = replace(options, event_grid_scale=0.0001)
        nobody = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200)))
        async with nobody, asyncio.TaskGroup() as tasks:
            network = Network(tasks, nobody, options=options, key=None, resource_id=None, voice=None)
            network.deliveries.subscription = Subscription(NOWHERE)
            app = build_app(network, NumbersOptions(operation_seconds=0, seed=self._seed, owned=tuple(OWNED)))
            network.start(BASE)
            transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 1))
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
                assert self._ready is not None
                self._ready.set_result((network, client))
                await self._leave.wait()
            await network.stop()


if __name__ == "__main__":
    sys.exit(main())
