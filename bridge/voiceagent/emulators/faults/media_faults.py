"""What goes wrong on the media socket: it never comes, comes twice, breaks, falls silent, or does not read."""

from __future__ import annotations

from voiceagent.emulators.faults.fault import Fault, Parameter
from voiceagent.emulators.faults.phone_faults import CALLBACKS, KIND, LATE, TOKENS

AUDIO = "AudioData"
DROPS = "facts F6: the media socket may drop in mid call; whether and when the service dials again is not known"

CLOSE_CODE = Parameter("code", 0, "WebSocket close code; 0: cut without a close frame", closes=True)

MEDIA_FAULTS: tuple[Fault, ...] = (
    Fault("media.never", "media-dial", "omit", "The media socket never comes, and nothing is said about it.", DROPS),
    Fault("media.late", "media-dial", "delay", "The media socket comes late, long after CallConnected.", DROPS, (LATE,)),
    Fault(
        "media.twice",
        "media-dial",
        "repeat",
        "A second media socket comes for the same call while the first is open.",
        "facts section 0: an app must bind the socket to the call, one at a time",
    ),
    Fault("media.forged", "media-dial", "forge", "The media socket comes with a token not to be accepted.", TOKENS, (KIND,)),
    Fault(
        "media.unannounced",
        "callback",
        "omit",
        "The media socket comes, but the callback MediaStreamingStarted does not.",
        CALLBACKS,
        only="MediaStreamingStarted",
    ),
    Fault(
        "media.dropped",
        "media",
        "cut",
        "The media socket ends in mid call: cut, or closed with a code. With `redial_ms` the service dials again.",
        DROPS,
        # unverified: redial
        (CLOSE_CODE, Parameter("redial_ms", None, "dialled again after this long; none: never", "ms")),
        only=AUDIO,
        after=50,
    ),
    Fault(
        "media.half_open",
        "media",
        "mute",
        "No frame comes any more and none is read, but the connection stays open.",
        "facts F6: 25 missing frames are a degraded line, 2 s a lost one",
        only=AUDIO,
        after=50,
    ),
    Fault(
        "media.gap",
        "media",
        "omit",
        "50 frames of audio are missing (`times` says how many).",
        "facts F6; networks lose a second now and then",
        only=AUDIO,
        times=50,
        after=50,
    ),
    Fault(
        "media.burst",
        "media",
        "hold",
        "Frames are held back and then come all at once.",
        "networks stall and catch up",
        (Parameter("frames", 50, "how many are held"),),
        only=AUDIO,
        after=50,
    ),
    Fault(
        "media.garbled",
        "media",
        "garble",
        "A frame comes before this one that is no JSON, of a kind nobody knows, without its body, or binary.",
        "facts F21; kinds were added before (MarkData in a beta)",
        (Parameter("kind", "text", "what it is", choices=("text", "unknown", "empty", "binary")),),
        only=AUDIO,
        after=50,
    ),
    Fault(
        "media.slow",
        "media-read",
        "delay",
        "The service does not read for a while: what the app sends piles up.",
        "facts F23: slow consumers",
        (Parameter("ms", 5_000, "how long", "ms"),),
        after=5,
    ),
)
