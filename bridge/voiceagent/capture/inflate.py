"""Whole blocks of captures, unpacked by the quickest library there is: ISA-L where it is installed, in half the time of zlib.

Unpacking is a third of an exact replay. Only whole blocks come here: of a broken or unfinished one the two libraries give a
few bytes more or less, and what a capture holds must not depend on what is installed.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

_GZIP = zlib.MAX_WBITS | 16


@cache
def _library() -> tuple[Any, tuple[type[Exception], ...]]:
    """What unpacks, and what it raises."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib, (zlib.error,)
    broken: Any = isal_zlib.IsalError  # its stubs call the class an instance
    return isal_zlib, (broken,)


def whole_block(packed: bytes, limit: int) -> tuple[bytes, int] | None:
    """What the gzip member at the start holds, and how many bytes it takes.

    None when it is not all there, its checksum or its length is wrong, or it holds more than `limit`.
    """
    library, broken = _library()
    unpack = library.decompressobj(_GZIP)
    try:
        content: bytes = unpack.decompress(packed, limit + 1)
    except broken:
        return None
    if not unpack.eof or len(content) > limit:
        return None
    return content, len(packed) - len(unpack.unused_data)
