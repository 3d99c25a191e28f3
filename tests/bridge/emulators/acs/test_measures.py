"""The figures of a call."""

from __future__ import annotations

from base64 import b64encode

from a_call import MEDIA, answer
from fake_app import a_network, speech

from voiceagent.emulators.acs.measures import measurements, summary
from voiceagent.emulators.acs.state import Order
from voiceagent.emulators.acs.studio import Line


async def test_figures_count_from_the_ring_and_latencies_from_the_last_word() -> None:
    async with a_network(callback_attempts=1) as (_, emulator, _http):
        network = emulator.network
        circuit = network.place(Order("4:+1", "4:+2"), (), Line())
        began = circuit.call.diary.began
        circuit.call.answer(answer(MEDIA), began + 100)
        circuit.carry_out()
        circuit.ear.hears(b64encode(speech(300)), began + 500)
        circuit.turns.tick(began + 600)
        circuit.turns.caller_speaks(began + 650, began + 900)
        circuit.turns.tick(began + 700)
        circuit.ear.stop(began + 750)
        circuit.ear.hears(b64encode(speech(100)), began + 1_300)
        for now in range(760, 2_500, 20):
            circuit.turns.tick(began + now)
        seen = measurements(circuit, began + 2_500, wall=1_000_002.5)
        assert seen["rang_at"] == 1_000_000.0
        assert (seen["answer_ms"], seen["first_audio_ms"], seen["duration_ms"]) == (100, 400, 2_500)
        assert [(turn["start_ms"], turn["latency_ms"], turn["interrupted"]) for turn in seen["turns"]] == [
            (500, None, True),
            (1_300, 400, False),
        ]
        assert (seen["latencies_ms"], seen["latency_p50_ms"]) == ([400], 400)
        assert seen["barge_ins"] == [{"at_ms": 650, "stop_ms": 100.0, "cut": True}]
        assert (seen["flushes"], seen["heard_ms"], seen["frames"]["received"]) == (1, 350, 2)
        assert seen["state"] == "connecting"


async def test_a_call_handed_over_is_neither_ours_nor_ended() -> None:
    async with a_network(callback_attempts=1) as (_, emulator, _http):
        call = emulator.network.place(Order("4:+1", "4:+2"), (), Line()).call
        assert summary(call)["call_connection_id"] is None
        call.answer(answer(), call.diary.began)
        call.tick(call.diary.began + 1_000)
        call.join("4:+3", call.diary.began + 1_000)
        call.hang_up(call.diary.began + 1_100, for_everyone=False)
        assert (summary(call)["state"], summary(call)["outcome"]) == ("handed_over", None)
