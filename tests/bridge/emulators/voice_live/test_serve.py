from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.scripted import Scripted
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator
from voiceagent.errors import UserError

Calls = Callable[..., Any]
GOOD = "/voice-live/realtime?api-version=2026-07-15&model=gpt-realtime"


async def test_a_refusal_is_an_http_answer(call: Calls) -> None:
    async with VoiceLiveEmulator(Scripted(), key="right") as emulator:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://127.0.0.1:{emulator.port}{GOOD}"):
                pass
        assert refused.value.response.status_code == 401
        assert emulator.sessions() == []


async def test_a_port_that_cannot_be_had_is_told_with_its_remedy() -> None:
    async with VoiceLiveEmulator(Scripted()) as first:
        with pytest.raises(UserError, match=f"127.0.0.1:{first.port} cannot be listened on: Address already in use") as error:
            await VoiceLiveEmulator(Scripted(), port=first.port).__aenter__()
    assert "another port" in error.value.remedy
    with pytest.raises(UserError, match="70000"):
        await VoiceLiveEmulator(Scripted(), port=70_000).__aenter__()


def test_its_address_can_be_dialled_wherever_it_listens() -> None:
    assert VoiceLiveEmulator(Scripted(), host="0.0.0.0", port=1).endpoint == "http://127.0.0.1:1"
    assert VoiceLiveEmulator(Scripted(), host="::1", port=1).endpoint == "http://[::1]:1"


async def test_the_quota_of_new_connections_can_be_switched_on(call: Calls) -> None:
    now = [1.7e9]
    options = EmulatorOptions(connections_per_minute=2)
    async with VoiceLiveEmulator(Scripted(), options=options, wall=lambda: now[0]) as emulator:
        for _ in range(2):
            async with call(emulator) as caller:
                await caller.until("session.created")
        with pytest.raises(InvalidStatus) as refused:
            async with call(emulator):
                pass
        assert refused.value.response.status_code == 429
        now[0] += 61
        async with call(emulator) as caller:
            await caller.until("session.created")


async def test_a_session_introduces_itself_with_its_end(call: Calls) -> None:
    async with VoiceLiveEmulator(Scripted(), key="right", wall=lambda: 1.7e9) as emulator, call(emulator) as caller:
        created = await caller.until("session.created")
        assert created["session"]["expires_at"] == 1_700_003_600
        assert emulator.endpoint == f"http://127.0.0.1:{emulator.port}"


async def test_the_same_seed_makes_the_same_session(call: Calls) -> None:
    ids = []
    for _ in range(2):
        options = EmulatorOptions(seed=3)
        async with VoiceLiveEmulator(Scripted(), options=options, wall=lambda: 1.7e9) as emulator, call(emulator) as caller:
            ids.append((await caller.until("session.created"))["session"]["id"])
    assert ids[0] == ids[1]


async def test_a_session_can_be_closed_with_any_code(call: Calls) -> None:
    async with VoiceLiveEmulator(Scripted()) as emulator, call(emulator) as caller:
        session_id = (await caller.until("session.created"))["session"]["id"]
        await emulator.close_session(session_id, 1011, "backend gone")
        with pytest.raises(ConnectionClosedError) as closed:
            await caller.next()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1011, "backend gone")


async def test_a_session_can_be_cut(call: Calls) -> None:
    async with VoiceLiveEmulator(Scripted()) as emulator, call(emulator) as caller:
        session_id = (await caller.until("session.created"))["session"]["id"]
        emulator.drop_session(session_id)
        with pytest.raises(ConnectionClosedError) as closed:
            await caller.next()
        assert closed.value.rcvd is None


async def test_sessions_are_told_while_open_and_after(call: Calls) -> None:
    async with VoiceLiveEmulator(Scripted()) as emulator:
        async with call(emulator) as caller:
            await caller.until("session.created")
            assert [session["open"] for session in emulator.sessions()] == [True]
        async with call(emulator) as caller:
            await caller.until("session.created")
            assert len(emulator.sessions()) == 2


async def test_leaving_the_block_closes_all_sessions(call: Calls) -> None:
    async with VoiceLiveEmulator(Scripted()) as emulator:
        socket = await connect(f"ws://127.0.0.1:{emulator.port}{GOOD}")
        await socket.recv()
    with pytest.raises(Exception, match="1001"):
        await socket.recv()


async def test_its_sessions_are_shown_to_this_machine() -> None:
    async with VoiceLiveEmulator(Scripted(), key="k") as emulator, httpx.AsyncClient(base_url=emulator.endpoint) as http:
        assert (await http.get("/emulator/sessions")).json() == {"sessions": []}
        url = emulator.endpoint.replace("http", "ws") + "/voice-live/realtime?api-version=2026-04-10&model=m&api-key=k"
        async with connect(url, proxy=None) as socket:
            session_id = json.loads(await socket.recv())["session"]["id"]
            (seen,) = (await http.get("/emulator/sessions")).json()["sessions"]
            assert (seen["id"], seen["model"], seen["open"]) == (session_id, "m", True)
            assert (await http.get(f"/emulator/sessions/{session_id}")).json() == seen
            assert (await http.get("/emulator/health")).json()["sessions"] == 1
        assert "/emulator/sessions" in (await http.get("/emulator")).json()["pages"]
        assert (await http.get("/emulator/nothing")).status_code == 404
        refused = await http.get("/emulator/sessions", headers={"Host": "evil.example"})
        assert refused.status_code == 403
