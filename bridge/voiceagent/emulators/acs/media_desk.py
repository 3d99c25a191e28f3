"""The operations of Call Automation on the media of a call: the second half of `operations`."""

from __future__ import annotations

from voiceagent.emulators.acs import answers, media_requests, requests
from voiceagent.emulators.acs.asked import Asked, Done, Operation
from voiceagent.emulators.acs.errors import invalid
from voiceagent.emulators.acs.repeats import Answer


def play(asked: Asked) -> Done:
    call = asked.call()
    call.prompting.play(media_requests.play_request(asked.body), asked.now)
    return Done(Answer(202), call)


def recognize(asked: Asked) -> Done:
    call = asked.call()
    call.prompting.recognize(media_requests.recognize_request(asked.body), asked.now)
    return Done(Answer(202), call)


def cancel_all_media_operations(asked: Asked) -> Done:
    call = asked.call()
    call.prompting.cancel_all(asked.now)
    return Done(Answer(202), call)


def start_continuous_dtmf(asked: Asked) -> Done:
    call = asked.call()
    call.keypad.watch(requests.identifier(asked.body, "targetParticipant"), requests.operation(asked.body))
    return Done(Answer(200), call)


def stop_continuous_dtmf(asked: Asked) -> Done:
    call = asked.call()
    call.keypad.unwatch(requests.identifier(asked.body, "targetParticipant"), requests.operation(asked.body))
    return Done(Answer(200), call)


def send_dtmf(asked: Asked) -> Done:
    call = asked.call()
    keys, target, operation = media_requests.send_tones_request(asked.body)
    call.keypad.send(keys, target, operation, asked.now)
    return Done(Answer(202, answers.with_context(operation.context)), call)


def hold(asked: Asked) -> Done:
    call = asked.call()
    call.holding.hold(media_requests.hold_request(asked.body), asked.now)
    return Done(Answer(200), call)


def unhold(asked: Asked) -> Done:
    call = asked.call()
    call.holding.unhold(requests.identifier(asked.body, "targetParticipant"), asked.now)
    return Done(Answer(200), call)


def start_media_streaming(asked: Asked) -> Done:
    call = asked.call()
    call.streaming.start(requests.operation(asked.body))
    return Done(Answer(202), call)


def stop_media_streaming(asked: Asked) -> Done:
    call = asked.call()
    call.streaming.stop(requests.operation(asked.body))
    return Done(Answer(202), call)


def start_transcription(asked: Asked) -> Done:
    call = asked.call()
    call.transcribing.start(requests.operation(asked.body), asked.body.get("locale"))
    return Done(Answer(202), call)


def stop_transcription(asked: Asked) -> Done:
    call = asked.call()
    call.transcribing.stop(requests.operation(asked.body))
    return Done(Answer(202), call)


def update_transcription(asked: Asked) -> Done:
    call, locale = asked.call(), asked.body.get("locale")
    if not isinstance(locale, str) or not locale:
        raise invalid("Locale")
    call.transcribing.update(locale, requests.operation(asked.body))
    return Done(Answer(202), call)


MEDIA_OPERATIONS: tuple[tuple[str, Operation], ...] = (
    ("play", play),
    ("recognize", recognize),
    ("cancelAllMediaOperations", cancel_all_media_operations),
    ("startContinuousDtmfRecognition", start_continuous_dtmf),
    ("stopContinuousDtmfRecognition", stop_continuous_dtmf),
    ("sendDtmfTones", send_dtmf),
    ("hold", hold),
    ("unhold", unhold),
    ("startMediaStreaming", start_media_streaming),
    ("stopMediaStreaming", stop_media_streaming),
    ("startTranscription", start_transcription),
    ("stopTranscription", stop_transcription),
    ("updateTranscription", update_transcription),
)
"""By the word after the colon of their paths."""
