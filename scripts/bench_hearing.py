"""The yardstick of hearing: real people's recordings in, word error rates, exact order numbers and latencies out.

    scripts/bench_hearing [--clips 80] [--digits DIR] [--json]

Sets: *prompts* (Allison Smith, 8 kHz, Asterisk's telephone prompts), *misc* (several speakers, pocketsphinx's test data),
*numbers* (four digits in a row, composed of Allison's single digits) and, with --digits, the same of a clone of the
free-spoken-digit-dataset (six speakers, harsh). Each is heard clean, through a telephone line (300-3400 Hz, 8 kHz, µ-law) and
through the line with noise 15 dB below the voice. Figures vary by a few tenths with the number of clips.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from voiceagent.audio.line import telephone
from voiceagent.audio.resample import resample
from voiceagent.audio.wav import read_wav
from voiceagent.config.schema import ThinkerSection
from voiceagent.speech.hear.digits import digit_runs, find_number
from voiceagent.speech.hear.turn import hear_turn
from voiceagent.speech.parts import Parts, load_parts
from voiceagent.speech.port import HEARING_RATE
from voiceagent.speech.think.port import CallerSaid, DigitsWanted
from voiceagent.speech.turns import TurnDetector, TurnMayBeOver, TurnStopped

if TYPE_CHECKING:
    from voiceagent.speech.think.rules import RulesThinker

ALLISON = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
PROMPTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
MISC = Path("/usr/share/pocketsphinx/test/data")
Floats = np.ndarray[Any, np.dtype[np.float32]]
LINES = ("clean", "phone", "phone, noise 15 dB")
RULES = {
    "rules": [
        {
            "name": "order",
            "match": ["order", "number", "package"],
            "tool": "lookup_order",
            "slots": {"order_id": {"kind": "digits", "min_digits": 4, "max_digits": 4, "ask": "What is your order number?"}},
        }
    ]
}
TOOLS = [{"name": "lookup_order", "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}}}]


@dataclass(frozen=True)
class Clip:
    """A recording at 8 or 16 kHz and what is said in it."""

    name: str
    samples: Floats
    rate: int
    text: str


def samples_of(path: Path) -> tuple[Floats, int]:
    sound, rate = read_wav(path)
    return np.frombuffer(sound, "<i2").astype(np.float32) / 32768, rate


_UNUSABLE = re.compile(r"\.\.|…|[\[*@#]|\d{3}|IAX|^silence|\b[A-Z]{3}\b|sorry, that's not a valid extension")
"""Transcripts that are not words, not all words, or known not to be what was spoken."""


def prompts(count: int) -> list[Clip]:
    """Allison's prompts of three words and more, the transcripts as Debian ships them; an even sample of them."""
    clips = []
    for line in gzip.decompress(PROMPTS.read_bytes()).decode("utf-8", "replace").splitlines():
        name, _, text = line.strip().partition(": ")
        path = ALLISON / f"{name}.wav"
        if len(text.split()) < 3 or _UNUSABLE.search(f"{name}: {text}") or not path.is_file():
            continue
        samples, rate = samples_of(path)
        if len(samples) / rate < 15:
            clips.append(Clip(name, samples, rate, text))
    return clips[:: max(1, len(clips) // count)][:count]


def misc() -> list[Clip]:
    """LibriVox, card names and digit strings of several speakers, 16 kHz."""
    clips = []
    books = MISC / "librivox"
    for line in (books / "transcription").read_text().splitlines():
        match = re.match(r"<s> (.*?)\s*</s> \((.*)\)", line)
        if match and (books / f"{match[2]}.wav").is_file():
            clips.append(Clip(match[2], *samples_of(books / f"{match[2]}.wav"), match[1]))
    for line in (MISC / "cards/cards.transcription").read_text().splitlines():
        match = re.match(r"<s> (.*?)\s*</s> \((.*)\)", line)
        if match:
            clips.append(Clip(match[2], *samples_of(MISC / f"cards/{match[2]}.wav"), match[1]))
    for name, text in (("goforward.raw", "go forward ten meters"), ("tidigits/dhd.2934z.raw", "two nine three four zero")):
        raw = np.frombuffer((MISC / name).read_bytes(), "<i2").astype(np.float32) / 32768
        clips.append(Clip(name, raw, 16000, text))
    return clips


def numbers(count: int, digit: Callable[[str, random.Random], Floats]) -> list[Clip]:
    """Four digits in a row, 60-200 ms apart, seeded."""
    chance, clips = random.Random(4271), []
    for _ in range(count):
        code = f"{chance.randrange(10000):04}"
        parts = [silence(0.3)]
        for figure in code:
            parts += [trimmed(digit(figure, chance)), silence(chance.uniform(0.06, 0.2))]
        clips.append(Clip(code, np.concatenate([*parts, silence(0.3)]), 8000, code))
    return clips


def silence(seconds: float) -> Floats:
    return np.zeros(int(seconds * 8000), np.float32)


def trimmed(samples: Floats) -> Floats:
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    return samples[max(0, loud[0] - 240) : loud[-1] + 240]


def over(line: str, clip: Clip) -> bytes:
    """The clip as PCM at 16 kHz, as it arrives at the other end of a line."""
    sound = pcm(clip.samples)
    if line != "clean":
        sound = telephone(sound, clip.rate, noise_db=15 if "noise" in line else None, seed=len(sound))
    return resample(sound, clip.rate, HEARING_RATE)


def pcm(samples: Floats) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


_CONTRACTED = re.compile(r"\b(i|you|we|they) (?:a|wi)?(m|re|ll)\b")
"""Speaking "I am" for a written "I'm" is no error of the ear."""
_COMPOUNDS = re.compile(r"\b(log|mail|voice|black|key|file|user) (in|box|mail|list|words?|names?)\b")
"""Neither is writing "log in" for "login"."""


def words(text: str) -> list[str]:
    """Words as they are compared: no case, no punctuation, numbers as single digits."""
    spelled = text.lower()
    for run in reversed(digit_runs(spelled)):
        spelled = f"{spelled[: run.begin]} {' '.join(run.digits)} {spelled[run.end :]}"
    spelled = _COMPOUNDS.sub(r"\1\2", spelled)
    return re.findall(r"[a-z]+|\d", _CONTRACTED.sub(r"\1\2", re.sub(r"['’]", "", spelled)))


def errors(reference: Sequence[str], heard: Sequence[str]) -> int:
    """Substitutions, insertions and deletions."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(reference, 1):
        previous, row[0] = row[0], number
        for at, other in enumerate(heard, 1):
            previous, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, previous + (word != other))
    return row[-1]


def word_errors(parts: Parts, clips: Iterable[Clip], line: str, pace: list[float]) -> float:
    wrong = total = 0
    for clip in clips:
        sound = over(line, clip)
        began = time.perf_counter()
        heard = parts.ear.transcribe(sound)
        pace.append((time.perf_counter() - began) / (len(sound) / 2 / HEARING_RATE))
        reference = words(clip.text)
        wrong += errors(reference, words(heard.text))
        total += len(reference)
    return 100 * wrong / total


def exact_numbers(parts: Parts, clips: Sequence[Clip], line: str) -> tuple[float, float]:
    """Per cent exact: the free transcript alone, and with the second pass for digits when asked for a number."""
    wanted = DigitsWanted(4, 4)
    free = [find_number(parts.ear.transcribe(over(line, clip)).text, min_digits=4, max_digits=4) for clip in clips]
    both = [
        find_number(hear_turn(parts.ear, over(line, clip), wanted=wanted).text, min_digits=4, max_digits=4) for clip in clips
    ]
    right = [sum(got == clip.text for got, clip in zip(answers, clips, strict=True)) for answers in (free, both)]
    return 100 * right[0] / len(clips), 100 * right[1] / len(clips)


def latencies(parts: Parts, clips: Sequence[Clip], silence_ms: int = 500) -> dict[str, float]:
    """From the true end of speech to the first sound of the reply, with the transcription begun at the first doubt."""
    thinker = cast("RulesThinker", parts.thinker)
    totals, overhangs, waits, firsts = [], [], [], []
    for clip in clips:
        sound = over("phone", clip)
        loud = np.flatnonzero(np.abs(np.frombuffer(sound, "<i2")) > 400)
        end_ms = loud[-1] * 1000 / HEARING_RATE
        turns = TurnDetector()
        maybe = stopped = 0.0
        for probability in parts.new_detector().push(sound + bytes(HEARING_RATE * 2)):
            for event in turns.push(probability):
                maybe = turns.now_ms if isinstance(event, TurnMayBeOver) else maybe
                stopped = turns.now_ms if isinstance(event, TurnStopped) else stopped
        began = time.perf_counter()
        heard = parts.ear.transcribe(sound)
        hearing = (time.perf_counter() - began) * 1000
        began = time.perf_counter()
        thinker.moves([CallerSaid(heard.text)], TOOLS)
        next(parts.voice.stream(f"Order {clip.name} was shipped on Monday.", rate=24000), b"")
        firsts.append((time.perf_counter() - began) * 1000)
        overhangs.append(stopped - silence_ms - end_ms)
        waits.append(max(0.0, hearing - (stopped - maybe)))
        totals.append(stopped - end_ms + waits[-1] + firsts[-1])
    totals.sort()
    return {
        "end_of_speech_to_first_sound_p50": statistics.median(totals),
        "end_of_speech_to_first_sound_p90": totals[int(len(totals) * 0.9)],
        "detector_overhang_p50": statistics.median(overhangs),
        "wait_for_transcript_p50": statistics.median(waits),
        "thinking_and_first_sound_p50": statistics.median(firsts),
    }


def allison(figure: str, _: random.Random) -> Floats:
    return samples_of(ALLISON / f"digits/{figure}.wav")[0]


def measure(options: argparse.Namespace) -> dict[str, Any]:
    began = time.perf_counter()
    parts = load_parts(ThinkerSection.model_validate(RULES))
    figures: dict[str, Any] = {"load_seconds": time.perf_counter() - began, "wer_percent": {}, "numbers_exact_percent": {}}
    pace: list[float] = []
    spoken = {"prompts": prompts(options.clips)} if PROMPTS.is_file() and ALLISON.is_dir() else {}
    spoken |= {"misc": misc()} if MISC.is_dir() else {}
    for name, clips in spoken.items():
        figures["wer_percent"][name] = {line: word_errors(parts, clips, line, pace) for line in LINES}
    strings = {"allison": numbers(options.numbers, allison)} if ALLISON.is_dir() else {}
    if options.digits:

        def anyone(figure: str, chance: random.Random) -> Floats:
            return samples_of(chance.choice(sorted(options.digits.glob(f"{figure}_*.wav"))))[0]

        strings["free-spoken-digits"] = numbers(options.numbers, anyone)
    for name, clips in strings.items():
        measured = {line: exact_numbers(parts, clips, line) for line in LINES}
        figures["numbers_exact_percent"][name] = {
            line: {"free": free, "asked": both} for line, (free, both) in measured.items()
        }
        figures.setdefault("latency_ms", latencies(parts, clips[:24]))
    figures["seconds_per_second_of_audio"] = statistics.median(pace) if pace else None
    return figures


def show(figures: dict[str, Any], indent: str = "") -> None:
    for name, value in figures.items():
        if isinstance(value, dict):
            print(f"{indent}{name}")
            show(value, indent + "  ")
        elif value is not None:
            print(f"{indent}{name}: {value:.3g}" if value < 10 else f"{indent}{name}: {value:.0f}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure how well and how fast the embedded engine hears people.")
    parser.add_argument("--clips", type=int, default=80, help="prompts to transcribe")
    parser.add_argument("--numbers", type=int, default=40, help="four-digit numbers to transcribe")
    parser.add_argument("--digits", type=Path, help="recordings/ of a clone of free-spoken-digit-dataset")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    options = parser.parse_args()
    figures = measure(options)
    if not figures["wer_percent"]:
        print("No recordings were found; install the Debian packages named above.", file=sys.stderr)
        return 2
    print(json.dumps(figures)) if options.json else show(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
