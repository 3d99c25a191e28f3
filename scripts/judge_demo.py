"""Judges the demo call by its report (design: what one call reports): did the agent do its three jobs?"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def misses(report: Mapping[str, Any]) -> list[str]:
    """What the demo promises and the report does not show; empty when all is well."""
    found = []
    looked_up = [tool["arguments"].get("order_id") for tool in report["tools"] if tool["outcome"] == "ok"]
    if "4271" not in [str(order) for order in looked_up]:
        found.append(f"no tool looked up order 4271 (looked up: {looked_up or 'nothing'})")
    if not report["barge_ins"]:
        found.append("the agent was not interrupted")
    transfer = report["transfer"] or {}
    if transfer.get("outcome") != "connected":
        found.append(f"the caller did not reach a human (transfer: {transfer.get('outcome', 'none')})")
    return found


def summary(report: Mapping[str, Any]) -> str:
    """The call in five lines."""
    latency = report["latency_ms"]
    barge_in = report["barge_ins"][0] if report["barge_ins"] else {}
    return "\n".join(
        [
            "",
            f"call      {report['outcome']} after {report['duration_ms'] / 1000:.1f} s, engine {report['engine']}",
            f"tools     {', '.join(tool['name'] + ' ' + json.dumps(tool['arguments']) for tool in report['tools'])}",
            f"barge-in  agent silent {barge_in.get('stop_ms', '-')} ms after the caller began to speak",
            f"transfer  {(report['transfer'] or {}).get('outcome', 'none')}",
            f"latency   turn p50 {latency['turn_p50']} ms, p95 {latency['turn_p95']} ms",
        ]
    )


def main(path: str) -> int:
    report = json.loads(Path(path).read_text())
    print(summary(report))
    missing = misses(report)
    for sentence in missing:
        print(f"FAILED    {sentence}", file=sys.stderr)
    print("The demo failed." if missing else "The demo passed.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
