"""Images built by the registry: named by what is in them. The build itself is in the tests of `apply`."""

from __future__ import annotations

import io
import tarfile
from typing import Any

from voiceagent.cloud.containers.build import image_tag


def test_the_name_tells_what_is_in_it() -> None:
    tags = [image_tag(one) for one in ({"a": b"1", "b": b"2"}, {"b": b"2", "a": b"1"}, {"a": b"12", "b": b""}, {"a": b"1"})]
    assert tags[0] == tags[1]
    assert len(set(tags)) == 3


async def test_what_is_uploaded_is_what_is_rendered_for_the_image(subscribing: Any) -> None:
    await subscribing.apply(builds=True)
    (archive,) = [content for name, content in subscribing.containers.uploads.items() if name.startswith("source/")]
    with tarfile.open(fileobj=io.BytesIO(archive)) as unpacked:
        names = set(unpacked.getnames())
    assert {"Dockerfile", "requirements.lock", "agent/voiceagent.toml", "code/voiceagent/server/serve.py"} <= names
    (run,) = subscribing.containers.runs.values()
    assert run["properties"]["images"][0].startswith("voiceagent:")
