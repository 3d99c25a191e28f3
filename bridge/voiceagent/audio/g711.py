"""The two codes of the telephone network, µ-law and A-law (ITU-T G.711): 8 bits a sample, fine where it is quiet.

Both directions are table look-ups; the tables are worked out from the definition on first use.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any


def ulaw_decode(codes: bytes) -> bytes:
    """16-bit PCM from µ-law codes."""
    return _decode(codes, _ulaw_values)


def ulaw_encode(pcm: bytes) -> bytes:
    """µ-law codes from 16-bit PCM."""
    return _encode(pcm, _ulaw_codes)


def alaw_decode(codes: bytes) -> bytes:
    """16-bit PCM from A-law codes."""
    return _decode(codes, _alaw_values)


def alaw_encode(pcm: bytes) -> bytes:
    """A-law codes from 16-bit PCM."""
    return _encode(pcm, _alaw_codes)


def _decode(codes: bytes, values: Any) -> bytes:
    import numpy as np

    return bytes(values()[np.frombuffer(codes, dtype=np.uint8)].astype("<i2").tobytes())


def _encode(pcm: bytes, codes: Any) -> bytes:
    import numpy as np

    return bytes(codes()[np.frombuffer(pcm, dtype="<i2").view("<u2")].tobytes())


@lru_cache(maxsize=1)
def _ulaw_values() -> Any:
    """The 256 values of µ-law: inverted bits are sign, segment (3), step (4); 0x84 is the offset that makes segments meet."""
    import numpy as np

    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


@lru_cache(maxsize=1)
def _alaw_values() -> Any:
    """The 256 values of A-law: every second bit inverted; the lowest two segments share one step size."""
    import numpy as np

    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = (code >> 4) & 7, code & 0x0F
    magnitude = np.where(segment == 0, (step << 4) + 8, ((step << 4) + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


@lru_cache(maxsize=1)
def _ulaw_codes() -> Any:
    """The code of each 16-bit sample, indexed by its bits as an unsigned number."""
    import numpy as np

    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.where(sample < 0, ~sample, sample)  # as the reference code of ITU-T G.191: -1 mirrors 0
    biased = np.minimum(magnitude, 32635) + 0x84  # louder samples have no code of their own
    segment = np.floor(np.log2(biased)).astype(np.int32) - 7
    step = (biased >> (segment + 3)) & 0x0F
    sign = np.where(sample < 0, 0x80, 0)
    return (~(sign | (segment << 4) | step) & 0xFF).astype(np.uint8)


@lru_cache(maxsize=1)
def _alaw_codes() -> Any:
    """The code of each 16-bit sample, indexed by its bits as an unsigned number."""
    import numpy as np

    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.where(sample < 0, ~sample, sample)
    segment = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 7, 0)
    step = (magnitude >> np.where(segment == 0, 4, segment + 3)) & 0x0F
    sign = np.where(sample < 0, 0, 0x80)
    return ((sign | (segment << 4) | step) ^ 0x55).astype(np.uint8)
