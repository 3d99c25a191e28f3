"""Recordings become files: the sound of a call put on disk, its metadata beside it, and the event that tells where both are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.ear import Piece
from voiceagent.emulators.acs.mp3 import RATE, can_write_mp3, write_mp3
from voiceagent.emulators.acs.recordings import Recording
from voiceagent.emulators.acs.script import Utterance
from voiceagent.emulators.acs.tape import interleaved, mixed, spans
from voiceagent.protocol.event_grid import RecordingChunk, RecordingFileStatusUpdated

if TYPE_CHECKING:
    from voiceagent.emulators.acs.circuit import Circuit


def sides(circuit: Circuit) -> list[list[Piece]]:
    """Caller, agent and human as they sounded at the caller's end."""
    return [_pieces(circuit.caller.spoken), list(circuit.ear.pieces), _pieces(circuit.human_spoken)]


def ear_wav(circuit: Circuit, now: float, path: Path) -> None:
    """Write the whole call as the caller knew it: caller left, agent right."""
    from voiceagent.audio.wav import write_wav

    rate, start = circuit.ear.rate, circuit.call.diary.began
    end = circuit.call.ended_at if circuit.call.ended_at is not None else now
    path.parent.mkdir(parents=True, exist_ok=True)
    caller, agent, _ = sides(circuit)
    left, right = (spans(side, [(start, end)], rate=rate) for side in (caller, agent))
    write_wav(path, interleaved(left, right), rate, channels=2)


def write_recording(recording: Recording, pieces: list[list[Piece]], rate: int, path: Path) -> None:
    """Write the file of a recording that has stopped, at 16 kHz. Blocking.

    `path` has no suffix yet; `recording.format` and `.channels` tell afterwards what became of it.
    """
    import numpy as np

    from voiceagent.audio.resample import resample
    from voiceagent.audio.wav import write_wav

    path.parent.mkdir(parents=True, exist_ok=True)
    tracks = [spans(side, recording.spans, rate=rate) for side in pieces]
    if recording.request.channel == "unmixed":
        tracks = [track for track, side in zip(tracks, pieces, strict=True) if side] or tracks[:1]
        recorded = [np.frombuffer(resample(track.tobytes(), rate, RATE), dtype="<i2") for track in tracks]
        recording.channels = len(recorded)
        write_wav(path.with_suffix(".wav"), interleaved(*recorded), RATE, channels=len(recorded))
        return
    pcm = resample(mixed(*tracks), rate, RATE)
    recording.format = _format(recording.request.format)
    if recording.format == "mp3":
        write_mp3(path.with_suffix(".mp3"), pcm)
    else:
        write_wav(path.with_suffix(".wav"), pcm, RATE)


# unverified: recording-format
def _format(wanted: str) -> str:
    """There are no pictures: MP4 is WAV, and so is MP3 where nothing can make it."""
    return "mp3" if wanted == "mp3" and can_write_mp3() else "wav"


def ready_event(
    recording: Recording, *, topic: str, base: str, event_id: str, time: str, started: str, call_id: str
) -> RecordingFileStatusUpdated:
    """Event Grid's message that the file is there."""
    place = f"{base}/v1/objects/{recording.document_id}"
    chunk = RecordingChunk(
        document_id=recording.document_id,
        index=0,
        end_reason="SessionEnded",
        content_location=f"{place}/content/audio",
        metadata_location=f"{place}/content/acsmetadata",
        delete_location=place,
    )
    return RecordingFileStatusUpdated(
        event_id=event_id,
        topic=topic,
        subject=f"/recording/call/{call_id}/recordingId/{recording.recording_id}",
        time=time,
        chunks=(chunk,),
        recording_start_time=started,
        recording_duration_ms=round(recording.length_ms),
        recording_content_type="Audio",
        recording_channel_type=recording.request.channel.capitalize(),
        recording_format_type=recording.format.capitalize(),
        session_end_reason=recording.end_reason,
    )


def metadata(recording: Recording, circuit: Circuit, *, resource_id: str, wall_of: Callable[[float], str]) -> dict[str, Any]:
    """The metadata document beside the file."""
    members = [{"participantId": circuit.call.order.caller}, {"participantId": circuit.call.app_id}]
    return {
        "resourceId": resource_id,
        "callId": circuit.call.server_call_id,
        "chunkDocumentId": recording.document_id,
        "chunkIndex": 0,
        "chunkStartTime": wall_of(recording.began),
        "chunkDuration": round(recording.length_ms),
        "pauseResumeIntervals": [{"startTime": wall_of(at), "duration": round(ms)} for at, ms in recording.pauses],
        "recordingInfo": {
            "contentType": recording.request.content,
            "channelType": recording.request.channel,
            "format": recording.format,
            "audioConfiguration": {"sampleRate": RATE, "bitRate": _bits_a_second(recording), "channels": recording.channels},
        },
        "participants": members,
    }


def _bits_a_second(recording: Recording) -> int:
    return 48_000 if recording.format == "mp3" else RATE * 16 * recording.channels


def _pieces(spoken: list[tuple[float, Utterance]]) -> list[Piece]:
    return [Piece(at, words.pcm) for at, words in spoken]
