"""What reached the bridge lately and was turned away: its own journal tells what Azure's management does not."""

from __future__ import annotations

from collections import Counter

from voiceagent.doctor.finding import Cause, Found, fine, skipped
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.observe.journal import journal_path, read_journal

LATELY_SECONDS = 3600.0

WRONG_SECRET = Cause(
    "delivery_secret_differs",
    "failed",
    "the bridge turned {count} deliveries of Event Grid away in the last hour: they carry another secret than acs.event_secret",
    "set the delivery header x-voiceagent-secret of the subscription and VOICEAGENT_EVENT_SECRET to the same value",
    "voiceagent provision plan",
)
WRONG_TOKEN = Cause(
    "callbacks_turned_away",
    "failed",
    "the bridge turned {count} requests of ACS away in the last hour: {reason}",
    "check ACS_AUDIENCE against `immutableResourceId` of the resource, and this machine's clock",
    "voiceagent rca",
)
STALE = Cause(
    "deliveries_stale",
    "warning",
    "{count} calls were announced too late in the last hour: their callers had hung up",
    "Event Grid slows down after failures, for hours; make the subscription again, with 1 minute to live",
    "voiceagent rca",
)
TURNED_AWAY = Cause(
    "requests_turned_away",
    "warning",
    "the bridge turned {count} requests away in the last hour: {reason}",
    "`voiceagent rca` shows them; strangers are turned away too",
    "voiceagent rca",
)


def refusals(around: Surroundings) -> Found:
    """The requests of the last hour that the bridge did not let in."""
    if not journal_path(around.directory).exists():
        return skipped("no bridge has run for this project yet")
    lately = read_journal(around.directory, since=around.wall() - LATELY_SECONDS)
    # Who has no token of a call's is a stranger, or a probe of ours: no settings would let them in.
    refused = Counter((one.where, one.why) for one in lately if one.kind == "turned_away" and "call token" not in one.why)
    by_secret = sum(one.kind == "turned_away" and "our secret" in one.why and one.subscription != "" for one in lately)
    by_token = Counter({why: count for (where, why), count in refused.items() if where != "/events" and "token" in why})
    stale = sum(one.kind == "stale_ring" for one in lately)
    if by_secret:
        return WRONG_SECRET.found(count=by_secret)
    if by_token:
        return WRONG_TOKEN.found(count=by_token.total(), reason=by_token.most_common(1)[0][0])
    if stale:
        return STALE.found(count=stale)
    if refused:
        (where, why), _ = refused.most_common(1)[0]
        return TURNED_AWAY.found(count=refused.total(), reason=f"{why} ({where})")
    return fine("nothing was turned away in the last hour")
