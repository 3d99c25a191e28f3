"""The operations of Call Automation: which method and path, which function, and exactly which status the SDK expects of it."""

from __future__ import annotations

from voiceagent.emulators.acs import answers, errors, requests
from voiceagent.emulators.acs.asked import Asked, Done, Operation
from voiceagent.emulators.acs.media_desk import MEDIA_OPERATIONS
from voiceagent.emulators.acs.repeats import Answer

__all__ = ["OPERATIONS", "Asked", "Done", "Operation"]


def answer(asked: Asked) -> Done:
    request = requests.answer_request(asked.body, https_only=asked.options.https_only)
    call = asked.exchange.by_context(request.context)
    call.answer(request, asked.now)
    return Done(Answer(200, answers.call_properties(call)), call)


def create_call(asked: Asked) -> Done:
    call = asked.exchange.dial(requests.create_request(asked.body, https_only=asked.options.https_only), asked.now)
    return Done(Answer(201, answers.call_properties(call)), call)


def connect(asked: Asked) -> Done:
    call = asked.exchange.join(requests.connect_request(asked.body, https_only=asked.options.https_only), asked.now)
    return Done(Answer(200, answers.call_properties(call)), call)


def reject(asked: Asked) -> Done:
    call = asked.exchange.by_context(str(asked.body.get("incomingCallContext", "")))
    reason = str(asked.body.get("callRejectReason") or "none").lower()
    if reason not in ("none", "busy", "forbidden"):
        raise errors.invalid("CallRejectReason")
    call.reject(reason, asked.now)
    return Done(Answer(204), call)


def redirect(asked: Asked) -> Done:
    call = asked.exchange.by_context(str(asked.body.get("incomingCallContext", "")))
    call.redirect(requests.identifier(asked.body, "target"), asked.now)
    return Done(Answer(204), call)


def get_call(asked: Asked) -> Done:
    call = asked.call()
    if not call.leg_is_up:
        raise errors.not_found()
    return Done(Answer(200, answers.call_properties(call)), call)


def hang_up(asked: Asked) -> Done:
    call = asked.call()
    call.hang_up(asked.now, for_everyone=False)
    return Done(Answer(204), call)


def terminate(asked: Asked) -> Done:
    call = asked.call()
    call.hang_up(asked.now, for_everyone=True)
    return Done(Answer(204), call)


def list_participants(asked: Asked) -> Done:
    call = asked.call()
    call.must_be_connected()
    return Done(Answer(200, answers.participants(call)), call)


def get_participant(asked: Asked) -> Done:
    call = asked.call()
    call.must_be_connected()
    member = call.roster.get(asked.path["participant"])
    if member is None:
        raise errors.not_found("Participant")
    return Done(Answer(200, answers.participant(member)), call)


def add_participant(asked: Asked) -> Done:
    call = asked.call()
    request = requests.add_request(asked.body)
    invitation_id = call.invitations.add(request, asked.now)
    body = answers.with_context(
        request.operation.context, participant=answers.invited(request.target), invitationId=invitation_id
    )
    return Done(Answer(202, body), call)


def cancel_add_participant(asked: Asked) -> Done:
    call, wanted = asked.call(), requests.operation(asked.body)
    invitation_id = str(asked.body.get("invitationId", ""))
    call.invitations.cancel(invitation_id, wanted, asked.now)
    return Done(Answer(202, answers.with_context(wanted.context, invitationId=invitation_id)), call)


def remove_participant(asked: Asked) -> Done:
    call, wanted = asked.call(), requests.operation(asked.body)
    call.members.remove(requests.identifier(asked.body, "participantToRemove"), wanted, asked.now)
    return Done(Answer(202, answers.with_context(wanted.context)), call)


def move_participants(asked: Asked) -> Done:
    call, request = asked.call(), requests.move_request(asked.body)
    call.members.move_here(request, asked.exchange.by_connection(request.from_connection), asked.now)
    people = [answers.invited(target) for target in request.targets]
    body = answers.with_context(request.operation.context, participants=people, fromCall=request.from_connection)
    return Done(Answer(202, body), call)


def mute_participant(asked: Asked) -> Done:
    call, wanted = asked.call(), requests.operation(asked.body)
    call.members.mute(requests.mute_targets(asked.body))
    return Done(Answer(200, answers.with_context(wanted.context)), call)


def transfer(asked: Asked) -> Done:
    call, request = asked.call(), requests.transfer_request(asked.body)
    call.invitations.transfer(request, asked.now)
    return Done(Answer(202, answers.with_context(request.operation.context)), call)


def start_recording(asked: Asked) -> Done:
    request = requests.recording_request(asked.body)
    call = asked.exchange.for_recording(request)
    return Done(Answer(200, answers.recording(call.record(request, asked.now))), call)


def get_recording(asked: Asked) -> Done:
    call, recording = asked.exchange.by_recording(asked.path["recording"])
    return Done(Answer(200, answers.recording(recording)), call)


def stop_recording(asked: Asked) -> Done:
    call, recording = asked.exchange.by_recording(asked.path["recording"])
    call.stop_recording(recording, asked.now)
    return Done(Answer(204), call)


def pause_recording(asked: Asked) -> Done:
    call, recording = asked.exchange.by_recording(asked.path["recording"])
    recording.pause(asked.now)
    call.tell_recording(recording, asked.now)
    return Done(Answer(202), call)


def resume_recording(asked: Asked) -> Done:
    call, recording = asked.exchange.by_recording(asked.path["recording"])
    recording.resume(asked.now)
    call.tell_recording(recording, asked.now)
    return Done(Answer(202), call)


_CALLS = "/calling/callConnections"
_CALL = _CALLS + "/{connection}"
_RECORDING = "/calling/recordings/{recording}"

OPERATIONS: tuple[tuple[str, str, Operation], ...] = (
    ("POST", _CALLS + ":answer", answer),
    ("POST", _CALLS + ":reject", reject),
    ("POST", _CALLS + ":redirect", redirect),
    ("POST", _CALLS + ":connect", connect),
    ("POST", _CALLS, create_call),
    ("POST", _CALL + ":terminate", terminate),
    ("POST", _CALL + ":transferToParticipant", transfer),
    *(("POST", f"{_CALL}:{name}", operation) for name, operation in MEDIA_OPERATIONS),
    ("POST", _CALL + "/participants:add", add_participant),
    ("POST", _CALL + "/participants:cancelAddParticipant", cancel_add_participant),
    ("POST", _CALL + "/participants:remove", remove_participant),
    ("POST", _CALL + "/participants:mute", mute_participant),
    ("POST", _CALL + "/participants:moveHere", move_participants),
    ("GET", _CALL + "/participants", list_participants),
    ("GET", _CALL + "/participants/{participant}", get_participant),
    ("GET", _CALL, get_call),
    ("DELETE", _CALL, hang_up),
    ("POST", "/calling/recordings", start_recording),
    ("POST", _RECORDING + ":pause", pause_recording),
    ("POST", _RECORDING + ":resume", resume_recording),
    ("GET", _RECORDING, get_recording),
    ("DELETE", _RECORDING, stop_recording),
)
"""More particular paths before the general ones that would match them too."""
