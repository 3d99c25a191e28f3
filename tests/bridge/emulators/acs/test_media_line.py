"""The media socket with faults, met by a real app: when it comes, whether, how often, and how it ends."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import jwt
import pytest
from fake_app import a_network, answered

from voiceagent.emulators.acs.media_line import kind_of


def test_the_kind_is_cut_out_of_a_frame() -> None:
    assert (kind_of(b'{"kind":"AudioData","audioData":{}}'), kind_of("{}")) == ("AudioData", "")


async def test_it_never_comes_though_the_call_is_connected() -> None:
    async with a_network() as (app, emulator, http):
        emulator.faults.arm("media.never", {})
        async with answered(app, emulator, http, steps=[]):
            await app.callback("CallConnected")
            assert app.media is None
            assert app.media_headers == []
            assert "MediaStreamingStarted" not in app.types()


async def test_it_comes_late() -> None:
    async with a_network() as (app, emulator, http):
        emulator.faults.arm("media.late", {"ms": 30})
        async with answered(app, emulator, http, steps=[]):
            await app.callback("MediaStreamingStarted")
            assert app.types().index("CallConnected") < app.types().index("MediaStreamingStarted")


async def test_it_comes_twice() -> None:
    async with a_network() as (app, emulator, http):
        emulator.faults.arm("media.twice", {})
        async with answered(app, emulator, http, steps=[]):
            await app.until(lambda: len([frame for frame in app.frames if frame["kind"] == "AudioMetadata"]) == 2)
            first, second = (headers["authorization"] for headers in app.media_headers)
            assert first.startswith("Bearer ")
            assert second.startswith("Bearer ")


@pytest.mark.parametrize("kind", ["expired", "early", "issuer", "audience", "key", "unsigned", "garbled", "none"])
async def test_it_comes_with_a_token_that_must_not_be_accepted(kind: str) -> None:
    async with a_network() as (app, emulator, http):
        emulator.faults.arm("media.forged", {"kind": kind})
        async with answered(app, emulator, http, steps=[]):
            await app.until(lambda: app.media_headers)
            assert ("authorization" in app.media_headers[0]) == (kind != "none")
            token = app.media_headers[0].get("authorization", "").removeprefix("Bearer ")
            keys = jwt.PyJWKSet.from_dict(emulator.network.signer.jwks())
            with pytest.raises(jwt.PyJWTError):
                jwt.decode(token, keys.keys[0].key, ["RS256"], audience=emulator.resource_id, issuer=emulator.url)


@pytest.mark.parametrize(("code", "closed"), [(0, (1005, 1006)), (1011, (1011,))])
async def test_it_breaks_and_is_dialled_again(code: int, closed: tuple[int, ...]) -> None:
    codes: list[int] = []
    async with a_network() as (app, emulator, http):
        app.on_end = codes.append
        emulator.faults.arm("media.dropped", {"after": 2, "code": code, "redial_ms": 10})
        async with answered(app, emulator, http, steps=[]):
            failed = await app.callback("MediaStreamingFailed")
            assert failed["data"]["mediaStreamingUpdate"]["mediaStreamingStatusDetails"] == "streamConnectionInterrupted"
            await app.until(lambda: app.types().count("MediaStreamingStarted") == 2)
            assert len(app.media_headers) == 2
    assert codes[0] in closed


async def test_frames_are_missing_and_then_go_on() -> None:
    async with a_network() as (app, emulator, http):
        emulator.faults.arm("media.gap", {"after": 3, "times": 4})
        async with answered(app, emulator, http, steps=[]):
            await app.until(lambda: len(app.frames) >= 6)
            times = [frame["audioData"]["timestamp"] for frame in app.frames if frame["kind"] == "AudioData"]
    assert times == sorted(times)
    gaps = [float(after[20:23]) - float(before[20:23]) for before, after in pairwise(times)]
    assert max(gap % 1000 for gap in gaps) >= 90


async def test_no_frame_comes_any_more_and_the_socket_stays_open() -> None:
    async with a_network() as (app, emulator, http):
        emulator.faults.arm("media.half_open", {"after": 2})
        async with answered(app, emulator, http, steps=[]) as (call_id, _):
            async with asyncio.timeout(8):
                while (await http.get(f"/emulator/calls/{call_id}")).json()["frames"]["sent"] < 6:
                    pass
            assert len(app.frames) == 3
            assert app.media is not None


async def test_a_frame_that_is_none_comes_in_between() -> None:
    async with a_network(wrong=True) as (app, emulator, http):
        emulator.faults.arm("media.garbled", {"kind": "unknown", "after": 1})
        async with answered(app, emulator, http, steps=[]):
            await app.until(lambda: len(app.frames) >= 4)
    assert app.frames[2]["kind"] == "Nothing.Anybody.Knows"


async def test_the_callback_that_tells_of_it_is_missing() -> None:
    async with a_network() as (app, emulator, http):
        emulator.faults.arm("media.unannounced", {})
        async with answered(app, emulator, http, steps=[{"silence": 50}]):
            await app.callback("CallDisconnected")
    assert "MediaStreamingStarted" not in app.types()
    assert app.frames


async def test_what_the_app_sends_is_looked_at() -> None:
    async with a_network(wrong=True) as (app, emulator, http), answered(app, emulator, http, steps=[]):
        await app.until(lambda: app.media is not None and app.frames)
        await app.media.send_text('{"Kind":"Mark","Mark":{}}')
        await app.say(bytes(961))
        await app.until(lambda: len(emulator.findings.told) == 2)
    assert [(one.rule, one.severity) for one in emulator.findings.told] == [
        ("media-kind-unknown", "error"),
        ("media-odd", "error"),
    ]


async def test_strictly_a_wrong_frame_ends_the_socket_with_the_sentence() -> None:
    async with a_network(strict=True, wrong=True) as (app, emulator, http):
        codes: list[int] = []
        app.on_end = codes.append
        async with answered(app, emulator, http, steps=[]):
            await app.until(lambda: app.media is not None and app.frames)
            await app.media.send_text("{}")
            await app.callback("MediaStreamingFailed")
    assert codes[0] == 1008
