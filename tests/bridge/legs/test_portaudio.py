"""Devices as PortAudio tells them: which one is meant, how it opens, and what is said when there is none."""

from __future__ import annotations

import builtins
import types
from typing import Any

import pytest

from voiceagent.errors import UserError
from voiceagent.legs.device import Edges
from voiceagent.legs.portaudio import PortAudioDevice, SoundCard, both_channels, choose, portaudio, sound_cards

CARDS = [
    SoundCard(0, "Built-in Microphone", "ALSA", 2, 0, 48_000, True, False),
    SoundCard(1, "Built-in Speaker", "ALSA", 0, 2, 48_000, False, True),
    SoundCard(2, "USB Headset", "ALSA", 1, 2, 44_100, False, False),
    SoundCard(3, "USB Headset", "JACK", 1, 2, 44_100, False, False),
    SoundCard(4, "USB Camera", "ALSA", 1, 0, 16_000, False, False),
]


class PortAudioError(Exception):
    pass


class Stream:
    def __init__(self, **options: Any) -> None:
        self.options = options
        self.latency = 0.03
        self.states: list[str] = []

    def start(self) -> None:
        self.states.append("started")

    def close(self) -> None:
        self.states.append("closed")


class SoundDevice:
    """The module `sounddevice`, as far as it is used: `fits` says what opens."""

    PortAudioError = PortAudioError

    def __init__(self, fits: Any = lambda **options: True) -> None:
        self.fits = fits
        self.streams: list[Stream] = []

    def check_input_settings(self, **options: Any) -> None:
        if not self.fits(**options):
            raise PortAudioError("Invalid sample rate")

    check_output_settings = check_input_settings

    def RawInputStream(self, **options: Any) -> Stream:
        self.streams.append(Stream(**options))
        return self.streams[-1]

    RawOutputStream = RawInputStream


NO_STATUS = types.SimpleNamespace(input_overflow=False, output_underflow=False)


def device(sounddevice: SoundDevice) -> PortAudioDevice:
    return PortAudioDevice(CARDS[0], CARDS[1], 24_000, sounddevice=sounddevice)


def edges(**given: Any) -> Edges:
    usual = {"captured": lambda block: None, "wanted": bytes, "lost": lambda reason: None}
    return Edges(**usual | given)


@pytest.mark.parametrize(
    ("direction", "wanted", "number"),
    [
        ("input", "", 0),
        ("output", "", 1),
        ("input", "4", 4),
        ("input", "camera", 4),
        ("output", "headset", 2),
        ("input", "built-in", 0),
    ],
)
def test_a_device_is_meant_by_number_or_part_of_its_name(direction: Any, wanted: str, number: int) -> None:
    assert choose(CARDS, direction, wanted).number == number


def test_without_a_default_the_first_that_can_is_used() -> None:
    assert choose(CARDS[2:], "output").number == 2


@pytest.mark.parametrize(
    ("wanted", "words"),
    [("usb", "Several devices"), ("piano", "no input 'piano'"), ("1", "no input '1'"), ("²", "no input '²'")],
)
def test_a_device_that_is_not_clear_is_asked_about(wanted: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as told:
        choose(CARDS, "input", wanted)
    assert "--list-devices" in told.value.remedy


def test_no_device_at_all_is_told_with_the_ways_around() -> None:
    with pytest.raises(UserError, match="There is no microphone") as told:
        choose([], "input")
    for words in ("libasound2-plugins", "--wav", "--text", "serve"):
        assert words in told.value.remedy


@pytest.mark.parametrize(
    ("error", "words"),
    [(ModuleNotFoundError("sounddevice"), "[sound]"), (OSError("PortAudio library not found"), "libportaudio2")],
)
def test_what_is_missing_is_told_with_what_to_install(error: Exception, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    importing = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name == "sounddevice":
            raise error
        return importing(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UserError, match="There is no sound") as told:
        portaudio()
    assert words in told.value.remedy
    assert "--text" in told.value.remedy


def test_the_cards_are_read_from_portaudio() -> None:
    module = types.SimpleNamespace(
        query_hostapis=lambda: [{"name": "ALSA"}],
        query_devices=lambda: [
            {"name": "x", "hostapi": 0, "max_input_channels": 1, "max_output_channels": 0, "default_samplerate": 44100.0}
        ],
        default=types.SimpleNamespace(device=(0, -1)),
    )
    assert sound_cards(module) == [SoundCard(0, "x", "ALSA", 1, 0, 44_100, True, False)]


def test_our_rate_in_mono_is_tried_first() -> None:
    opened = device(SoundDevice())
    assert (opened.rate_in, opened.rate_out) == (24_000, 24_000)


def test_a_card_that_knows_only_its_own_rate_in_stereo_is_opened_so() -> None:
    sounddevice = SoundDevice(lambda **options: (options["samplerate"], options["channels"]) == (48_000, 2))
    opened = device(sounddevice)
    captured: list[bytes] = []
    opened.start(edges(captured=captured.append, wanted=lambda count: b"\1\2" * (count // 2)))
    microphone, speaker = sounddevice.streams
    assert [stream.options["samplerate"] for stream in sounddevice.streams] == [48_000, 48_000]
    microphone.options["callback"](b"\1\0\7\7\2\0\7\7", 2, None, NO_STATUS)
    block = bytearray(8)
    speaker.options["callback"](block, 2, None, NO_STATUS)
    assert (captured, bytes(block)) == ([b"\1\0\2\0"], b"\1\2" * 4)
    assert (opened.latency_ms, opened.latency_out_ms) == (60, 30)


def test_glitches_are_counted() -> None:
    sounddevice = SoundDevice()
    opened = device(sounddevice)
    opened.start(edges())
    microphone, speaker = sounddevice.streams
    status = types.SimpleNamespace(input_overflow=True, output_underflow=True)
    microphone.options["callback"](b"\0\0", 1, None, status)
    speaker.options["callback"](bytearray(2), 1, None, status)
    assert (opened.overruns, opened.underruns) == (1, 1)


def test_a_device_that_goes_is_told_and_one_that_is_stopped_is_not() -> None:
    sounddevice, lost = SoundDevice(), []
    opened = device(sounddevice)
    opened.start(edges(lost=lost.append))
    sounddevice.streams[0].options["finished_callback"]()
    opened.stop()
    sounddevice.streams[1].options["finished_callback"]()
    assert lost == ["the input Built-in Microphone has gone"]
    assert [stream.states for stream in sounddevice.streams] == [["started", "closed"]] * 2


def test_a_device_that_does_not_open_is_told() -> None:
    with pytest.raises(UserError, match=r"does not open .*Invalid sample rate"):
        device(SoundDevice(lambda **options: False))


def test_mono_for_two_channels() -> None:
    assert both_channels(b"\1\2\3\4") == b"\1\2\1\2\3\4\3\4"
