"""Recordings as files and as the event that announces them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fake_app import a_network, answered, diary, heard, speech

from voiceagent.audio.wav import read_wav
from voiceagent.emulators.acs.ear import Piece
from voiceagent.emulators.acs.recorder import ready_event, write_recording
from voiceagent.emulators.acs.recordings import Recording
from voiceagent.emulators.acs.requests import RecordingRequest
from voiceagent.protocol.event_grid import encode


def a_recording(channel: str = "mixed") -> Recording:
    request = RecordingRequest("server", None, None, "audio", channel, "wav", False)
    recording = Recording("recording", "document", request, 0, "https://app.example")
    recording.resume(0)
    recording.stop(200, "CallEnded")
    return recording


SIDES = [[Piece(0, speech(100))], [Piece(100, speech(100))], []]


def test_both_sides_are_in_the_one_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "mixed.wav"
    write_recording(a_recording(), SIDES, 24_000, path)
    assert read_wav(path) == (speech(100) + speech(100), 24_000)


def test_unmixed_has_a_channel_for_everybody_who_spoke(tmp_path: Path) -> None:
    path = tmp_path / "unmixed.wav"
    write_recording(a_recording("unmixed"), SIDES, 24_000, path)
    samples = np.frombuffer(path.read_bytes()[44:], dtype="<i2").reshape(-1, 2)
    assert samples[:2_400, 0].tobytes() == speech(100)
    assert not samples[:2_400, 1].any()
    assert samples[2_400:, 1].tobytes() == speech(100)


def test_the_event_tells_where_the_file_is() -> None:
    event = ready_event(a_recording(), topic="/t", base="http://here", event_id="e", time="now", started="then", call_id="call")
    assert encode(event, "event-grid")["data"] == {
        "recordingStorageInfo": {
            "recordingChunks": [
                {
                    "documentId": "document",
                    "contentLocation": "http://here/v1/objects/document/content/audio",
                    "index": 0,
                    "endReason": "SessionEnded",
                    "metadataLocation": "http://here/v1/objects/document/content/acsmetadata",
                    "deleteLocation": "http://here/v1/objects/document",
                }
            ]
        },
        "recordingStartTime": "then",
        "recordingDurationMs": 200,
        "recordingContentType": "Audio",
        "recordingChannelType": "Mixed",
        "recordingFormatType": "Wav",
        "sessionEndReason": "CallEnded",
    }
    assert event.subject == "/recording/call/call/recordingId/recording"


async def test_a_recorded_call_is_kept_in_the_folder_that_was_named(tmp_path: Path) -> None:
    async with a_network(recordings=tmp_path) as (app, emulator, http):
        async with answered(app, emulator, http, hang_up_after=False) as (call_id, call):
            await app.callback("MediaStreamingStarted")
            client = emulator.network.exchange.calls[call_id]
            client.record(a_recording().request, emulator.network.now())
            await app.say(speech(200))
            await heard(http, call_id, "agent_heard")
            await http.delete(f"/emulator/calls/{call_id}")
            await diary(http, call_id)
            del call
        event = await app.events.get()
        document = event["data"]["recordingStorageInfo"]["recordingChunks"][0]["documentId"]
    pcm, _ = read_wav(tmp_path / f"{document}.wav")
    assert np.abs(np.frombuffer(pcm, dtype="<i2")).max() > 7_000
