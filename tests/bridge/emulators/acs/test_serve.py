"""Whole calls over real sockets, in a hurry: the app is a fake, everything else is what people run."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fake_app import Agent, a_network, answered, diary, speech

from voiceagent.audio.wav import read_wav
from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.errors import UserError


def _kinds(lines: list[dict[str, Any]], *without: str) -> list[str]:
    return [line["kind"] for line in lines if line["kind"] not in without]


@pytest.mark.call
async def test_a_whole_call_is_greeted_spoken_answered_and_measured_at_the_ear() -> None:
    async with a_network() as (app, emulator, http):
        Agent(app)
        async with answered(app, emulator, http, steps=[{"say": "Where is it?"}], line="wideband") as (call_id, _):
            lines = await diary(http, call_id)
        assert _kinds(lines) == [
            *("ringing", "answered", "media_open", "agent_begins", "agent_heard", "step", "caller_speaks"),
            *("agent_begins", "agent_heard", "media_closed", "ended"),
        ]
        assert lines[-1]["outcome"] == "completed"
        seen = (await http.get(f"/emulator/calls/{call_id}")).json()
        greeting, answer = seen["turns"]
        assert greeting["latency_ms"] is None
        assert 20 <= answer["latency_ms"] <= 400
        assert seen["latency_p50_ms"] == answer["latency_ms"]
        assert [turn["heard_ms"] for turn in seen["turns"]] == [pytest.approx(200, abs=20)] * 2
        assert seen["said"][0]["text"] == "Where is it?"
        assert seen["frames"]["lost"] == 0
        assert seen["frames"]["sent"] == pytest.approx(len(app.frames) - 1, abs=2)
        assert app.types()[-1] == "CallDisconnected"


@pytest.mark.call
async def test_the_ear_recording_has_the_caller_left_and_the_agent_right() -> None:
    async with a_network() as (app, emulator, http):
        Agent(app, greeting_ms=100, answer_ms=0)
        async with answered(app, emulator, http, steps=[{"say": "Hello"}]) as (call_id, _):
            lines = await diary(http, call_id)
        wav = (await http.get(f"/emulator/calls/{call_id}/ear.wav")).content
        pcm, rate = read_wav(wav)
        assert rate == 24_000
        assert len(pcm) / 48 == pytest.approx(lines[-1]["at_ms"], abs=2)


@pytest.mark.call
async def test_an_interruption_is_measured_from_the_first_word_to_silence() -> None:
    async with a_network() as (app, emulator, http):
        Agent(app, greeting_ms=3_000, answer_ms=100)
        async with answered(app, emulator, http, steps=[{"interrupt": "Stop!", "after_ms": 200}]) as (call_id, _):
            lines = await diary(http, call_id)
        (barge_in,) = [line for line in lines if line["kind"] == "barge_in"]
        assert barge_in["cut"] is True
        assert 0 <= barge_in["stop_ms"] < 150
        greeting = next(line for line in lines if line["kind"] == "agent_heard")
        assert greeting["interrupted"] is True
        assert greeting["heard_ms"] == pytest.approx(200 + barge_in["stop_ms"], abs=60)


@pytest.mark.call
async def test_keys_are_pressed_after_the_agent_has_finished() -> None:
    async with a_network() as (app, emulator, http):
        agent = Agent(app)
        async with answered(app, emulator, http, steps=[{"dtmf": "4#"}]) as (call_id, _):
            lines = await diary(http, call_id)
        assert agent.keys == "4#"
        assert _kinds(lines).index("agent_heard") < _kinds(lines).index("key")


@pytest.mark.call
async def test_an_agent_that_says_nothing_is_waited_for_and_reported() -> None:
    async with a_network() as (app, emulator, http):
        Agent(app, greeting_ms=0, answer_ms=0)
        async with answered(app, emulator, http, steps=[{"say": "Hello?"}]) as (call_id, _):
            lines = await diary(http, call_id)
        assert _kinds(lines, "ringing", "answered", "media_open", "media_closed") == [
            "agent_silent",
            "step",
            "caller_speaks",
            "agent_silent",
            "ended",
        ]


@pytest.mark.call
async def test_a_caller_who_is_handed_over_talks_to_the_human_and_hangs_up() -> None:
    from azure.communication.callautomation import PhoneNumberIdentifier

    async with a_network() as (app, emulator, http):
        Agent(app)
        async with answered(app, emulator, http, steps=[{"say": "A human, please"}]) as (call_id, call):
            human, ours = PhoneNumberIdentifier("+14255550177"), PhoneNumberIdentifier("+14255550199")
            await app.callback("MediaStreamingStarted")
            await call.add_participant(human, source_caller_id_number=ours)
            await app.callback("AddParticipantSucceeded")
            await call.hang_up(False)
            lines = await diary(http, call_id)
        kinds = _kinds(lines)
        assert kinds.index("human_rings") < kinds.index("human_answers") < kinds.index("agent_left")
        assert "human_speaks" in kinds
        assert (lines[-1]["kind"], lines[-1]["outcome"]) == ("ended", "transferred")


async def test_a_dropped_media_socket_is_reported_and_can_be_opened_again() -> None:
    async with a_network() as (app, emulator, http), answered(app, emulator, http, hang_up_after=False) as (call_id, call):
        await app.callback("MediaStreamingStarted")
        assert app.media is not None
        await app.media.close()
        failed = await app.callback("MediaStreamingFailed")
        assert failed["data"]["mediaStreamingUpdate"]["mediaStreamingStatusDetails"] == "streamConnectionInterrupted"
        assert (await call.get_call_properties()).call_connection_state == "connected"
        await call.start_media_streaming()
        await app.until(lambda: app.types().count("MediaStreamingStarted") == 2)
        assert len({headers["authorization"] for headers in app.media_headers}) >= 1
        assert (await http.delete(f"/emulator/calls/{call_id}")).status_code == 204
        await app.callback("CallDisconnected")


async def test_callbacks_keep_their_order_when_the_app_stumbles() -> None:
    async with a_network() as (app, emulator, http):
        app.callback_status = [503, 503]
        async with answered(app, emulator, http, hang_up_after=False) as (call_id, _):
            await app.callback("MediaStreamingStarted")
            assert app.types() == ["CallConnected", "ParticipantsUpdated", "MediaStreamingStarted"]
            await http.delete(f"/emulator/calls/{call_id}")
            lines = await diary(http, call_id)
        (retried,) = [line for line in lines if line["kind"] == "callback"]
        assert (retried["type"], retried["attempts"], retried["status"]) == ("CallConnected", 3, 200)


async def test_stopping_the_emulator_hangs_up_and_says_goodbye() -> None:
    async with a_network() as (app, emulator, http), answered(app, emulator, http, hang_up_after=False):
        await app.callback("MediaStreamingStarted")
        await emulator.network.stop()
        await app.callback("CallDisconnected")


@pytest.mark.call
async def test_a_noisy_line_is_never_silent() -> None:
    async with a_network() as (app, emulator, http):
        Agent(app)
        async with answered(app, emulator, http, steps=[{"say": "Hello"}], noise_db=15) as (call_id, _):
            await diary(http, call_id)
        seen = (await http.get(f"/emulator/calls/{call_id}")).json()
        assert seen["frames"]["silent"] < 10


@pytest.mark.call
async def test_twenty_callers_are_carried_at_once_without_losing_a_frame() -> None:
    async with a_network() as (app, emulator, http), asyncio.TaskGroup() as tasks:
        app.on_media = lambda app: app.say(speech(100))

        async def one() -> dict[str, Any]:
            async with answered(app, emulator, http, steps=[{"say": "Hello"}]) as (call_id, _):
                await diary(http, call_id)
            found: dict[str, Any] = (await http.get(f"/emulator/calls/{call_id}")).json()
            return found

        calls = [tasks.create_task(one()) for _ in range(20)]
    frames = [task.result()["frames"] for task in calls]
    assert [one["lost"] for one in frames] == [0] * 20
    assert min(one["sent"] for one in frames) > 20


async def test_a_port_that_is_taken_is_a_mistake_of_the_user() -> None:
    async with AcsEmulator() as first:
        with pytest.raises(UserError, match=f"{first.port} cannot be listened on"):
            async with AcsEmulator(port=first.port):
                pass


async def test_the_same_seed_gives_the_same_key() -> None:
    from voiceagent.emulators.acs.options import NetworkOptions

    async with AcsEmulator(options=NetworkOptions(seed=1)) as first, AcsEmulator(options=NetworkOptions(seed=1)) as second:
        assert (first.key, first.resource_id) == (second.key, second.resource_id)
        assert first.connection_string == f"endpoint={first.url};accesskey={first.key}"


async def test_a_caller_can_be_given_more_to_do_while_the_call_goes_on() -> None:
    async with a_network() as (app, emulator, http):
        Agent(app)
        async with answered(app, emulator, http, hang_up_after=False) as (call_id, _):
            added = await http.post(f"/emulator/calls/{call_id}/steps", json={"steps": [{"dtmf": "7"}], "hang_up_after": True})
            lines = await diary(http, call_id)
            late = await http.post(f"/emulator/calls/{call_id}/steps", json={"steps": [{"dtmf": "8"}]})
    assert (added.status_code, added.json()) == (200, {"steps": 1})
    assert [line["key"] for line in lines if line["kind"] == "key"] == ["7"]
    assert lines[-1]["end_reason"] == "the caller hung up"
    assert (late.status_code, late.json()["error"]["message"]) == (409, "The call has ended; the caller can do nothing more.")


async def test_a_number_that_is_no_port_is_told() -> None:
    with pytest.raises(UserError, match="70000 cannot be listened on"):
        await AcsEmulator(port=70_000).__aenter__()


def test_a_key_that_cannot_sign_is_told_before_anything_starts() -> None:
    with pytest.raises(UserError, match="base64"):
        AcsEmulator(key="not a key")


async def one_call() -> list[Any]:
    """Everything that an app is told of a call with a transfer, and the first frames it gets."""
    from azure.communication.callautomation import PhoneNumberIdentifier

    async with a_network() as (app, emulator, http):
        seen: list[Any] = []
        keep = app.events.put_nowait

        def look(event: Any) -> None:
            seen.append(event)
            keep(event)

        app.events.put_nowait = look  # type: ignore[method-assign]  # to see what the answering takes out
        async with answered(app, emulator, http, hang_up_after=False) as (_, call):
            await app.callback("MediaStreamingStarted")
            await app.until(lambda: len(app.frames) > 3)
            human, ours = PhoneNumberIdentifier("+14255550177"), PhoneNumberIdentifier("+14255550100")
            await call.add_participant(human, source_caller_id_number=ours)
            await app.callback("AddParticipantSucceeded")
            await call.hang_up(True)
            await app.callback("CallDisconnected")
        return [*seen, *app.callbacks, *app.frames[:4]]


async def test_two_runs_with_the_same_seed_tell_the_same() -> None:
    assert await one_call() == await one_call()
