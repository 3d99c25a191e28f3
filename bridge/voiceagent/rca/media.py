"""Why there was no sound between the caller and the bridge: the address, the tokens, the socket, the format."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voiceagent.rca.answering import end_of
from voiceagent.rca.rule import Hit, Rule, when_any
from voiceagent.rca.story import Fact, Story

FLOWS_MS = 1500.0


def leads_nowhere(story: Story) -> Hit | None:
    """Azure said yes, and then nothing of it ever reached us."""
    heard_of = story.callbacks or story.caller.count or story.warned("media_refused", "callback_refused")
    if "answered" not in story.phases or "media_open" in story.phases or heard_of:
        return None
    answer = story.request("answer")
    return Hit([*([answer] if answer else []), end_of(story)])


def token_refused(code: str) -> Callable[[Story], Hit | None]:
    def when(story: Story) -> Hit | None:
        told = [one for one in story.warned(code) if "token" in one.fields["sentence"]]
        return Hit(told, {"why": told[0].fields["sentence"].rpartition(": ")[2]}) if told else None

    return when


def stream_failed(story: Story) -> Hit | None:
    failed = story.reported("MediaStreamingFailed")
    if not failed or story.caller.count:
        return None
    one = failed[0].fields
    told = f"{one['code'] or ''}/{one['subcode'] or ''} {one['update']}".strip("/ ")
    return Hit(failed, {"told": told})


def never_came(story: Story) -> Hit | None:
    if "answered" not in story.phases or "media_open" in story.phases or not story.callbacks:
        return None
    return Hit([*story.reported("CallConnected", "MediaStreamingStarted"), end_of(story)])


def wrong_format(story: Story) -> Hit | None:
    told = story.metadata
    if told is None or not story.sample_rate:
        return None
    rate = int(told.fields.get("sampleRate") or 0)
    return Hit([told], {"rate": rate, "ours": story.sample_rate}) if rate and rate != story.sample_rate else None


def garbage(story: Story) -> Hit | None:
    return when_any(story.warned("media_garbage"))


def lost(story: Story) -> Hit | None:
    closed = story.told("MediaClosed")
    if story.end_reason != "media_lost" or "media_open" not in story.phases:
        return None
    why = str(closed[-1].fields.get("reason", "")) if closed else "no sound came any more"
    return Hit([*closed, *story.reported("MediaStreamingFailed", "MediaStreamingStopped"), end_of(story)], {"why": why})


def pacing_stopped(story: Story) -> Hit | None:
    """The engine spoke, and what it said did not go out."""
    heard, out = story.from_engine, story.to_caller
    if not heard.count or _muted(story):
        return None
    if out.count and (out.last_ms or 0.0) + FLOWS_MS >= (heard.last_ms or 0.0):
        return None
    if story.told("MediaClosed") or "media_open" not in story.phases:
        return None
    evidence = [
        Fact(heard.first_ms or 0.0, "engine audio", f"{heard.count} pieces of audio came from the engine"),
        Fact(out.last_ms or 0.0, "agent audio", f"{out.count} frames went to the caller"),
    ]
    return Hit(evidence)


def muted(story: Story) -> Hit | None:
    """The agent was silenced for good, and nobody had taken the call."""
    last = _muted(story)
    if not last or any(one.fields.get("outcome") == "connected" for one in story.transfers):
        return None
    return when_any(last)


def _muted(story: Story) -> Sequence[Fact]:
    changes = story.wanted("MuteAgent", "UnmuteAgent")
    return [changes[-1]] if changes and changes[-1].what == "MuteAgent" else []


def keys_unreachable(story: Story) -> Hit | None:
    return when_any([one for one in story.warned("media_refused", "callback_refused") if "keys" in one.fields["sentence"]])


TOKENS: tuple[Rule, ...] = (
    Rule(
        "token_keys_unreachable",
        keys_unreachable,
        "The keys that verify ACS's tokens could not be fetched, so its socket and its reports were not let in",
        "let the bridge reach acs.jwks_url: `voiceagent doctor`",
    ),
    Rule(
        "media_token_refused",
        token_refused("media_refused"),
        "The bridge turned ACS's media socket away: {why}",
        "set ACS_AUDIENCE to the immutable resource id of the resource that called; `voiceagent doctor` compares them",
    ),
    Rule(
        "callback_token_refused",
        token_refused("callback_refused"),
        "The bridge turned ACS's reports away: {why}",
        "set ACS_AUDIENCE to the immutable resource id of the resource that called, and look at this machine's clock",
    ),
)
"""A call that fails these has neither reports nor sound."""

RULES: tuple[Rule, ...] = (
    Rule(
        "wrong_format",
        wrong_format,
        "ACS sends sound at {rate} Hz, and the bridge takes it for {ours} Hz: both sides hear noise, or the wrong pitch",
        "set bridge.audio_format to what ACS sends, or report it: the format is asked for when the call is answered",
    ),
    Rule(
        "media_stream_failed",
        stream_failed,
        "ACS could not open the media socket ({told})",
        "see that WebSockets come through the public address: `voiceagent doctor`",
    ),
    Rule(
        "address_leads_nowhere",
        leads_nowhere,
        "ACS answered the call, and neither its reports nor its media socket reached the bridge",
        "bridge.public_url does not lead here: a tunnel that has ended, or another one; `voiceagent doctor`",
    ),
    Rule(
        "media_never_came",
        never_came,
        "ACS reported the call as connected, and its media socket never came",
        "see that WebSockets come through the public address: `voiceagent doctor`; else ask Azure with the correlation id",
    ),
    Rule(
        "media_garbage",
        garbage,
        "What came over the media socket was none of the service's messages, so the bridge closed it",
        "look at what stands between (tunnel, ingress, proxy) and who dials the socket; its frames: `voiceagent captures show`",
    ),
    Rule(
        "media_lost",
        lost,
        "The media socket broke and did not come back: {why}",
        "look at what stands between (tunnel, ingress): idle limits, restarts; a tunnel that is re-made cuts running calls",
    ),
    Rule(
        "agent_muted",
        muted,
        "The agent was muted and stayed so, and nobody had taken over",
        "see the transfer in `voiceagent calls show`; report it with the capture",
    ),
    Rule(
        "pacing_stopped",
        pacing_stopped,
        "The engine spoke, and its sound stopped going out to the caller",
        "ACS did not read, or the bridge was held up: look at `frames.dropped` and at the processor's load",
    ),
)
"""In the order in which they are believed."""
