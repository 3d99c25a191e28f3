"""What the emulated telephone network does without knowing that Azure's does it."""

from __future__ import annotations

from voiceagent.emulators.guess import Guess

NOTHING = "not documented"


def _of(id_: str, sentence: str, source: str = NOTHING) -> Guess:
    return Guess(id_, "acs", sentence, source)


ACS_GUESSES: tuple[Guess, ...] = (
    _of("media-dial-delay", "The media socket is dialled 150 ms after the answer.", "seen in the field: 1 to 1.5 s"),
    _of("unknown-versions", "Any api-version is taken; an unknown one is noted as a warning.", "SDK history knows seven"),
    _of(
        "silent-frames",
        "Two seconds after the last words frames carry `silent: true`, and zero samples.",
        "samples rely on less",
    ),
    _of("stale-answer", "Answering a call that no longer rings is 400/8523.", "the sentence was seen, its status was not"),
    _of("answered-twice", "Answering a call twice is 409/8519.", "8519 is a conflicting parallel action"),
    _of("sip-codes", "Subcodes 8538 to 8543 come with the SIP answer of that meaning.", "the subcodes alone are documented"),
    _of("cancelled-invitation", "A cancelled invitation is told by CancelAddParticipantSucceeded alone."),
    _of("invitation-timeout", "An invitation rings 60 s when nothing is said.", "only the most, 180 s, is documented"),
    _of("most-targets", "A call is placed to at most 50 people.", "350 participants per call are documented"),
    _of(
        "broken-media",
        "A media socket that breaks is MediaStreamingFailed with streamConnectionInterrupted; no redial, the call stays up.",
        "the status exists; what follows it is not documented",
    ),
    _of("media-frame-limit", "A frame of the app may have 8 MiB."),
    _of("media-queue", "Audio the app sends is queued without a limit.", "StopAudio is said to flush what is queued"),
    _of("callback-retries", "A callback that is not taken is tried three times, after pauses of 1 and 3 s."),
    _of("callback-queue", "When an app stalls for 256 callbacks of a call, the newest are dropped."),
    _of("callback-order", "Callbacks of a call come one at a time, in the order in which they became true."),
    _of("hang-up-alone", "When our leg hangs up with a human on the line, the other two stay connected."),
    _of("own-audio", "The app's own audio is not in the mixed stream it gets.", "a preview has enableLoopbackAudio, so likely"),
    _of("recording-format", "A recording that was asked for as MP4 is WAV: there are no pictures."),
    _of("roster-order", "ParticipantsUpdated names caller, app and humans in the order of their coming."),
    _of("prompt-queue", "Prompts and streamed audio sound one after the other, not mixed."),
    _of("waiting-operations", "Plays and recognitions wait for each other, at most 32."),
    _of("lost-keys", "Keys pressed during a prompt that may not be interrupted are lost."),
    _of("key-has-no-phrase", "A choice that was made by a key has recognizedPhrase: null.", "ChoiceResult of the Java client"),
    _of("recognition-prompt", "The prompt of a recognition has no play callbacks of its own."),
    _of("media-subcodes", "8508 is a cancelled and 8534 a wrong key for a choice.", "as other client libraries name them"),
    _of("end-silence", "Recognised speech ends after 500 ms of silence when nothing is said."),
    _of("tone-length", "A sent tone and the pause after it take 200 ms."),
    _of("cancel-all", "Cancelling all media operations leaves continuous recognition of keys on."),
    _of("silent-refusers", "Nothing is told about people of a group call who do not answer."),
    _of("joined-leg", "A leg that joins knows the participants of that moment, and hears the caller at the same format only."),
    _of("moved-voice", "The voice of somebody who was moved is not heard in the new call."),
    _of("group-transfer", "A transfer that names a transferee moves that participant; our leg stays."),
    _of("transcribed-words", "Transcription has the caller's words alone, final results alone, times shared by letters."),
)
