#!/usr/bin/env python3
"""Writes docs/doctor.md and docs/rca.md: every check, cause and rule with its sentence and remedy, from the code itself.

scripts/gen_causes.py           writes the files
scripts/gen_causes.py --check   fails if a file is not what would be written
"""

from __future__ import annotations

from pathlib import Path

import _generated
from _generated import DOCS, main

DOCTOR = """\
# doctor

Written by `scripts/gen_causes.py` from the checks, `voiceagent.doctor`; do not edit it.

```console
$ voiceagent init demo
$ voiceagent doctor demo
$ voiceagent doctor demo --local-only --json
$ voiceagent doctor demo --fix
```

`doctor` looks at this machine, at the settings, and at the services that they name, and says what to mend first. It reads,
and changes nothing; the one thing it opens is a session with the engine, which is closed at once and counts as one of its new
connections of that minute. Numbers, identities and ids show their last characters; `--unredacted` shows them whole. Secrets
are never shown.

* The checks stand in the order of causes. A check whose cause failed is not made, and says which one that is: **the first
  failure is the thing to mend**. Each comes with its remedy and, where there is one, the command to type next.
* `--local-only` asks nobody beyond this machine.
* `--fix` mends what nobody could miss, says what it did, and looks again: files with secrets become their owner's alone, the
  folder of `capture.directory` is made, the note of a bridge that has ended is removed, `.gitignore` names what git must
  not keep.
* What needs an extra that is not installed is skipped, with the line that installs it.
* Azure's management (resource, numbers, subscription, region) is asked when `AZURE_SUBSCRIPTION_ID` is set, as whoever is
  signed in. Reader on the resource group is enough.
* What the bridge turned away lately is known from its journal, `.voiceagent/serve.log`: at most 2 MB, masked like every log
  line; with `log.level = "error"` it stays empty.

| exit code | |
|---|---|
| 0 | nothing failed; warnings do not count |
| 1 | a check failed |
| 2 | no check could be made |

`--json` prints `{"checks": [{"number", "name", "status", "detail", "remedy", "next_command", "code"}], "ok": n, "warning": n,
"failed": n, "skipped": n}`; `status` is `ok`, `warning`, `failed` or `skipped`, `code` names the cause and is empty when all
is well. Beside the causes below there are `settings` and `service` (an error that was not foreseen, in its own words) and
`broken` (the check itself could not be made).
"""

STRANGERS = """\
## Strangers and forgers: `--security URL`

```sh
voiceagent doctor --security https://my-bridge.example
```

Goes round the public surfaces of a deployment, yours, wherever it runs, without any of its secrets: nothing is shown, or
something forged. Every attempt must be turned away. What is let in is a failure and makes the exit code 1; what breaks the
server is a warning; a surface that is not there is fine. The events it sends hold no number and are years old, so that
whoever takes them rings nobody. The addresses are this bridge's: another app's under other paths are not found.
"""

RCA = """\
# rca

Written by `scripts/gen_causes.py` from the rules, `voiceagent.rca`; do not edit it.

```console
$ voiceagent init demo
$ voiceagent rca --dir demo
```

`voiceagent rca CALL` tells why a call was not answered, was silent, or ended. It reads the call's [capture](captures.md)
(redacted ones tell as much), goes through fixed rules, and names the cause with the records that show it. No model is asked,
and the same capture gets the same answer. `CALL` is the call's id, the beginning of one, `last`, a capture file, or the
correlation id that the telephony service logs: one id from Event Grid to the last frame.

Without `CALL` it tells why *no* call came: the [doctor](doctor.md)'s checks of the way from the number to the bridge, the
first failure being the cause, and what the bridge's journal has of the last day (`.voiceagent/serve.log`): deliveries with a
wrong secret, calls that were announced too late. `--local-only` asks nobody beyond this machine.

| exit code | |
|---|---|
| 0 | a cause was found |
| 1 | the records tell none |
| 2 | there is no such call |

`--json` prints `{"call_id", "correlation_id", "phases": [{"name", "at_ms", "status"}], "cause": {"code", "sentence",
"evidence": [{"at_ms", "what", "text"}], "remedy"}, "others": [...]}`. `others` are further things that the records show, less
weighty than the cause. Times are milliseconds from the call's beginning; in evidence of the journal, since 1970.

Whether a call can be looked at depends on [`capture.policy`](captures.md#what-is-kept-capturepolicy): with `off` nothing is
kept.
"""


def pages() -> dict[Path, str]:
    """Both pages, whole."""
    return {DOCS / "doctor.md": doctor(), DOCS / "rca.md": rca()}


def doctor() -> str:
    from voiceagent.doctor.catalogue import CHECKS
    from voiceagent.doctor.strangers import ATTEMPTS, BROKE, LET_IN, OLD_TLS, PLAIN, SHOWN, SWALLOWED, UNREACHABLE

    checks = ["## The checks", "", "| | check | looks at | not made when these failed |", "|---|---|---|---|"]
    causes = ["## The causes", "", "| check | code | | says | remedy |", "|---|---|---|---|---|"]
    for number, check in enumerate(CHECKS, start=1):
        before = ", ".join((*check.needs, *check.unless))
        checks.append(f"| {number} | {check.name} | {cell(check.looks_at)} | {before} |")
        causes += [
            f"| {check.name} | `{one.code}` | {one.status} | {cell(one.sentence)} | {cell(one.remedy)} |"
            for one in check.causes
        ]
    tried = ["| attempt | what is tried |", "|---|---|"]
    tried += [f"| {one.name} | {cell(one.tries)} |" for one in ATTEMPTS]
    found = ["| code | | says | remedy |", "|---|---|---|---|"]
    found += [
        f"| `{one.code}` | {one.status} | {cell(one.sentence)} | {cell(one.remedy)} |"
        for one in (UNREACHABLE, LET_IN, SHOWN, SWALLOWED, PLAIN, OLD_TLS, BROKE)
    ]
    return "\n".join([DOCTOR, *checks, "", *causes, "", STRANGERS, *tried, "", *found, ""])


def rca() -> str:
    from voiceagent.rca.codes import STREAM_STATES, SUBCODES
    from voiceagent.rca.phases import PHASES
    from voiceagent.rca.rules import UNKNOWN, rules
    from voiceagent.rca.silence import CAME, NEVER_RAN, NO_TELEPHONY, NOTHING_CAME, SECRET, STALE

    phases = ["## Phases", "", "| phase | reached when |", "|---|---|"]
    phases += [f"| `{name}` | {told} |" for name, told in PHASES.items()]
    states = (
        "`status` is `ok`, `failed` (first not reached), `not_reached`, or `unknown`: calls of ours and captures of "
        "earlier versions, do not tell `received` and `validated`. What was before the call was admitted has negative times."
    )
    causes = ["## Causes of a call", "", "The first that fits is the cause.", "", "| code | says | remedy |", "|---|---|---|"]
    causes += [f"| `{one.code}` | {cell(one.sentence)} | {cell(one.remedy)} |" for one in (*rules(), UNKNOWN)]
    silence = ["## Causes of no call", "", "Those of the [doctor](doctor.md#the-causes), and:", "", "| code | says | remedy |"]
    silence += ["|---|---|---|"]
    silence += [
        f"| `{one.code}` | {cell(one.sentence)} | {cell(one.remedy)} |"
        for one in (SECRET, STALE, NO_TELEPHONY, NEVER_RAN, NOTHING_CAME, CAME)
    ]
    codes = ["## What ACS's codes mean", "", "| subcode | |", "|---|---|"]
    codes += [f"| {code} | {told} |" for code, told in SUBCODES.items()]
    stream = [
        "",
        "| state of the media stream | |",
        "|---|---|",
        *(f"| `{name}` | {told} |" for name, told in STREAM_STATES.items()),
    ]
    return "\n".join([RCA, *phases, "", states, "", *causes, "", *silence, "", *codes, *stream, ""])


def cell(text: str) -> str:
    """For a table: `{names}` stand for what was met."""
    return _generated.cell(text).replace("{", "*").replace("}", "*").replace("[[", "`[[").replace("]]", "]]`") or " "


if __name__ == "__main__":
    raise SystemExit(main(pages))
