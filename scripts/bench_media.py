"""Loads the bridge with calls on this machine and prints what a frame costs, beside a relay in C with the same sockets.

The load generator is a C program (`wsbench.c`) in a folder of its own: `--bench DIR`, by default `../shared/bench` beside this
repository. It is copied and built in a scratch folder, with two changes: each call's path is read from a file, because each
call has a token of its own, and each reply of the fake engine has an id of its own, as real ones have. Processor time is the
server's on-CPU time divided by the 20 ms frames it received and sent.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATH_CHANGE = (
    'char path[1200];char*br=strstr(path_t,"{i}");if(br)',
    'char path[1200];char*br=strstr(path_t,"{i}");const char*pf=getenv("WSBENCH_PATHS");'
    'if(pf){FILE*f=fopen(pf,"r");for(int k=0;f&&k<=c->idx;k++)if(!fgets(path,sizeof path,f))path[0]=0;if(f)fclose(f);'
    'path[strcspn(path,"\\n")]=0;}else if(br)',
)

REPLY_CHANGE = (
    "memcpy(dbuf+16,dpre,ndpre);",
    'memcpy(dbuf+16,dpre,ndpre);{char t[8];snprintf(t,8,"%06u",c->resp%1000000);char*q;'
    'while((q=memmem(dbuf+16,ndpre,"PQRSTU",6)))memcpy(q,t,6);}',
)


def build(bench: Path, scratch: Path) -> Path:
    """The load generator, with the change."""
    source = bench / "wsbench.c"
    if not source.is_file():
        sys.exit(f"no load generator in {bench}: name the folder of wsbench.c with --bench DIR")
    if shutil.which("gcc") is None:
        sys.exit("gcc is missing, which builds the load generator (Debian: apt-get install gcc libssl-dev)")
    text = source.read_text()
    for old, new in (PATH_CHANGE, REPLY_CHANGE):
        if old not in text:
            sys.exit(f"{source} is not the version that this script knows how to change")
        text = text.replace(old, new)
    changed = scratch / "wsbench.c"
    changed.write_text(text)
    program = scratch / "wsbench"
    subprocess.run(
        ["gcc", "-O3", "-march=native", "-w", "-o", str(program), str(changed), "-lssl", "-lcrypto", "-lm"], check=True
    )
    return program


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def placed(options: argparse.Namespace, core: int, priority: int) -> list[str]:
    """How a process is kept away from the others."""
    command = ["chrt", "-f", str(priority)] if options.rt else []
    return [*command, "taskset", "-c", str(core)] if (os.cpu_count() or 1) > 1 and shutil.which("taskset") else command


@contextlib.contextmanager
def running(command: list[str], **more: Any) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, text=True, **more)
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        else:
            process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def load(program: Path, options: argparse.Namespace, calls: int, port: int, pid: int, **more: Any) -> dict[str, float]:
    paths, token = more.get("paths"), more.get("token", "")
    environment = {**os.environ, **({"WSBENCH_PATHS": str(paths)} if paths else {})}
    command = [
        *placed(options, 1, 60), str(program), "load", "--url", f"ws://127.0.0.1:{port}/{{i}}", "--calls", str(calls),
        "--seconds", str(options.seconds), "--warmup", "2", "--pid", str(pid), "--header", f"Authorization: Bearer {token}",
    ]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found = [line for line in done.stdout.splitlines() if line.startswith("JSON ")]
    if not found:
        sys.exit(f"the load generator failed:\n{done.stdout}{done.stderr}")
    if done.stderr and options.verbose:
        print(done.stderr, file=sys.stderr)
    result: dict[str, float] = json.loads(found[0][5:])
    return result


def of_floor(program: Path, options: argparse.Namespace, calls: int) -> dict[str, float]:
    engine, port = free_port(), free_port()
    with (
        fake_engine(program, options, engine, "--echo 1"),
        running([*placed(options, 0, 50), str(program), "relay", "--port", str(port), "--vl", f"ws://127.0.0.1:{engine}/"],
                stderr=subprocess.DEVNULL) as relay,
    ):  # fmt: skip
        until_listening(port)
        return load(program, options, calls, port, relay.pid)


def of_bridge(program: Path, options: argparse.Namespace, calls: int, traffic: str) -> dict[str, float]:
    engine = free_port()
    command = [
        *placed(options, 0, 50), sys.executable, str(ROOT / "scripts/bench_media_server.py"), "--calls", str(calls),
        "--engine", f"http://127.0.0.1:{engine}", "--media-path", options.media_path,
        *(["--capture"] if options.capture else []),
    ]  # fmt: skip
    with (
        fake_engine(program, options, engine, traffic),
        running(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server,
        tempfile.NamedTemporaryFile("w", suffix=".paths") as paths,
    ):
        assert server.stdout is not None
        facts = json.loads(server.stdout.readline() or sys.exit("the bridge did not start"))
        paths.write("\n".join(facts["paths"]) + "\n")
        paths.flush()
        return load(program, options, calls, facts["port"], server.pid, paths=paths.name, token=facts["token"])


@contextlib.contextmanager
def fake_engine(program: Path, options: argparse.Namespace, port: int, traffic: str) -> Iterator[None]:
    command = [*placed(options, 1, 55), str(program), "fakevl", "--port", str(port), "--max-seconds", "600", *traffic.split()]
    with running(command, stderr=subprocess.DEVNULL):
        until_listening(port)
        yield


def until_listening(port: int) -> None:
    """Wait until somebody listens on the port; the kernel is asked, for a connection would count as a call."""
    due, wanted = time.monotonic() + 10, f":{port:04X}"
    while time.monotonic() < due:
        rows = [row.split() for table in ("tcp", "tcp6") for row in (Path("/proc/net") / table).read_text().splitlines()[1:]]
        if any(row[1].endswith(wanted) and row[3] == "0A" for row in rows):
            return
        time.sleep(0.02)
    sys.exit(f"nobody listens on port {port}")


def median(results: list[dict[str, float]], name: str) -> float:
    return statistics.median(result[name] for result in results)


def told(label: str, calls: int, results: list[dict[str, float]], floor: float | None) -> dict[str, Any]:
    facts = {
        name: median(results, name)
        for name in ("us_frame", "held", "lost", "corrupt", "rtt_p50", "rtt_p99", "rss_mb", "cpu_pct")
    }
    facts |= {
        "barge_p50": median(results, "barge_p50"),
        "barge_p99": median(results, "barge_p99"),
        "stale": median(results, "stale"),
    }
    parts = [
        f"{label:<22} {calls:>4} calls  held {facts['held']:.0f}  lost {facts['lost']:.0f}  {facts['us_frame']:6.1f} us/frame",
        "" if floor is None else f"{facts['us_frame'] / floor:.2f} x floor",
        f"rtt p50 {facts['rtt_p50']:.2f} p99 {facts['rtt_p99']:.2f} ms  {facts['rss_mb']:.0f} MB",
    ]
    if facts["barge_p99"] > 0:
        parts.append(
            f"barge-in p50 {facts['barge_p50']:.2f} p99 {facts['barge_p99']:.2f} ms, {facts['stale']:.0f} stale frames"
        )
    print("  ".join(part for part in parts if part), flush=True)
    return {"label": label, "calls": calls, **facts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=ROOT.parent / "shared" / "bench", help="folder of the load generator")
    parser.add_argument("--calls", default="20,100", help="numbers of calls, comma separated")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--runs", type=int, default=1, help="medians over so many runs")
    parser.add_argument("--rt", action="store_true", help="real-time priority (root): for a busy machine")
    parser.add_argument("--media-path", default="short", choices=["short", "stock"])
    parser.add_argument("--capture", action="store_true", help="with captures and reports written")
    parser.add_argument(
        "--talk", action="store_true", help="also: the agent talks twice as fast as time, with a barge-in each second"
    )
    parser.add_argument("--no-floor", action="store_true")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        program = build(options.bench, Path(scratch))
        for calls in map(int, options.calls.split(",")):
            floor = None
            if not options.no_floor:
                floors = [of_floor(program, options, calls) for _ in range(options.runs)]
                rows.append(told("relay in C (floor)", calls, floors, None))
                floor = median(floors, "us_frame")
            found = [of_bridge(program, options, calls, "--echo 1") for _ in range(options.runs)]
            rows.append(told(f"bridge, {options.media_path} path", calls, found, floor))
            if options.talk:
                traffic = "--talk --delta-ms 100 --speed 2 --barge-s 1"
                rows.append(told("bridge, agent talks", calls, [of_bridge(program, options, calls, traffic)], None))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
