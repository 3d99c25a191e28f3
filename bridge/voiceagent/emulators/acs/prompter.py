"""Prompts become sound: WAV files fetched, words spoken, all sources of a request joined.

Files come from this machine only (`file:` or a loopback address): the emulated network works without the other one.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from voiceagent.emulators.acs.effects import Result
from voiceagent.emulators.acs.prompts import Source
from voiceagent.emulators.acs.studio import Studio
from voiceagent.errors import UserError
from voiceagent.loopback import LOOPBACK

if TYPE_CHECKING:
    import httpx

FILE_RATE = 16_000
"""Prompt files are 16 kHz mono; the service plays nothing else."""

LARGEST_FILE = 50_000_000

_DOWNLOAD = "Action failed, file could not be downloaded"


class PromptFailed(Exception):
    """A source cannot be played: which one, and how the service would report it."""

    def __init__(self, index: int, result: Result) -> None:
        super().__init__(result.message)
        self.index = index
        self.result = result


async def sound_of(sources: tuple[Source, ...], rate: int, *, studio: Studio, client: httpx.AsyncClient) -> bytes:
    """PCM of all sources one after the other. Raises PromptFailed."""
    parts = []
    for index, source in enumerate(sources):
        try:
            parts.append(await (_spoken(source, rate, studio) if source.kind == "words" else _file(source, rate, client)))
        except _Failed as failure:
            raise PromptFailed(index, failure.result) from failure
    return b"".join(parts)


class _Failed(Exception):
    def __init__(self, sub_code: int, message: str) -> None:
        super().__init__(message)
        self.result = Result(400, sub_code, message)


async def _spoken(source: Source, rate: int, studio: Studio) -> bytes:
    if not studio.has_voice:
        raise _Failed(8565, "Action failed, bad request to Azure AI services: this emulator has no voice.")
    return await studio.words(source.content, rate)


async def _file(source: Source, rate: int, client: httpx.AsyncClient) -> bytes:
    parts = urlsplit(source.content)
    if parts.scheme == "file":
        content = await asyncio.to_thread(_read, Path(url2pathname(parts.path)))
    elif parts.hostname in LOOPBACK:
        content = await _fetch(source.content, client)
    else:
        raise _Failed(8536, f"{_DOWNLOAD}: the emulator fetches prompts from this machine only.")
    return await asyncio.to_thread(_decode, content, rate)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _Failed(8536, f"{_DOWNLOAD}: {error.strerror}.") from error


async def _fetch(url: str, client: httpx.AsyncClient) -> bytes:
    import httpx

    content = bytearray()
    try:
        async with client.stream("GET", url) as answer:
            if answer.status_code != 200:
                raise _Failed(8536, f"{_DOWNLOAD}: its server answered {answer.status_code}.")
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > LARGEST_FILE:
                    raise _Failed(8536, f"{_DOWNLOAD}: it is too large.")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _Failed(8536, f"{_DOWNLOAD}: {type(error).__name__}.") from error
    return bytes(content)


def _decode(content: bytes, rate: int) -> bytes:
    from voiceagent.audio.resample import resample
    from voiceagent.audio.wav import read_channels

    try:
        channels, file_rate = read_channels(content)
    except UserError as error:
        raise _Failed(8535, f"Action failed, file format is invalid: {error}") from error
    if len(channels) != 1 or file_rate != FILE_RATE:
        found = f"{len(channels)} channels at {file_rate} Hz, not one at {FILE_RATE}"
        raise _Failed(8535, f"Action failed, file format is invalid: {found}.")
    return resample(channels[0], file_rate, rate)
