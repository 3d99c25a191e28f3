"""Real microphones and speakers through PortAudio: which there are, which one is meant, and how each wants to be opened.

Two streams in place of one duplex stream, because a headset's microphone and the laptop's speaker rarely agree on a rate. Each
is opened at the call's rate when it can, else at its own; a card that knows no mono gets both channels alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from voiceagent.errors import UserError
from voiceagent.legs.device import Edges

LATENCY_SECONDS = 0.05
"""Asked for on both sides. Drivers' own idea of low (a few milliseconds) breaks up under PulseAudio and in virtual machines."""
BLOCK_MS = 20

WITHOUT_SOUND = (
    "or do without: `voiceagent talk --wav FILE --out FILE`, `voiceagent talk --text`, or `voiceagent serve` and its live page"
)
INSTALL_PORTAUDIO = f"Debian, Ubuntu: sudo apt-get install libportaudio2; macOS: brew install portaudio; {WITHOUT_SOUND}"
INSTALL_BRIDGE = (
    f"plug one in; on Debian or Ubuntu with PulseAudio or PipeWire: sudo apt-get install libasound2-plugins; {WITHOUT_SOUND}"
)
"""PortAudio speaks ALSA there, and without that package ALSA knows the bare cards only: none in a container or over ssh."""
INSTALL_PACKAGE = f"pip install 'voiceagent-workbench[sound]'; {WITHOUT_SOUND}"

Direction = Literal["input", "output"]


@dataclass(frozen=True, slots=True)
class SoundCard:
    """One device as PortAudio knows it."""

    number: int
    name: str
    system: str
    inputs: int
    outputs: int
    rate: int
    default_input: bool
    default_output: bool

    def channels(self, direction: Direction) -> int:
        """How many it has that way; 0: it does not go that way."""
        return self.inputs if direction == "input" else self.outputs

    def default(self, direction: Direction) -> bool:
        """Whether it is used when nothing else is asked for."""
        return self.default_input if direction == "input" else self.default_output


def portaudio() -> Any:
    """The module `sounddevice`. Raises UserError that says what to install."""
    try:
        import sounddevice
    except ModuleNotFoundError:
        raise UserError("There is no sound: the package sounddevice is not installed.", remedy=INSTALL_PACKAGE) from None
    except OSError:
        raise UserError("There is no sound: the PortAudio library is not installed.", remedy=INSTALL_PORTAUDIO) from None
    return sounddevice


def sound_cards(sounddevice: Any) -> list[SoundCard]:
    """All devices, in PortAudio's order."""
    systems = sounddevice.query_hostapis()
    default_input, default_output = sounddevice.default.device
    return [
        SoundCard(
            number,
            str(device["name"]),
            str(systems[device["hostapi"]]["name"]),
            int(device["max_input_channels"]),
            int(device["max_output_channels"]),
            round(device["default_samplerate"]),
            number == default_input,
            number == default_output,
        )
        for number, device in enumerate(sounddevice.query_devices())
    ]


def choose(cards: Sequence[SoundCard], direction: Direction, wanted: str = "") -> SoundCard:
    """The card meant by a number or a part of its name; without either the default one. Raises UserError."""
    able = [card for card in cards if card.channels(direction)]
    what = "microphone" if direction == "input" else "speaker"
    if not able:
        raise UserError(f"There is no {what}: PortAudio finds no device with an {direction}.", remedy=INSTALL_BRIDGE)
    if not wanted:
        return next((card for card in able if card.default(direction)), able[0])
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 6:
        found = [card for card in able if card.number == int(wanted)]
    else:
        found = [card for card in able if wanted.lower() in card.name.lower()]
    # The same card shows up once for each sound system; the first is the system's preferred one.
    if found and len({card.name for card in found}) == 1:
        return found[0]
    many = ", ".join(f"{card.number} {card.name}" for card in found)
    sentence = f"Several devices are called {wanted!r}: {many}." if found else f"There is no {direction} {wanted!r}."
    raise UserError(sentence, remedy="`voiceagent talk --list-devices` names them; a number is always clear")


class PortAudioDevice:
    """A `SoundDevice` of two streams."""

    def __init__(self, microphone: SoundCard, speaker: SoundCard, rate: int, *, sounddevice: Any) -> None:
        self.name_in, self.name_out = microphone.name, speaker.name
        self.underruns = self.overruns = 0
        self._sounddevice = sounddevice
        self._microphone, self._speaker = microphone, speaker
        self.rate_in, self._channels_in = self._fitting(microphone, "input", rate)
        self.rate_out, self._channels_out = self._fitting(speaker, "output", rate)
        self.latency_ms, self.latency_out_ms = 2 * LATENCY_SECONDS * 1000, LATENCY_SECONDS * 1000
        self._streams: list[Any] = []
        self._stopping = False

    def start(self, edges: Edges) -> None:
        try:
            self._streams = [self._microphone_stream(edges), self._speaker_stream(edges)]
            for stream in self._streams:
                stream.start()
        except self._sounddevice.PortAudioError as error:
            self.stop()
            raise self._refusal(error) from None
        # The driver knows only now: what was asked for is a wish.
        microphone_ms, self.latency_out_ms = (float(stream.latency) * 1000 for stream in self._streams)
        self.latency_ms = microphone_ms + self.latency_out_ms

    def stop(self) -> None:
        self._stopping = True
        streams, self._streams = self._streams, []
        for stream in streams:
            stream.close()

    def _fitting(self, card: SoundCard, direction: Direction, rate: int) -> tuple[int, int]:
        """Rate and channels at which the card can be opened, ours first."""
        check = getattr(self._sounddevice, f"check_{direction}_settings")
        error: Exception | None = None
        for rate_tried in dict.fromkeys((rate, card.rate)):
            for channels in range(1, min(2, card.channels(direction)) + 1):
                try:
                    check(device=card.number, channels=channels, dtype="int16", samplerate=rate_tried)
                except self._sounddevice.PortAudioError as refused:
                    error = refused
                else:
                    return rate_tried, channels
        raise self._refusal(error)

    def _refusal(self, error: Exception | None) -> UserError:
        return UserError(
            f"The sound device does not open ({self.name_in} / {self.name_out}): {error}.",
            remedy=f"close what else uses it, choose another with --input and --output, {WITHOUT_SOUND}",
        )

    def _microphone_stream(self, edges: Edges) -> Any:
        stereo = self._channels_in == 2

        def took(block: Any, frames: int, time: Any, status: Any) -> None:  # noqa: ARG001 - PortAudio's signature
            self.overruns += bool(status.input_overflow)
            pcm = bytes(block)
            edges.captured(memoryview(pcm).cast("h")[::2].tobytes() if stereo else pcm)

        return self._sounddevice.RawInputStream(callback=took, **self._options("input", edges))

    def _speaker_stream(self, edges: Edges) -> Any:
        stereo = self._channels_out == 2

        def wants(block: Any, frames: int, time: Any, status: Any) -> None:  # noqa: ARG001 - PortAudio's signature
            self.underruns += bool(status.output_underflow)
            pcm = edges.wanted(frames * 2)
            block[:] = both_channels(pcm) if stereo else pcm

        return self._sounddevice.RawOutputStream(callback=wants, **self._options("output", edges))

    def _options(self, direction: Direction, edges: Edges) -> dict[str, Any]:
        card, rate, channels = (
            (self._microphone, self.rate_in, self._channels_in)
            if direction == "input"
            else (self._speaker, self.rate_out, self._channels_out)
        )

        def finished() -> None:
            if not self._stopping:
                edges.lost(f"the {direction} {card.name} has gone")

        return {
            "device": card.number,
            "samplerate": rate,
            "channels": channels,
            "dtype": "int16",
            "blocksize": rate * BLOCK_MS // 1000,
            "latency": LATENCY_SECONDS,
            "finished_callback": finished,
        }


def both_channels(pcm: bytes) -> bytes:
    """Mono for a card that knows no mono."""
    doubled = memoryview(bytearray(2 * len(pcm))).cast("h")
    samples = memoryview(pcm).cast("h")
    doubled[::2] = samples
    doubled[1::2] = samples
    return doubled.tobytes()
