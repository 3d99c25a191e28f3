"""One live call without sockets: its effects are carried out, its end is clean. Whole calls are in test_serve."""

from __future__ import annotations

import asyncio

from fake_app import Agent, a_network, answered, diary


async def test_audio_is_not_heard_when_only_one_direction_was_asked_for() -> None:
    async with a_network() as (app, emulator, http):
        app.on_media = Agent(app, greeting_ms=100)._greet
        async with answered(app, emulator, http, bidirectional=False, hang_up_after=False) as (call_id, _):
            async with http.stream("GET", f"/emulator/calls/{call_id}/events") as lines:
                async for line in lines.aiter_lines():
                    if "enableBidirectional" in line:
                        break
            seen = (await http.get(f"/emulator/calls/{call_id}")).json()
    assert (seen["frames"]["received"], seen["turns"]) == (0, [])


async def test_keys_are_not_told_to_an_app_that_did_not_ask() -> None:
    async with a_network() as (app, emulator, http):
        agent = Agent(app)
        async with answered(app, emulator, http, dtmf=False, steps=[{"dtmf": "1"}]) as (call_id, _):
            lines = await diary(http, call_id)
    assert agent.keys == ""
    assert any("enableDtmfTones" in line.get("sentence", "") for line in lines)


async def test_unmixed_audio_names_the_caller() -> None:
    async with a_network() as (app, emulator, http), answered(app, emulator, http, unmixed=True, hang_up_after=False):
        await app.until(lambda: len(app.frames) > 2)
    assert app.frames[1]["audioData"]["participantRawID"] == "4:+14255550100"


async def test_a_caller_who_hangs_up_while_the_socket_is_dialled_leaves_nothing_behind() -> None:
    async with a_network(connect_ms=0) as (app, emulator, http):
        opening = asyncio.Event()
        go_on = asyncio.Event()

        async def wait(_: object) -> None:
            opening.set()
            await go_on.wait()

        app.before_media = wait
        async with answered(app, emulator, http, hang_up_after=False) as (call_id, _):
            await opening.wait()
            await http.delete(f"/emulator/calls/{call_id}")
            go_on.set()
            await app.callback("CallDisconnected")
    assert app.types() == ["CallDisconnected"]


async def test_sixteen_kilohertz_is_spoken_and_heard_when_asked_for() -> None:
    async with a_network() as (app, emulator, http), answered(app, emulator, http, rate=16_000, hang_up_after=False):
        await app.until(lambda: len(app.frames) > 2)
    assert app.frames[0]["audioMetadata"]["sampleRate"] == 16_000
    assert len(app.frames[1]["audioData"]["data"]) == 856


async def test_an_operation_that_comes_as_the_call_ends_starts_nothing() -> None:
    async with a_network() as (app, emulator, http), answered(app, emulator, http) as (call_id, _):
        circuit = emulator.network.circuits[call_id]
        await http.delete(f"/emulator/calls/{call_id}")
        await diary(http, call_id)
        while call_id in emulator.network._live:
            await asyncio.sleep(0)
        late = app.callback("nothing of that name")
        circuit._start(late)
        assert late.cr_frame is None


async def test_a_bad_connection_is_what_the_app_hears() -> None:
    async with a_network() as (app, emulator, http):
        Agent(app)
        steps = [{"say": "a few words"}]
        async with answered(app, emulator, http, loss_percent=60, steps=steps) as (call_id, _):
            await diary(http, call_id)
    spoken = [frame["audioData"] for frame in app.frames if frame["kind"] == "AudioData" and not frame["audioData"]["silent"]]
    words = {frame["data"] for frame in spoken}
    assert len(words) < len("a few words")  # 20 ms for each letter, of which less than half arrived
