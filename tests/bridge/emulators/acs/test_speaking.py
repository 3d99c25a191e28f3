"""Prompts and tones are heard where they should be: in a real call, at its ear."""

from __future__ import annotations

from a_call import CALLER
from azure.communication.callautomation import DtmfTone, PhoneNumberIdentifier
from azure.communication.callautomation.aio import CallAutomationClient
from fake_app import a_network


async def test_a_prompt_and_tones_sound_at_the_callers_ear() -> None:
    async with a_network() as (app, emulator, http):
        placed = await http.post("/emulator/calls", json={"hang_up_after": False})
        event = await app.events.get()
        async with CallAutomationClient(emulator.url, emulator.credential) as client:
            answered = await client.answer_call(
                event["data"]["incomingCallContext"], app.url + "/callback", cognitive_services_endpoint="https://x.example"
            )
            await app.callback("ParticipantsUpdated")
            call = client.get_call_connection(answered.call_connection_id)
            from azure.communication.callautomation import SsmlSource

            await call.play_media(SsmlSource(ssml_text="<speak>Hello there</speak>"))
            await app.callback("PlayCompleted")
            await call.send_dtmf_tones([DtmfTone.ONE, DtmfTone.TWO], PhoneNumberIdentifier(CALLER.removeprefix("4:")))
            await app.callback("SendDtmfTonesCompleted")
            circuit = emulator.network.circuits[placed.json()["call_id"]]
            heard = sum(one.speech_ms for one in circuit.ear.stretches)
    assert heard >= 220 + 2 * 90
    assert circuit.ear.received == 0
