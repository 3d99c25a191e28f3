"""How long the command line takes to say something, beside what Python itself takes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

LIMITS_MS = {"--help": 250, "--version": 120}
"""What each may take beyond bare Python."""


def median_ms(words: list[str], rounds: int = 9) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def main() -> int:
    bare = median_ms(["-c", "pass"])
    print(f"{'bare python':<24}{bare:6.0f} ms")
    late = 0
    for word in ("--version", "--help", "call --help", "doctor --help"):
        extra = median_ms(["-m", "voiceagent_cli", *word.split()]) - bare
        limit = LIMITS_MS.get(word)
        late += bool(limit and extra > limit)
        print(f"{'voiceagent ' + word:<24}{extra:+6.0f} ms" + (f"   (limit {limit})" if limit else ""))
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
