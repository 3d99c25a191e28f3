from __future__ import annotations

import json

from a_call import connected, told
from azure.communication.callautomation import TranscriptionOptions
from azure.communication.callautomation.aio import CallAutomationClient
from fake_app import a_network

from voiceagent.emulators.acs.transcriber import Transcriber, data_frame, metadata_frame
from voiceagent.emulators.acs.transcribing import Spoken


def test_frames_have_the_members_that_the_sdks_read() -> None:
    call = connected()
    metadata = json.loads(metadata_frame(call, "en-US"))
    assert metadata["kind"] == "TranscriptionMetadata"
    assert set(metadata["transcriptionMetadata"]) == {"subscriptionId", "locale", "callConnectionId", "correlationId"}
    data = json.loads(data_frame(Spoken("4:+1", "ab cd", 0.5, 100, 200)))["transcriptionData"]
    assert (data["offset"], data["duration"], data["resultStatus"]) == (1_000_000, 1_000_000, "Final")
    assert data["words"][1] == {"text": "cd", "offset": 1_500_000, "duration": 500_000}


async def test_a_socket_that_cannot_be_opened_is_reported() -> None:
    call = connected()
    changes: list[str] = []
    transcriber = Transcriber(call, headers=dict, changed=lambda: changes.append("changed"))
    await transcriber.run("ws://127.0.0.1:1/transcript", "en-US")
    assert (told(call), changes) == (["TranscriptionFailed"], ["changed"])
    await transcriber.say(Spoken("4:+1", "nobody listens", 1.0, 0, 1))
    await transcriber.close()


async def test_what_the_caller_says_arrives_as_text() -> None:
    async with a_network(greeting_wait_ms=50) as (app, emulator, http):
        await http.post("/emulator/calls", json={"hang_up_after": False, "steps": [{"silence": 300}, {"say": "Where is it"}]})
        event = await app.events.get()
        transcription = TranscriptionOptions(
            transport_url=app.media_url, transport_type="websocket", locale="en-US", start_transcription=True
        )
        async with CallAutomationClient(emulator.url, emulator.credential) as client:
            await client.answer_call(event["data"]["incomingCallContext"], app.url + "/callback", transcription=transcription)
            frames = await app.until(lambda: [one for one in app.frames if one["kind"] == "TranscriptionData"])
    assert frames[0]["transcriptionData"]["text"] == "Where is it"
    assert frames[0]["transcriptionData"]["participantRawID"] == "4:+14255550100"
    assert "TranscriptionStarted" in app.types()
