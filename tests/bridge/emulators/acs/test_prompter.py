from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_app import FakeVoice, speech

from voiceagent.audio.wav import wav_bytes
from voiceagent.emulators.acs.prompter import PromptFailed, sound_of
from voiceagent.emulators.acs.prompts import Source
from voiceagent.emulators.acs.studio import Studio

WAV = wav_bytes(speech(500, 16_000), 16_000)


async def play(*sources: Source, voice: Any = FakeVoice, serve: bytes = WAV, status: int = 200) -> bytes:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=serve))
    studio = Studio(voice)
    try:
        async with httpx.AsyncClient(transport=transport) as client:
            return await sound_of(sources, 24_000, studio=studio, client=client)
    finally:
        studio.close()


async def failure(*sources: Source, **more: Any) -> tuple[int, int]:
    with pytest.raises(PromptFailed) as failed:
        await play(*sources, **more)
    return failed.value.index, failed.value.result.sub_code


async def test_words_and_files_are_joined_at_the_rate_of_the_call(tmp_path: Path) -> None:
    (tmp_path / "a b.wav").write_bytes(WAV)
    pcm = await play(
        Source("words", "Hello"), Source("file", "http://127.0.0.1/a.wav"), Source("file", (tmp_path / "a b.wav").as_uri())
    )
    assert len(pcm) / 48 == pytest.approx(100 + 500 + 500, abs=1)


async def test_a_file_that_cannot_be_had_is_named_by_its_index(tmp_path: Path) -> None:
    here = Source("file", "http://localhost/a.wav")
    assert await failure(Source("words", "Hello"), here, status=404) == (1, 8536)
    assert await failure(Source("file", (tmp_path / "none.wav").as_uri())) == (0, 8536)
    assert await failure(Source("file", "https://storage.example/a.wav")) == (0, 8536)


async def test_a_file_of_another_format_than_the_service_plays_is_refused() -> None:
    here = Source("file", "http://127.0.0.1/a.wav")
    assert await failure(here, serve=b"ID3 music") == (0, 8535)
    assert await failure(here, serve=wav_bytes(speech(100, 8_000), 8_000)) == (0, 8535)
    assert await failure(here, serve=wav_bytes(speech(100, 16_000), 16_000, 2)) == (0, 8535)


async def test_words_need_a_voice() -> None:
    assert await failure(Source("words", "Hello"), voice=None) == (0, 8565)
