"""An image that the registry builds itself, where nobody has a builder: the context is uploaded, the run is waited for.

The image's name holds a digest of everything it is built of, so what is there already is not built again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from voiceagent.errors import RemoteError

if TYPE_CHECKING:
    from voiceagent.cloud.azure import Azure

_SECONDS = 1800
_UNDER_WAY = {"Queued", "Started", "Running"}


def image_tag(content: dict[str, bytes]) -> str:
    """The same for the same files."""
    digest = hashlib.sha256()
    for name in sorted(content):
        digest.update(f"{name}\0{len(content[name])}\0".encode() + content[name])
    return digest.hexdigest()[:12]


async def build(azure: Azure, *, group: str, registry: str, image: str, archive: bytes, say: Callable[[str], None]) -> None:
    """Have `image` (NAME:TAG) built of the archive. RemoteError, with the end of its log, when that fails."""
    from azure.mgmt.containerregistrytasks.models import DockerBuildRequest, PlatformProperties

    source = await azure.asked(
        azure.builds.registries.get_build_source_upload_url(group, registry), "upload what the image is built of"
    )
    await _upload(azure, str(source.upload_url), archive)
    request = DockerBuildRequest(
        image_names=[image],
        is_push_enabled=True,
        docker_file_path="Dockerfile",
        source_location=source.relative_path,
        platform=PlatformProperties(os="Linux", architecture="amd64"),
        timeout=_SECONDS,
    )
    run: Any = await azure.asked(azure.builds.registries.schedule_run(group, registry, request), "build the image")
    say(f"The registry builds {image}; that takes some minutes ...")
    status, run_id = _status(run), str(run.properties.run_id)
    async with asyncio.timeout(_SECONDS):
        while status in _UNDER_WAY:
            await asyncio.sleep(azure.poll_seconds)
            run = await azure.asked(azure.builds.runs.get(group, registry, run_id), "see how the build goes")
            status = _status(run)
    if status != "Succeeded":
        raise RemoteError(
            f"the build of {image} ended as {status}{await _why(azure, group=group, registry=registry, run_id=run_id)}",
            service="Azure Container Registry",
            code=status,
            remedy=f"`az acr task logs --registry {registry} --run-id {run_id}` shows all of its log",
        )


def _status(run: Any) -> str:
    return str(getattr(run.properties.status, "value", run.properties.status))


async def _upload(azure: Azure, url: str, archive: bytes) -> None:
    from azure.storage.blob.aio import BlobClient

    async with BlobClient.from_blob_url(url) as blob:
        await azure.asked(blob.upload_blob(archive, overwrite=True), "upload what the image is built of")


async def _why(azure: Azure, *, group: str, registry: str, run_id: str) -> str:
    """The last lines of the log, when they can be had."""
    from azure.storage.blob.aio import BlobClient

    try:
        told: Any = await azure.asked(azure.builds.runs.get_log_sas_url(group, registry, run_id), "read the log of the build")
        async with BlobClient.from_blob_url(str(told.log_link)) as blob:
            content = await azure.asked((await blob.download_blob()).readall(), "read the log of the build")
    except RemoteError:
        return ""
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    return ": " + " / ".join(lines[-3:]) if lines else ""
