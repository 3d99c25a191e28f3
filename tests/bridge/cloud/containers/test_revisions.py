"""Revisions: waited for, asked, given the calls, ended. The whole course is in the tests of `apply`."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud.azure import open_azure
from voiceagent.cloud.containers import revisions as module
from voiceagent.cloud.containers.revisions import Revisions, asking
from voiceagent.errors import RemoteError


async def test_without_an_app_there_are_none(subscribing: Any) -> None:
    async with open_azure(subscribing.load().settings) as azure:
        assert await Revisions(azure, "voiceagent-rg", "voiceagent", asking(subscribing.arm.url)).all() == []


async def test_each_tells_its_calls(subscribing: Any) -> None:
    done = await subscribing.apply()
    subscribing.containers.calls[done.revision] = 4
    async with open_azure(subscribing.load().settings) as azure:
        (found,) = await Revisions(azure, "voiceagent-rg", "voiceagent", asking(subscribing.arm.url)).all(with_calls=True)
    assert (found.name, found.calls, found.traffic, found.health) == (done.revision, 4, 100, "Healthy")


async def test_a_revision_that_never_becomes_healthy_is_given_up(subscribing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    done = await subscribing.apply()
    subscribing.containers.revisions[done.revision]["properties"]["healthState"] = "None"
    monkeypatch.setattr(module, "READY_SECONDS", 0.05)
    async with open_azure(subscribing.load().settings) as azure:
        with pytest.raises(RemoteError, match=r"does not come up: None after 0\.05 s") as refused:
            await Revisions(azure, "voiceagent-rg", "voiceagent", asking("")).until_ready(done.revision, say=print)
    assert f"--revision {done.revision}" in refused.value.remedy


async def test_who_cannot_be_reached_is_nobody(subscribing: Any) -> None:
    ask = asking(subscribing.arm.url)
    assert await ask("https://nobody.example/readyz") == (404, {})
    assert await asking("http://127.0.0.1:9")("https://nobody.example/readyz") == (0, {})
