"""WAV files, as people have them: many kinds of PCM in, 16-bit mono out; 16-bit PCM written.

Tolerant of what recorders do (wrong sizes, extra chunks, a cut-off end, WAVE_FORMAT_EXTENSIBLE); for whatever is not PCM or
G.711 a `UserError` says what the file is and how to convert it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voiceagent.audio import g711
from voiceagent.audio.samples import to_pcm
from voiceagent.errors import UserError

# PCM 1, floats 3, A-law 6, µ-law 7
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_ENDLESS = 0x7FFF_0000
"""From here on the size of a data chunk is none: recorders into pipes write 7ffff000, 7fffffff or ffffffff."""
_AUDIBLE_S = 0.05
"""Some encoders count headers or padding into the size; what nobody hears is not missing."""
_OTHER_CODES = {2: "Microsoft ADPCM", 17: "IMA ADPCM", 49: "GSM 6.10", 80: "MPEG", 85: "MP3", 255: "AAC", 0x1610: "AAC"}
_OTHER_FILES = (
    (b"ID3", "an MP3 file"),
    (b"\xff\xfb", "an MP3 file"),
    (b"\xff\xf3", "an MP3 file"),
    (b"OggS", "an Ogg file"),
    (b"fLaC", "a FLAC file"),
    (b"FORM", "an AIFF file"),
    (b"#!AMR", "an AMR file"),
    (b"RIFX", "a big-endian RIFF file"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM file"),
)
_CONVERT = "convert it first, for example with `ffmpeg -i {name} -ac 1 -ar 24000 -c:a pcm_s16le converted.wav`"


@dataclass(frozen=True, slots=True)
class _Layout:
    """The `fmt ` chunk: how samples are laid out."""

    code: int
    channels: int
    rate: int
    bits: int


def read_wav(source: str | Path | bytes, *, name: str = "") -> tuple[bytes, int]:
    """The sound of a WAV file as 16-bit mono PCM, and its rate. Several channels are mixed.

    `source` is a path or the file's bytes; `name` is how errors call it. Raises UserError with a remedy.
    """
    samples, channels, rate = _read(source, name)
    if channels > 1:
        samples = _mixed(samples, channels)
    return samples, rate


def read_channels(source: str | Path | bytes, *, name: str = "") -> tuple[list[bytes], int]:
    """Each channel of a WAV file as 16-bit mono PCM, and their rate; otherwise as `read_wav`."""
    samples, channels, rate = _read(source, name)
    return [samples] if channels == 1 else _apart(samples, channels), rate


def cut_short(content: bytes, *, name: str) -> str:
    """A sentence about a WAV file that lacks sound its header announces, as after a copy that broke off; "" for a whole one.

    Recorders that write to a pipe cannot know a length; theirs are whole. For what `read_wav` reads.
    """
    layout: _Layout | None = None
    for kind, size, body in _walk(content):
        if kind == b"fmt " and len(body) >= 16:
            layout = _layout(body)
        elif kind == b"data" and layout is not None:
            missing = (size - len(body)) / max(1.0, layout.rate * layout.channels * layout.bits / 8)
            told = f"{name} is cut short: its header announces {missing:.1f} s more than there is"
            return told if missing >= _AUDIBLE_S else ""
    return ""


def write_wav(path: str | Path, pcm: bytes, rate: int, channels: int = 1) -> None:
    """Write 16-bit PCM (channels interleaved) as a WAV file."""
    Path(path).write_bytes(wav_bytes(pcm, rate, channels))


def wav_bytes(pcm: bytes, rate: int, channels: int = 1) -> bytes:
    """16-bit PCM (channels interleaved) as the bytes of a WAV file."""
    head = struct.pack("<HHIIHH", _PCM, channels, rate, rate * channels * 2, channels * 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", len(pcm)) + pcm
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _read(source: str | Path | bytes, name: str) -> tuple[bytes, int, int]:
    """Samples with their channels interleaved, how many channels, and the rate."""
    content = source if isinstance(source, bytes) else wav_content(Path(source))
    called = name or ("the WAV data" if isinstance(source, bytes) else str(source))
    layout, data = _chunks(content, called)
    if layout.channels < 1 or not 1000 <= layout.rate <= 384_000:
        raise _refusal(called, f"claims {layout.channels} channels at {layout.rate} Hz")
    samples = _samples(layout, data, called)
    if len(samples) < 2 * layout.channels:
        raise UserError(f"{called} holds no sound", remedy="record it again, or give another file")
    return samples, layout.channels, layout.rate


def wav_content(path: Path) -> bytes:
    """The bytes of a file. UserError for one that is not there or cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path} does not exist", remedy="give the path of a WAV file") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}", remedy="give the path of a WAV file") from None


def _refusal(name: str, what: str) -> UserError:
    return UserError(f"{name} {what}; PCM or G.711 in a WAV file is needed", remedy=_CONVERT.format(name=name))


def _chunks(content: bytes, name: str) -> tuple[_Layout, bytes]:
    """The layout and the samples of a RIFF file."""
    if content[:4] not in (b"RIFF", b"RF64") or content[8:12] != b"WAVE":
        raise _refusal(name, f"is {_guess(content)}")
    layout: _Layout | None = None
    for kind, _, body in _walk(content):
        if kind == b"fmt " and len(body) >= 16:
            layout = _layout(body)
        elif kind == b"data":
            if layout is None:
                break
            return layout, body
    raise _refusal(name, "is a WAV file without samples" if layout else "is a WAV file that does not say its format")


def _walk(content: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Each chunk: its kind, the size it announces in bytes, and what is there of it."""
    at = 12
    while at + 8 <= len(content):
        kind, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        # A recorder that writes to a pipe cannot know the size and leaves 0 or nearly all ones: then the rest is sound.
        if kind == b"data" and (size == 0 or size >= _ENDLESS):
            size = len(content) - at - 8
        yield kind, size, content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _layout(body: bytes) -> _Layout:
    code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if code == _EXTENSIBLE and len(body) >= 26:
        code = int.from_bytes(body[24:26], "little")
    return _Layout(code, channels, rate, bits)


def _guess(content: bytes) -> str:
    if not content:
        return "empty"
    for start, what in _OTHER_FILES:
        if content.startswith(start):
            return what
    return "an MP4 or M4A file" if content[4:8] == b"ftyp" else "not a WAV file"


def _samples(layout: _Layout, data: bytes, name: str) -> bytes:
    """The samples as 16-bit PCM, channels still interleaved."""
    match layout.code, layout.bits:
        case (1, 8):
            return _from_integers(data, "u1", offset=-128, shift=8)
        case (1, 16):
            return data[: len(data) & ~1]
        case (1, 24):
            return _from_24_bits(data)
        case (1, 32):
            return _from_integers(data, "<i4", offset=0, shift=-16)
        case (3, 32):
            return _from_floats(data, "<f4")
        case (3, 64):
            return _from_floats(data, "<f8")
        case (6, 8):
            return g711.alaw_decode(data)
        case (7, 8):
            return g711.ulaw_decode(data)
    code = _OTHER_CODES.get(layout.code, f"code {layout.code:#06x}")
    kind = f"{layout.bits}-bit PCM" if layout.code == _PCM else f"{layout.bits}-bit floats" if layout.code == _FLOAT else code
    raise _refusal(name, f"is a WAV file with {kind} inside")


def _whole(data: bytes, size: int) -> bytes:
    return data[: len(data) - len(data) % size]


def _from_integers(data: bytes, dtype: str, *, offset: int, shift: int) -> bytes:
    import numpy as np

    kind = np.dtype(dtype)
    samples = np.frombuffer(_whole(data, kind.itemsize), dtype=kind).astype(np.int32) + offset
    return to_pcm(samples << shift if shift > 0 else samples >> -shift)


def _from_24_bits(data: bytes) -> bytes:
    import numpy as np

    # The lowest of the three bytes is below what 16 bits can tell.
    groups = np.frombuffer(_whole(data, 3), dtype=np.uint8).reshape(-1, 3)
    return bytes(groups[:, 1:].tobytes())


def _from_floats(data: bytes, dtype: str) -> bytes:
    import numpy as np

    kind = np.dtype(dtype)
    samples = np.nan_to_num(np.frombuffer(_whole(data, kind.itemsize), dtype=kind).astype(np.float64))
    return to_pcm(np.clip(samples, -1.0, 1.0) * 32767)


def _apart(samples: bytes, channels: int) -> list[bytes]:
    import numpy as np

    frames = np.frombuffer(_whole(samples, 2 * channels), dtype="<i2").reshape(-1, channels)
    return [bytes(frames[:, channel].tobytes()) for channel in range(channels)]


def _mixed(samples: bytes, channels: int) -> bytes:
    import numpy as np

    frames = np.frombuffer(_whole(samples, 2 * channels), dtype="<i2").reshape(-1, channels)
    return to_pcm(frames.mean(axis=1))
