"""Recordings as files and as the event that announces them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from azure.communication.callautomation.aio import CallAutomationClient
from fake_app import a_network, answered, diary, heard, speech

from voiceagent.audio.wav import read_wav
from voiceagent.emulators.acs import recorder
from voiceagent.emulators.acs.ear import Piece
from voiceagent.emulators.acs.mp3 import write_mp3
from voiceagent.emulators.acs.recorder import ready_event, write_recording
from voiceagent.emulators.acs.recordings import Recording
from voiceagent.emulators.acs.requests import RecordingRequest
from voiceagent.protocol.event_grid import encode


def a_recording(channel: str = "mixed", format: str = "wav") -> Recording:
    request = RecordingRequest("server", None, None, "audio", channel, format, False)
    recording = Recording("recording", "document", request, 0, "https://app.example")
    recording.resume(0)
    recording.stop(200, "CallEnded")
    return recording


SIDES = [[Piece(0, speech(100))], [Piece(100, speech(100))], []]
AS_RECORDED = [[Piece(0, speech(100, 16_000))], [Piece(100, speech(100, 16_000))], []]


def test_both_sides_are_in_the_one_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "mixed"
    write_recording(a_recording(), AS_RECORDED, 16_000, path)
    assert read_wav(path.with_suffix(".wav")) == (speech(100, 16_000) + speech(100, 16_000), 16_000)


def test_whatever_the_rate_of_the_call_it_is_recorded_at_16_khz(tmp_path: Path) -> None:
    write_recording(a_recording(), SIDES, 24_000, tmp_path / "mixed")
    pcm, rate = read_wav(tmp_path / "mixed.wav")
    assert (len(pcm), rate) == (2 * 3_200, 16_000)


def test_mp3_is_real_and_sounds_like_the_call(tmp_path: Path) -> None:
    recording = a_recording(format="mp3")
    write_recording(recording, SIDES, 24_000, tmp_path / "mixed")
    found = soundfile.info(tmp_path / "mixed.mp3")
    assert (found.format, found.samplerate, found.channels) == ("MP3", 16_000, 1)
    samples, _ = soundfile.read(tmp_path / "mixed.mp3")
    assert len(samples) == 3_200
    strongest = np.argmax(np.abs(np.fft.rfft(samples))) * 16_000 / len(samples)
    assert abs(strongest - 440) < 6
    assert abs(np.abs(samples[800:2_400]).max() - 8_000 / 32_768) < 0.03
    assert not (tmp_path / "mixed.wav").exists()


def test_mp3_has_48_kilobits_a_second(tmp_path: Path) -> None:
    write_mp3(tmp_path / "x.mp3", speech(4_000, 16_000))
    assert abs((tmp_path / "x.mp3").stat().st_size * 8 / 4 - 48_000) < 2_500


@pytest.mark.parametrize("format", ["mp4", "mp3"])
def test_what_cannot_be_made_is_wav(format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "can_write_mp3", lambda: False)
    recording = a_recording(format=format)
    write_recording(recording, SIDES, 24_000, tmp_path / "mixed")
    assert recording.format == "wav"
    assert read_wav(tmp_path / "mixed.wav")[1] == 16_000


def test_unmixed_has_a_channel_for_everybody_who_spoke(tmp_path: Path) -> None:
    recording = a_recording("unmixed")
    write_recording(recording, AS_RECORDED, 16_000, tmp_path / "unmixed")
    samples = np.frombuffer((tmp_path / "unmixed.wav").read_bytes()[44:], dtype="<i2").reshape(-1, 2)
    assert samples[:1_600, 0].tobytes() == speech(100, 16_000)
    assert not samples[:1_600, 1].any()
    assert samples[1_600:, 1].tobytes() == speech(100, 16_000)
    assert recording.channels == 2


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


async def test_an_app_that_wants_mp3_gets_it(tmp_path: Path) -> None:
    async with a_network(recordings=tmp_path) as (app, emulator, http):
        async with answered(app, emulator, http, hang_up_after=False) as (call_id, call):
            client = CallAutomationClient(emulator.url, emulator.credential)
            await app.callback("MediaStreamingStarted")
            connection_id = (await call.get_call_properties()).call_connection_id
            wanted: dict[str, Any] = {"recording_format_type": "mp3", "recording_content_type": "audio"}
            await client.start_recording(call_connection_id=connection_id, recording_channel_type="mixed", **wanted)
            await app.say(speech(300))
            await heard(http, call_id, "agent_heard")
            await http.delete(f"/emulator/calls/{call_id}")
            await client.close()
        event = await app.events.get()
        assert event["data"]["recordingFormatType"] == "Mp3"
        (chunk,) = event["data"]["recordingStorageInfo"]["recordingChunks"]
        file = await http.get(chunk["contentLocation"])
        told = (await http.get(chunk["metadataLocation"])).json()["recordingInfo"]
    assert file.headers["content-type"] == "audio/mpeg"
    samples, rate = soundfile.read(BytesIO(file.content))
    assert (rate, np.abs(samples).max() > 0.2) == (16_000, True)
    assert told["audioConfiguration"] == {"sampleRate": 16_000, "bitRate": 48_000, "channels": 1}


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
