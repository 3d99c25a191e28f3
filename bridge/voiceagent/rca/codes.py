"""What Call Automation's subcodes and the states of a media stream mean, in a few words. Pure.

Read off Microsoft's list of Call Automation codes and the enumerations of its SDK (azure-communication-callautomation 1.6.0).
"""

from __future__ import annotations

from collections.abc import Mapping

SUBCODES: Mapping[str, str] = {
    "7501": "the token is not valid",
    "7504": "the application may not do this",
    "7507": "the call came to another resource than the one that asks",
    "7509": "the signature is not valid: another key, or a clock that is off",
    "8500": "another media operation is under way, or the media mode does not fit",
    "8501": "the call is not established, or over",
    "8509": "too long a silence while keys or speech were awaited",
    "8510": "nobody spoke at first",
    "8514": "the stop tone came",
    "8516": "too many calls for now",
    "8519": "another action conflicts with it",
    "8520": "not made for this kind of call",
    "8522": "there is no such call or participant",
    "8523": "an argument is not valid",
    "8528": "the call has ended",
    "8529": "the calls of the month are used up",
    "8530": "too many calls at once",
    "8531": "as many keys as were asked for",
    "8532": "too long between two keys",
    "8533": "the keys were recognised",
    "8535": "the file's format cannot be played",
    "8536": "the file could not be fetched",
    "8538": "the callee declined",
    "8539": "the callee is busy",
    "8540": "the callee is busy everywhere",
    "8541": "the callee is not available",
    "8542": "the invitation was cancelled",
    "8543": "the callee's call does not exist",
    "8544": "the callee cannot be reached",
    "8545": "the speech fitted an option",
    "8547": "the speech fitted no option",
    "8553": "the call is recorded already",
    "8559": "the call is recorded already, by another application",
    "8563": "the speech was not recognised",
    "8565": "the speech service failed",
    "8567": "no speech service is linked to the resource",
    "8569": "the speech was recognised",
    "8571": "another recording conflicts with it",
    "8581": "the address of the media stream is not valid, or nobody answers there",
    "8583": "not possible beside the media operation that is under way",
    "8585": "not possible in the state of the call",
    "8586": "the application did not acknowledge the call",
    "8587": "the call was not answered in time",
    "8603": "the media stream failed",
    "8604": "the media stream was cancelled",
    "8607": "another transfer conflicts with it",
    "9999": "Azure does not say",
}
"""The order of 8538 to 8544 is the documentation's; which is which beyond busy and declined is unverified."""

STREAM_STATES: Mapping[str, str] = {
    "subscriptionStarted": "it flows",
    "streamConnectionReestablished": "it was lost and flows again",
    "streamConnectionUnsuccessful": "the socket could not be opened",
    "streamUrlMissing": "no address was given",
    "serviceShutdown": "the service was stopped",
    "streamConnectionInterrupted": "the socket broke",
    "speechServicesConnectionError": "the speech service could not be reached",
    "subscriptionStopped": "it was stopped",
    "unspecifiedError": "Azure does not say",
    "authenticationFailure": "its token was not accepted",
    "badRequest": "the handshake was refused as malformed",
    "tooManyRequests": "the handshake was refused for want of room",
    "forbidden": "the handshake was forbidden",
    "serviceTimeout": "the service waited in vain",
    "initialWebSocketConnectionFailed": "the first socket could not be opened",
}


def meaning(subcode: object) -> str:
    """` (the callee is busy)` for a subcode that is known and not the plain zero; else nothing."""
    told = SUBCODES.get(str(subcode), "")
    return f" ({told})" if told else ""


def state(details: str) -> str:
    """`streamConnectionInterrupted: the socket broke`; what is not known as it is."""
    told = next((words for name, words in STREAM_STATES.items() if name.lower() == details.lower()), "")
    return f"{details}: {told}" if told else details
