"""The pytest plug-in: scenarios and captures as tests, and fixtures that place calls.

pytest loads it wherever voiceagent is installed, so it does nothing and imports nothing of weight until asked: by
`--voiceagent` or `voiceagent = true` in the ini file for scenarios and captures, by name for a fixture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from voiceagent.scenarios.load import Case
    from voiceagent.scenarios.results import Run
    from voiceagent.testing.backstage import Backstage
    from voiceagent.testing.emulated import Emulated

SCENARIOS, CAPTURES = "scenarios", "captures"
PROJECT_FILE = "voiceagent.toml"
_BACKSTAGE = "_voiceagent_backstage"

Call = Callable[..., dict[str, Any]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--voiceagent`, and the same as an ini setting."""
    words = "collect the scenarios and captures of voiceagent projects as tests"
    parser.getgroup("voiceagent").addoption("--voiceagent", action="store_true", help=words)
    parser.addini("voiceagent", words, type="bool", default=False)
    parser.addini("voiceagent_answers", "how voiceagent_emulators answers: scripted or embedded", default="scripted")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """`scenarios/*.yaml` and `captures/*.jsonl.gz` of an agent project."""
    if not (parent.config.getoption("voiceagent") or parent.config.getini("voiceagent")):
        return None
    if file_path.suffix in (".yaml", ".yml") and SCENARIOS in file_path.parent.parts and _project_of(file_path):
        return ScenarioFile.from_parent(parent, path=file_path)
    if file_path.name.endswith(".jsonl.gz") and file_path.parent.name == CAPTURES and _project_of(file_path):
        return CaptureFile.from_parent(parent, path=file_path)
    return None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the bridge, if there was one."""
    backstage: Backstage | None = getattr(config, _BACKSTAGE, None)
    if backstage is not None:
        backstage.close()


class ScenarioFile(pytest.File):
    """One scenario."""

    def collect(self) -> Iterator[pytest.Item]:
        from voiceagent.errors import UserError
        from voiceagent.scenarios.load import load

        try:
            case = load(self.path)
        except UserError as error:
            raise self.CollectError(f"{error}\n{error.remedy}") from None
        yield ScenarioItem.from_parent(self, name=case.name, case=case)


class ScenarioItem(pytest.Item):
    """A scenario as a test: fails with what was expected and what was heard."""

    def __init__(self, *, case: Case, **rest: Any) -> None:
        super().__init__(**rest)
        self._case = case

    def runtest(self) -> None:
        for _ in range(self._case.scenario.repeat):
            run = _backstage(self.config).play(self._case)
            self.add_report_section("call", "conversation", "\n".join(_conversation(run)))
            if run.outcome != "passed":
                raise Unmet(_missed(run))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, Unmet) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name


class CaptureFile(pytest.File):
    """One captured call."""

    def collect(self) -> Iterator[pytest.Item]:
        yield CaptureItem.from_parent(self, name="replays the same")


class CaptureItem(pytest.Item):
    """A captured call replayed exactly: today's code must decide as it did then."""

    def runtest(self) -> None:
        from voiceagent.replay.run import replay_exactly

        result = replay_exactly(self.path, project=_project_of(self.path))
        if result.verdict != "same":
            raise Unmet(result.sentence or f"the replay is {result.verdict}: `voiceagent replay {self.path}` shows where")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, Unmet) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.path.name} {self.name}"


class Unmet(AssertionError):
    """The message is all there is to say; a traceback would be ours."""


@pytest.fixture(scope="session")
def voiceagent_emulators(request: pytest.FixtureRequest) -> Iterator[Emulated]:
    """All emulators in this process; `env()` has the settings that lead any client to them (docs/emulators/pytest.md).

    Voice Live follows a script unless the ini file says `voiceagent_answers = embedded`.
    """
    from voiceagent.testing.emulated import emulated

    with emulated(request.config.getini("voiceagent_answers")) as emulators:
        yield emulators


@pytest.fixture
def voiceagent_call(request: pytest.FixtureRequest) -> Call:
    """Place a call to an agent and get its report: `voiceagent_call(["Where is my order?"])`.

    Steps are words to say, or steps as in a scenario. `project` is the agent, by default the one the test file lies in;
    `human`, `line`, `noise_db` and the like are the phone's (docs/emulators/acs.md); `settings` are the agent's by dotted key.
    """

    def call(
        steps: Sequence[str | Mapping[str, Any]] = (),
        *,
        project: Path | str | None = None,
        settings: Mapping[str, Any] | None = None,
        limit_seconds: float = 120,
        **order: Any,
    ) -> dict[str, Any]:
        found = Path(project) if project is not None else _project_of(request.path)
        if found is None:
            pytest.fail(f"{request.path} lies in no agent project; say which: voiceagent_call(…, project=…)", pytrace=False)
        plan = {**order, "steps": [{"say": step} if isinstance(step, str) else dict(step) for step in steps]}
        return _backstage(request.config).call(found.resolve(), plan, overrides=settings or {}, limit_seconds=limit_seconds)

    return call


def _backstage(config: pytest.Config) -> Backstage:
    """The one of this run; made when it is needed."""
    backstage: Backstage | None = getattr(config, _BACKSTAGE, None)
    if backstage is None:
        from voiceagent.testing.backstage import Backstage

        backstage = Backstage()
        setattr(config, _BACKSTAGE, backstage)
    return backstage


def _project_of(path: Path) -> Path | None:
    return next((folder for folder in path.parents if (folder / PROJECT_FILE).is_file()), None)


def _missed(run: Run) -> str:
    from voiceagent.scenarios.results import expectations

    return "\n".join(f"expected  {one['text']}\nheard     {one['heard']}" for one in expectations(run) if not one["passed"])


def _conversation(run: Run) -> Iterator[str]:
    if run.timeline is not None:
        for turn in run.timeline.turns:
            yield f"{turn.start_ms / 1000:6.1f} s  {turn.role:<8} {turn.text}"
    if run.report and run.report.get("capture"):
        yield f"capture: {run.report['capture']}"
