"""Where each sound of tests/data/speech comes from: single words of real people, cut and put in a row at 8 kHz.

scripts/gen_human_recordings [FREE-SPOKEN-DIGIT-DATASET/recordings]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from voiceagent.audio.g711 import ulaw_decode, ulaw_encode
from voiceagent.audio.wav import read_wav, write_wav

PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
TARGET = Path(__file__).resolve().parents[1] / "tests" / "data" / "speech"
RATE = 8000
BEFORE_S, AFTER_S, GAP_S = 0.5, 1.0, 0.12
"""A caller breathes first, and is silent after: long enough for any detector to end the turn."""
Samples = np.ndarray[tuple[int], np.dtype[np.int16]]


def prompt(name: str, begin_s: float = 0.0, end_s: float | None = None) -> Samples:
    return cut(PROMPTS / f"{name}.wav", begin_s, end_s)


def cut(path: Path, begin_s: float = 0.0, end_s: float | None = None) -> Samples:
    """A part of a recording, without silence at its ends, and faded there so that it does not click."""
    pcm, rate = read_wav(path)
    assert rate == RATE, path
    sound = np.frombuffer(pcm, "<i2")[int(begin_s * RATE) : None if end_s is None else int(end_s * RATE)].astype(np.float64)
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    sound = sound[max(0, loud[0] - 200) : loud[-1] + 200].copy()
    ramp = np.linspace(0, 1, 120)
    sound[:120] *= ramp
    sound[-120:] *= ramp[::-1]
    return sound.astype(np.int16)


def pause(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.int16)


def write(name: str, words: list[Samples], gap_s: float = GAP_S) -> None:
    """Put words in a row and send them through the line's own coding (µ-law)."""
    spoken = [part for word in words for part in (word, pause(gap_s))]
    sound = np.concatenate([pause(BEFORE_S), *spoken[:-1], pause(AFTER_S)])
    write_wav(TARGET / name, ulaw_decode(ulaw_encode(sound.astype("<i2").tobytes())), RATE)


def main() -> None:
    figure = {each: prompt(f"digits/{each}") for each in "0123456789"}
    # "In order for this to work": the word has to be cut out of the middle of a sentence.
    order_number = [prompt("demo-abouttotry", 7.525, 7.855), prompt("number")]
    write("order-4271-human-8k.wav", [*order_number, *(figure[each] for each in "4271")])
    write("number-4271-human-8k.wav", [prompt("number"), *(figure[each] for each in "4271")])
    write("digits-4271-human-8k.wav", [figure[each] for each in "4271"])
    write("digits-9053-human-8k.wav", [figure[each] for each in "9053"])
    write("hold-please-human-8k.wav", [prompt("one-moment-please")])
    if len(sys.argv) > 1:
        for speaker in ("jackson", "theo"):
            spoken = [cut(Path(sys.argv[1]) / f"{each}_{speaker}_3.wav") for each in "4271"]
            write(f"digits-4271-{speaker}-8k.wav", spoken)


if __name__ == "__main__":
    main()
