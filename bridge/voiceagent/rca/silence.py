"""Why no call came at all: there is no capture of a call that never reached the bridge.

What is left are the bridge's journal (what was turned away, and when) and the doctor's checks of the way from the number to the
bridge. The first failure on that way is the cause; without one, what the journal tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from voiceagent.doctor.finding import Checked
from voiceagent.doctor.telephony import NOT_SET
from voiceagent.observe.journal import Entry
from voiceagent.rca.rule import Explanation
from voiceagent.rca.story import Fact

ON_THE_WAY = (
    *("settings", "port", "clock", "phone", "ACS endpoint", "ACS key", "ACS token keys", "audience", "event secret"),
    *("identity", "ACS resource", "numbers", "public address", "certificate", "reachable", "handshake", "media upgrade"),
    *("subscription", "subscription state", "subscription target", "subscription filter", "subscription proof"),
    *("subscription delivery", "deliveries"),
)
"""The checks of what a call passes on its way to the bridge, in the doctor's order."""

SECRET = Explanation(
    "delivery_secret_differs",
    "Event Grid announced calls, and the bridge turned them away: they carry another secret than acs.event_secret",
    "set the delivery header x-voiceagent-secret of the subscription and VOICEAGENT_EVENT_SECRET to the same value",
    (),
)
STALE = Explanation(
    "announced_too_late",
    "Calls were announced too late: their callers had hung up before Event Grid told of them",
    "Event Grid slows down after failures, for hours: make the subscription again, with 1 minute to live",
    (),
)
NEVER_RAN = Explanation(
    "bridge_never_ran", "No bridge has run for this project, so nobody could be told of a call", "run `voiceagent serve`", ()
)
NO_TELEPHONY = Explanation(
    "no_telephony",
    "No telephone service is in the settings: only the emulated phone can call",
    "set ACS_CONNECTION_STRING, or TWILIO_ACCOUNT_SID; `voiceagent provision plan` shows what it takes to have a number",
    (),
)
CAME = Explanation(
    "a_call_came",
    "The last call that came began at {started_at}: {outcome}, {end_reason}",
    "`voiceagent rca {call_id}` explains it",
    (),
)
NOTHING_CAME = Explanation(
    "nothing_announced",
    "Nothing was announced to the bridge, and nothing on the way is seen to be wrong",
    "call the number again and look at `voiceagent rca`; set AZURE_SUBSCRIPTION_ID to have the subscription looked at",
    (),
)


def why_no_call(
    checked: Sequence[Checked], journal: Sequence[Entry], *, ran: bool, last: Mapping[str, Any] | None = None
) -> tuple[Explanation, tuple[Explanation, ...]]:
    """The cause, and what else stands in the way.

    `ran`: a bridge has run for this project at some time. `last` is the row of the last call that came, if one did.
    """
    broken = [_broken(one) for one in checked if one.name in ON_THE_WAY and one.status == "failed"]
    known = {one.code for one in broken}
    found = [*broken, *(one for one in _told(journal) if one.code not in known)]
    if not found and any(one.name == "phone" and one.detail == NOT_SET for one in checked):
        found.append(NO_TELEPHONY)
    if not found or not ran:
        found.append(NOTHING_CAME if ran else NEVER_RAN)
    return found[0], (*found[1:], *([] if last is None else [_last(last)]))


def _last(row: Mapping[str, Any]) -> Explanation:
    facts = {name: str(row.get(name) or "") for name in ("call_id", "started_at", "outcome", "end_reason")}
    return Explanation(CAME.code, CAME.sentence.format(**facts), CAME.remedy.format(**facts), ())


def _broken(check: Checked) -> Explanation:
    evidence = Fact(0.0, f"doctor {check.number}", f"{check.name}: {check.detail}")
    return Explanation(check.code, check.detail, check.remedy, (evidence,))


def _told(journal: Sequence[Entry]) -> list[Explanation]:
    refused = [one for one in journal if one.kind == "turned_away" and one.subscription and "secret" in one.why]
    stale = [one for one in journal if one.kind == "stale_ring"]
    found = [(SECRET, refused), (STALE, stale)]
    return [
        Explanation(cause.code, cause.sentence, cause.remedy, tuple(_evidence(entries))) for cause, entries in found if entries
    ]


def _evidence(entries: Sequence[Entry]) -> list[Fact]:
    """How often, and the last one's time."""
    reasons = Counter(one.why for one in entries)
    last = entries[-1]
    return [Fact(last.at * 1000, "journal", f"{count} times: {why}") for why, count in reasons.most_common(3)]
