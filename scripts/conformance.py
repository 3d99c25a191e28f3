"""Every SDK against the emulators, and what of each was seen to succeed: one line an SDK, one line over all.

The Python SDKs are driven by tests/contract, which tells what it covered. The JavaScript SDKs are driven by tests/contract/js
with Node, against `voiceagent emulate --https --proxy` and its settings alone. 0 when everything was covered, 1 when something
was not, 2 when the JavaScript part could not run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
JS = ROOT / "tests" / "contract" / "js"
OLDEST_NODE = 20
Found = dict[str, dict[str, Any]]


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--python-only", action="store_true", help="leave the JavaScript SDKs out")
    wanted.add_argument("--json", action="store_true", help="print the result as JSON")
    given = wanted.parse_args()
    found = python_sdks()
    not_run = ""
    if not given.python_only:
        not_run = why_not()
        found |= javascript_sdks() if not not_run else {}
    print(json.dumps({"sdks": found, "not_run": not_run}) if given.json else table(found, not_run))
    if not_run:
        return 2
    return 0 if found and all(one["covered"] == one["total"] and not one.get("failures") for one in found.values()) else 1


def python_sdks() -> Found:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "found.json"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not engine", "tests/contract"]
        done = subprocess.run([*command, "--conformance", str(file)], cwd=ROOT, capture_output=True, text=True, check=False)
        found: Found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if done.returncode:
        print(done.stdout[-6_000:] + done.stderr[-2_000:], file=sys.stderr)
        found["tests/contract"] = {"covered": 0, "total": 1, "missing": ["a test failed, see above"]}
    return dict(sorted(found.items()))


def why_not() -> str:
    """Why the JavaScript SDKs cannot be run here; "" when they can."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return f"Node.js {OLDEST_NODE} or newer with npm is not on the PATH (Debian: apt-get install nodejs npm)"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip().lstrip("v")
    if int(version.partition(".")[0]) < OLDEST_NODE:
        return f"Node.js {OLDEST_NODE} or newer is needed, this is {version}"
    if installed() != (JS / "package-lock.json").read_text(encoding="utf-8"):
        done = subprocess.run([npm, "ci", "--no-progress"], cwd=JS, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"the packages could not be installed:\n{done.stderr[-2_000:]}"
        (JS / "node_modules" / ".locked").write_text((JS / "package-lock.json").read_text(encoding="utf-8"), encoding="utf-8")
    return ""


def installed() -> str:
    stamp = JS / "node_modules" / ".locked"
    return stamp.read_text(encoding="utf-8") if stamp.exists() else ""


def javascript_sdks() -> Found:
    with emulators() as facts:
        settings = {
            "connectionString": facts["env"]["ACS_CONNECTION_STRING"],
            "acs": facts["acs"]["plain_endpoint"],
            "voiceLive": facts["env"]["AZURE_VOICELIVE_ENDPOINT"],
            "voiceLiveKey": facts["env"]["AZURE_VOICELIVE_API_KEY"],
        }
        done = subprocess.run(
            ["node", "run.mjs", json.dumps(settings)],
            cwd=JS,
            env=os.environ | facts["env"],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    if done.returncode:
        print(done.stderr[-4_000:], file=sys.stderr)
        return {"JavaScript": {"covered": 0, "total": 1, "missing": ["Node.js ended with an error, see above"]}}
    found: Found = json.loads(done.stdout)
    return found


@contextmanager
def emulators() -> Iterator[dict[str, Any]]:
    """`voiceagent emulate`, as any app would meet it."""
    command = [sys.executable, "-m", "voiceagent_cli", "emulate", "all", "--answers", "scripted", "--https", "--proxy"]
    with tempfile.TemporaryDirectory() as home:
        environ = os.environ | {"XDG_DATA_HOME": home}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen([*command, "--env", "--json", "--with-parent"], env=environ, **pipes) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            yield json.loads(child.stdout.readline())
            child.stdin.close()
            child.wait(timeout=30)


def table(found: Found, not_run: str) -> str:
    width = max((len(name) for name in found), default=0)
    lines = []
    for name, one in found.items():
        lines.append(f"{name:<{width}}  {one['covered']:>3}/{one['total']}")
        lines += [f"  not covered: {missing}" for missing in one["missing"]]
        lines += [f"  failed: {failure}" for failure in one.get("failures", [])]
    covered, total = (sum(one[key] for one in found.values()) for key in ("covered", "total"))
    lines.append(f"{'all':<{width}}  {covered:>3}/{total}  {100 * covered / total if total else 0:.1f} %")
    if not_run:
        lines.append(f"not run: the JavaScript SDKs, because {not_run}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
