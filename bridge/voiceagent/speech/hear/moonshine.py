"""Moonshine tiny-en (27 M parameters, int8): where its weights lie, that they are the right ones, and how to decode them.

The weights ship inside the wheel of `moonshine-voice` 0.1.0 and are run on onnxruntime alone; that package itself is never
imported (its native library brings a voice detector of its own that cuts words). Decoding greedily ourselves gives three things
the library does not: a confidence, a way to stop, and a digits mode (all tokens but digits and separators are masked).
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError
from voiceagent.speech.port import HEARING_RATE, Cancelled, Heard, never
from voiceagent.speech.quiet import hush

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

WEIGHTS = {
    "encoder_model.ort": "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    "decoder_model_merged.ort": "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    "tokenizer.bin": "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}
"""The same in the wheels for Linux, macOS and Windows; a newer release without weights must not pass unnoticed."""

_BEGIN, _END = 1, 2
_TOKENS_PER_SECOND = 6.5
"""Fast speech has about 5 tokens a second; a decoder that exceeds this repeats itself and is stopped."""
_RAN_AWAY = -3.0
"""Confidence in what was stopped: each repetition is likelier than the one before, so the mean would flatter it."""
_SHORTEST_S, _LONGEST_S = 0.1, 20.0
"""The convolutions need 0.1 s; attention grows with the square of the length, so longer speech is cut at quiet places."""
_NOTHING = Heard("", 0.0)


class Moonshine:
    """An `Ear`. The model is loaded once; onnxruntime's sessions may be used by many threads at the same time."""

    def __init__(self, directory: Path | None = None, *, threads: int = 1) -> None:
        where = directory or _packaged_weights()
        _verify(where)
        self._encoder = _session(where / "encoder_model.ort", threads)
        self._decoder = _session(where / "decoder_model_merged.ort", threads)
        self._past = {i.name: (i.shape[1], i.shape[3]) for i in self._decoder.get_inputs() if i.name.startswith("past_")}
        self._kept = [o.name.replace("present", "past_key_values") for o in self._decoder.get_outputs()][1:]
        self._tokens = read_tokens((where / "tokenizer.bin").read_bytes())
        self._only_digits = _digit_mask(self._tokens)

    def transcribe(self, pcm: bytes, *, digits: bool = False, cancelled: Cancelled = never) -> Heard:
        """Put one utterance into words; less than 0.1 s of it, or cancelled work, gives empty text."""
        import numpy as np

        samples: Floats = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)
        if len(samples) < _SHORTEST_S * HEARING_RATE:
            return _NOTHING
        mask = self._only_digits if digits else None
        pieces = [self._decode(piece, mask, cancelled) for piece in cut_at_quiet(samples) if not cancelled()]
        if cancelled():
            return _NOTHING
        text = " ".join(heard.text for heard in pieces if heard.text)
        return Heard(text, min(heard.confidence for heard in pieces))

    def _decode(self, samples: Floats, mask: Floats | None, cancelled: Cancelled) -> Heard:
        import numpy as np

        attention = np.ones((1, len(samples)), np.int64)
        sound = self._encoder.run(None, {"input_values": samples[None], "attention_mask": attention})[0]
        feed: dict[str, Any] = {name: np.zeros((1, heads, 0, width), np.float32) for name, (heads, width) in self._past.items()}
        feed |= {"encoder_hidden_states": sound, "encoder_attention_mask": attention}
        token, said, log_probability, ran_away = _BEGIN, list[int](), 0.0, True
        for step in range(int(len(samples) / HEARING_RATE * _TOKENS_PER_SECOND) + 4):
            if cancelled():
                return _NOTHING
            feed["input_ids"] = np.array([[token]], np.int64)
            feed["use_cache_branch"] = np.array([step > 0])
            logits, *present = self._decoder.run(None, feed)
            token, gain = _best(logits[0, -1], mask)
            log_probability += gain
            if token == _END:
                ran_away = False
                break
            said.append(token)
            # What the decoder derived from the sound is the same at every step and comes back empty after the first.
            feed |= {n: v for n, v in zip(self._kept, present, strict=True) if step == 0 or ".decoder." in n}
        confidence = log_probability / (len(said) + 1)
        return Heard(join_tokens([self._tokens[t] for t in said]), min(confidence, _RAN_AWAY) if ran_away else confidence)


def _packaged_weights() -> Path:
    found = importlib.util.find_spec("moonshine_voice")  # finds without importing
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("No module named 'moonshine_voice'", name="moonshine_voice")
    return Path(found.submodule_search_locations[0]) / "assets" / "tiny-en"


def _verify(directory: Path) -> None:
    for name, expected in WEIGHTS.items():
        path = directory / name
        if not path.is_file():
            raise UserError(
                f"The weights of the embedded ear are missing: {path}.",
                remedy="pip install 'moonshine-voice==0.1.0' (later releases come without weights).",
            )
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise UserError(
                    f"The weights of the embedded ear are not the ones they should be: {path}.",
                    remedy="pip install --force-reinstall 'moonshine-voice==0.1.0'.",
                )


def _session(path: Path, threads: int) -> Any:
    hush()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # The .ort files were optimised when they were made; waiting threads shall sleep, the cores are shared by many calls.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _best(logits: Floats, mask: Floats | None) -> tuple[int, float]:
    """The likeliest token that the mask allows, and its log-probability among all: forced digits are seen to be unlikely."""
    import numpy as np

    chosen = int(logits.argmax() if mask is None else (logits + mask).argmax())
    peak = float(logits.max())
    return chosen, float(logits[chosen]) - peak - float(np.log(np.exp(logits - peak).sum()))


def read_tokens(packed: bytes) -> list[bytes]:
    """The vocabulary file: a length (one byte, or two with the high bit set) before each token."""
    tokens, at = [], 0
    while at < len(packed):
        size = packed[at]
        at += 1
        if size >= 128:
            size += packed[at] * 128 - 128
            at += 1
        tokens.append(packed[at : at + size])
        at += size
    return tokens


def join_tokens(tokens: list[bytes]) -> str:
    """Tokens to text: control tokens vanish, byte tokens are bytes, the low line-like mark is a space."""
    return b"".join(_plain(token) for token in tokens).decode("utf-8", "replace").replace("\u2581", " ").strip()


def _plain(token: bytes) -> bytes:
    if match := re.fullmatch(rb"<0x([0-9A-F]{2})>", token):
        return bytes.fromhex(match[1].decode())
    return b"" if len(token) > 2 and token.startswith(b"<") and token.endswith(b">") else token


_DIGIT_TOKEN = re.compile(r" ?\d{1,4}| ?(zero|one|two|three|four|five|six|seven|eight|nine|oh|double)|[,.\- ]", re.IGNORECASE)


def _digit_mask(tokens: list[bytes]) -> Floats:
    """Added to the logits: nothing for what a spoken number may be written with, minus infinity (nearly) for the rest."""
    import numpy as np

    mask = np.full(len(tokens), -1e9, np.float32)
    mask[_END] = 0
    allowed: Callable[[str], object] = _DIGIT_TOKEN.fullmatch
    for number, token in enumerate(tokens):
        if allowed(token.decode("utf-8", "ignore").replace("\u2581", " ")):
            mask[number] = 0
    return mask


def cut_at_quiet(samples: Floats) -> list[Floats]:
    """Cut long speech in pieces of at most 20 s, each at the quietest 0.1 s of its last half."""
    import numpy as np

    pieces: list[Floats] = []
    longest, step = int(_LONGEST_S * HEARING_RATE), HEARING_RATE // 10
    while len(samples) > longest:
        half = longest // 2
        loudness = np.abs(samples[half:longest]).reshape(-1, step).mean(axis=1)
        cut = half + int(loudness.argmin()) * step + step // 2
        pieces.append(samples[:cut])
        samples = samples[cut:]
    return [*pieces, samples] if len(samples) >= _SHORTEST_S * HEARING_RATE else pieces
