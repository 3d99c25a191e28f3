"""A call held on this machine: the engine it needs, the sound it goes over, and callers who need nobody to speak for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.local.emulators import emulators
from voiceagent.local.need import needed
from voiceagent.local.project import open_project, settings_of

if TYPE_CHECKING:
    from voiceagent.agent.project import AgentProject
    from voiceagent.config.schema import Settings
    from voiceagent.control.local import Human
    from voiceagent.legs.device import SoundDevice
    from voiceagent.legs.echo import EchoKind
    from voiceagent.legs.sound import SoundLeg
    from voiceagent.legs.stereo import StereoFile
    from voiceagent.observe.feed import Feed
    from voiceagent.runtime.runner import CallRunner
    from voiceagent.server.talk import LocalLeg, Talk

UNNOTICED_SECONDS = 3.0
"""The engine knows within a second that somebody spoke; what it has not noticed by then was no speech."""
BREATH_SECONDS = 0.3
"""A caller who answers the very moment the agent ends is a machine, and sounds cut off in recordings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was asked for. Without `text`, `wavs` and `no_sound` it goes over the sound card."""

    directory: Path
    text: bool = False
    wavs: Sequence[Path] = ()
    no_sound: bool = False
    out: Path | None = None
    microphone: str = ""
    speaker: str = ""
    full_duplex: bool = False
    push_to_talk: bool = False
    phone: bool = False
    human: Human = "answer"
    flags: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """How the caller speaks: text, wav, none (only by `voiceagent say`) or sound."""
        return "text" if self.text else "wav" if self.wavs else "none" if self.no_sound else "sound"


@dataclass(frozen=True, slots=True)
class Talking:
    """A call that is ready to begin. `leg` is None when the caller writes."""

    talk: Talk
    leg: SoundLeg | None
    project: AgentProject
    feed: Feed
    engine: str
    report: Callable[[], dict[str, Any]]
    """How it went, once it is over."""


@asynccontextmanager
async def talking(plan: Plan, *, say: Callable[[str], None] = lambda _: None) -> AsyncIterator[Talking]:
    """Everything that the planned call needs, while the block runs. `say` hears what takes a moment.

    What cannot work is told (UserError) before anything starts.
    """
    settings = settings_of(plan.directory, flags=plan.flags).settings
    from voiceagent.server.observers import observing
    from voiceagent.server.serve import bearer_of, check_without_telephony, engine_factory, engine_name
    from voiceagent.server.talk import Talk

    device = None if plan.text else sound_device(plan, _rate(settings))
    async with AsyncExitStack() as stack:
        env: Mapping[str, str] = {}
        if needed(settings) in ("all", "voice-live"):
            say("Starting the embedded engine ...")
            env = (await stack.enter_async_context(emulators("voice-live", project=plan.directory))).env
        project = open_project(plan.directory, settings_of(plan.directory, flags=plan.flags, emulated=env))
        check_without_telephony(project)
        engine = engine_name(project)
        observers = stack.enter_context(observing(project, engine=engine))
        bearer = await stack.enter_async_context(bearer_of(project))
        legs = _Legs(plan, device, stack)
        talk = Talk(
            project,
            observers=observers,
            open_engine=engine_factory(bearer),
            engine_name=engine,
            make_leg=legs.make,
            human=plan.human,
            in_writing=plan.text,
            patient=plan.kind in ("text", "none"),  # a typist or a program may take as long as it likes
        )

        def report() -> dict[str, Any]:
            found = observers.reports.report(talk.call_id)
            assert found is not None, "the report is asked for when the call is over"
            return found | {"sound": sound_facts(legs.sound)}

        if legs.sound is not None:
            stack.callback(legs.sound.device.stop)
            legs.sound.open()
        yield Talking(talk, legs.sound, project, observers.feed, engine, report)


class _Legs:
    """Makes the leg of a planned call."""

    def __init__(self, plan: Plan, device: SoundDevice | None, stack: AsyncExitStack) -> None:
        self.sound: SoundLeg | None = None
        self._plan = plan
        self._device = device
        self._stack = stack

    def make(self, runner: CallRunner, rate: int) -> LocalLeg:
        if self._device is None:
            from voiceagent.legs.written import WrittenLeg

            return WrittenLeg(rate)
        self.sound = self._sound_leg(self._device, runner, rate)
        return self.sound

    def _sound_leg(self, device: SoundDevice, runner: CallRunner, rate: int) -> SoundLeg:
        from voiceagent.legs.echo import echo_for
        from voiceagent.legs.sound import SoundLeg

        plan, latency = self._plan, device.latency_ms
        leg: SoundLeg

        def lost(reason: str) -> None:
            runner.detach_leg(leg, reason)

        leg = SoundLeg(
            device,
            sample_rate=rate,
            clock=runner.clock,
            hear=runner.lane.caller_audio,
            lost=lost,
            on_failure=runner.failed,
            echo=echo_for(echo_kind(plan), rate=rate, clock=runner.clock, latency_ms=latency),
            line=plan.phone,
            push_to_talk=plan.push_to_talk,
            stereo=self._stereo(rate),
            wire=runner.wire("media"),
            sounded=runner.lane.sounded,
        )
        return leg

    def _stereo(self, rate: int) -> StereoFile | None:
        from voiceagent.legs.stereo import stereo_file

        return None if self._plan.out is None else self._stack.enter_context(stereo_file(self._plan.out, rate))


def echo_kind(plan: Plan) -> EchoKind:
    """Nothing where there is no loudspeaker; the canceller where it is installed; else the gate."""
    from voiceagent.legs.echo import canceller_installed

    if plan.kind != "sound" or plan.full_duplex:
        return "off"
    return "cancel" if canceller_installed() else "gate"


def sound_device(plan: Plan, rate: int) -> SoundDevice:
    """The sound card, or what stands in for it. Raises UserError when there is none."""
    from voiceagent.legs.device import PacedSilence
    from voiceagent.legs.portaudio import PortAudioDevice, choose, portaudio, sound_cards

    if plan.kind != "sound":
        return PacedSilence(rate)
    sounddevice = portaudio()
    cards = sound_cards(sounddevice)
    microphone, speaker = choose(cards, "input", plan.microphone), choose(cards, "output", plan.speaker)
    return PortAudioDevice(microphone, speaker, rate, sounddevice=sounddevice)


def _rate(settings: Settings) -> int:
    from voiceagent.agent.project import SAMPLE_RATES

    return SAMPLE_RATES[settings.bridge.audio_format]


def sound_facts(leg: SoundLeg | None) -> dict[str, Any] | None:
    """What a report says about the sound: enough to see that a microphone was dead, or a sound card too slow."""
    if leg is None:
        return None
    device, levels = leg.device, leg.levels
    return {
        "input": device.name_in,
        "output": device.name_out,
        "rate_in": device.rate_in,
        "rate_out": device.rate_out,
        "output_latency_ms": round(device.latency_out_ms, 1),
        "echo": leg.echo.kind,
        "mic_peak_dbfs": round(levels.mic_peak, 1),
        "agent_peak_dbfs": round(levels.agent_peak, 1),
        "underruns": device.underruns,
        "overruns": device.overruns,
    }


# --- callers who need nobody


async def play_files(held: Talking, wavs: Sequence[tuple[bytes, int]]) -> None:
    """Play one sound after the other, each when the agent has answered the last; then hang up."""
    from voiceagent.audio.resample import resample

    assert held.leg is not None, "files need a leg with sound"
    for pcm, rate in wavs:
        if not await held.talk.callers_turn():
            return
        await asyncio.sleep(BREATH_SECONDS)
        await held.leg.say(resample(pcm, rate, held.leg.sample_rate)).wait()
        await held.talk.answered(UNNOTICED_SECONDS)
    await held.talk.callers_turn()
    held.talk.hang_up()


async def write_lines(held: Talking, lines: AsyncIterator[str], *, patiently: bool) -> None:
    """Each line is a turn; then hang up. `patiently`: only when the agent has answered the last one."""
    await held.talk.callers_turn()
    async for line in lines:
        if patiently and not await held.talk.callers_turn():
            return
        if line.strip():
            held.talk.write(line.strip())
    await held.talk.callers_turn()
    held.talk.hang_up()
