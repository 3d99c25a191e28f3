"""An agent project in memory: settings, instructions and tools of one folder, and what a call must be told of them."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from voiceagent.agent import conduct, session_options
from voiceagent.agent.module import tool_functions
from voiceagent.agent.prompt import read_prompt
from voiceagent.call.commands import EngineSetup
from voiceagent.call.policies import AgentPolicy, BargeInPolicy
from voiceagent.call.settings import HandoverPolicy, SessionSettings, TargetPolicy
from voiceagent.call.transfer_tools import REQUEST_TRANSFER
from voiceagent.config.answering import says_words
from voiceagent.config.schema import Settings, ThinkerRule
from voiceagent.errors import UserError
from voiceagent.tools.http import HttpTools
from voiceagent.tools.mcp import McpTools
from voiceagent.tools.run import PythonTools
from voiceagent.tools.toolbox import Toolbox

_log = logging.getLogger(__name__)

SAMPLE_RATES = {"pcm24k": 24000, "pcm16k": 16000}
_OF_THE_PROJECT = {".toml", ".md", ".py", ".yaml", ".yml", ".txt", ".json"}
_NOT_OF_THE_PROJECT = {"captures", "scenarios", "__pycache__", "node_modules", "venv"}


@dataclass(frozen=True, slots=True)
class AgentProject:
    """One folder as it was when it was loaded. `hash` changes with any file of the agent (but not with secrets or captures)."""

    dir: Path
    settings: Settings
    instructions: str
    toolset: Toolbox
    hash: str
    agents: Mapping[str, AgentPolicy]
    """Further agents of the same call."""

    def engine_setup(self) -> EngineSetup:
        """What the engine must know. The session adds its own tools (transfer, ending the call)."""
        settings = self.settings
        return EngineSetup(
            instructions=self.instructions,
            voice=session_options.voice(settings),
            sample_rate=SAMPLE_RATES[settings.bridge.audio_format],
            tools=conduct.offered(self.toolset.specs(), settings.agent.offers, "agent.offers"),
            turn_detection=session_options.turn_detection(settings),
            transcription=session_options.transcription(settings),
            options=session_options.options(settings),
            engine_tools=conduct.engine_tools(settings),
            says_words=says_words(settings.engine),
        )

    def session_settings(self) -> SessionSettings:
        """What the call session decides by."""
        settings = self.settings
        yes, no = conduct.consent_words(settings)
        return SessionSettings(
            setup=self.engine_setup(),
            greeting=settings.agent.greeting,
            greeting_by=settings.agent.greeting_by,
            goodbye=settings.agent.goodbye,
            disclosure=settings.agent.disclosure,
            silence_after_ms=settings.silence.after_seconds * 1000,
            silence_prompts=tuple(settings.silence.prompts),
            interruptions=self.interruptions(),
            renew_ms=settings.engine.renew_after_minutes * 60_000,
            reconnect_ms=settings.engine.reconnect_seconds * 1000,
            max_call_ms=settings.limits.max_call_minutes * 60_000,
            warning=settings.limits.warning,
            warn_before_ms=settings.limits.warn_before_seconds * 1000,
            tool_timeout_ms=int(settings.limits.tool_timeout_seconds * 1000),
            targets=self.targets(),
            handover=self.handover(),
            lost_target=settings.transfer.when_engine_lost,
            record=settings.recording.enabled,
            tools=conduct.tool_policies(settings, self.toolset),
            yes=yes,
            no=no,
            keys=conduct.key_policy(settings),
            agent=settings.agent.name,
            approvals=conduct.approvals(settings),
            agents=self.agents,
        )

    def interruptions(self) -> BargeInPolicy:
        """When a caller who speaks makes the agent fall silent."""
        chosen = self.settings.barge_in
        return BargeInPolicy(
            when=chosen.when,
            after_ms=chosen.after_ms,
            after_words=chosen.after_words,
            resume_after_ms=chosen.resume_after_ms,
            during_greeting=chosen.during_greeting,
        )

    def targets(self) -> dict[str, TargetPolicy]:
        """The transfer targets by name, without their addresses: those are call control's business."""
        return {
            name: TargetPolicy(
                description=target.description,
                ring_seconds=target.ring_seconds,
                agent=target.agent,
                mode=target.mode,
                members=tuple(target.queue),
            )
            for name, target in self.settings.transfer.targets.items()
        }

    def handover(self) -> HandoverPolicy:
        """How humans are met to whom a caller is transferred."""
        transfer = self.settings.transfer
        return HandoverPolicy(
            briefing=transfer.briefing,
            question=transfer.question,
            stay_ms=transfer.stay_seconds * 1000,
            decide_ms=transfer.decide_seconds * 1000,
        )


def load_project(project_dir: Path, settings: Settings, *, now_ms: Callable[[], float] | None = None) -> AgentProject:
    """Read the prompt and the tools of a project. UserError tells which file, which line, and what to do."""
    directory = project_dir.resolve()
    tools = _toolbox(directory, settings, now_ms or _monotonic_ms)
    specs = tools.specs()
    conduct.offered(specs, settings.agent.offers, "agent.offers")
    conduct.check_keys(settings, specs)
    conduct.engine_tools(settings)  # a reference that is not set would break every call
    _check_rules(settings, {spec.name for spec in specs})
    prompt = read_prompt(directory, settings.agent.prompt)
    agents = conduct.agent_policies(directory, settings, specs)
    return AgentProject(directory, settings, prompt, tools, project_hash(directory), agents)


def _toolbox(directory: Path, settings: Settings, now_ms: Callable[[], float]) -> Toolbox:
    """Python functions first; what is declared comes after them."""
    path, limit = _tools_file(directory, settings), settings.limits.tool_output_bytes
    functions = tool_functions(path) if path else []
    declared = settings.tools
    return Toolbox(
        [
            PythonTools(functions, now_ms=now_ms, limit_bytes=limit),
            HttpTools(declared.http, declared.references, now_ms=now_ms, limit_bytes=limit),
            McpTools(declared.mcp, declared.references, directory=directory, now_ms=now_ms, limit_bytes=limit),
        ]
    )


def _check_rules(settings: Settings, tools: set[str]) -> None:
    """A rule whose tool is not there only tells the caller that it cannot be done, and nobody why."""
    known = tools | conduct.own_tools(settings)
    targets = settings.transfer.targets.keys()
    for rule in settings.thinker.rules if settings.thinker.kind == "rules" else ():
        if rule.tool and rule.tool not in known:
            _not_there(rule, f"runs the tool `{rule.tool}`", rule.tool, known)
        target = rule.arguments.get("target")
        if rule.tool == REQUEST_TRANSFER and isinstance(target, str) and "{" not in target and target not in targets:
            _not_there(rule, f"transfers to `{target}`", target, targets)


def _not_there(rule: ThinkerRule, does: str, name: str, known: Set[str]) -> None:
    near = get_close_matches(name, sorted(known), n=1)
    _log.warning(
        "the rule `%s` in [[thinker.rules]] %s, which is not there%s",
        rule.name,
        does,
        f"; did you mean `{near[0]}`?" if near else "; there are " + (", ".join(sorted(known)) or "none"),
    )


def _monotonic_ms() -> float:
    return time.monotonic() * 1000


def _tools_file(directory: Path, settings: Settings) -> Path | None:
    """An agent may have no tools; a file that was named must be there, also when its name is the default's."""
    name = settings.agent.tools
    if not name:
        return None
    path = directory / name
    if path.is_file():
        return path
    if "tools" not in settings.agent.model_fields_set:
        return None
    raise UserError(
        f"the tools file is missing: {path} does not exist",
        remedy="write the file, or mend `agent.tools` in voiceagent.toml; an agent without tools has no such line",
    )


def project_files(directory: Path) -> Iterator[Path]:
    """The files that make the agent what it is, in a fixed order; no secrets, no captures, nothing that tools leave behind."""
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted(filter(_may_hold_files, folders))
        for name in sorted(filter(_may_be_a_file, files)):
            yield Path(folder) / name


def project_folders(directory: Path) -> list[Path]:
    """The folders that may hold such files, in a fixed order; links are not followed."""
    found = []
    for folder, folders, _ in os.walk(directory):
        folders[:] = sorted(name for name in folders if _may_hold_files(name) and not (Path(folder) / name).is_symlink())
        found.append(Path(folder))
    return found


def is_project_file(directory: Path, path: Path) -> bool:
    """Whether `project_files` would find the file, told by its name alone: it may be gone already."""
    try:
        *folders, name = path.relative_to(directory).parts
    except ValueError:
        return False
    return all(map(_may_hold_files, folders)) and _may_be_a_file(name)


def _may_hold_files(folder: str) -> bool:
    return folder not in _NOT_OF_THE_PROJECT and not folder.startswith(".")


def _may_be_a_file(name: str) -> bool:
    return Path(name).suffix in _OF_THE_PROJECT and not name.startswith(".")


def project_hash(directory: Path) -> str:
    """SHA-256 over names and contents of `project_files`. UserError for one that cannot be read."""
    total = hashlib.sha256()
    for path in project_files(directory):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # deleted since it was listed, as editors' temporary files are; or a link to nothing
            continue
        except OSError as error:
            raise UserError(
                f"{path} cannot be read: {error.strerror or error}", remedy=f"make it readable, or take it out of {directory}"
            ) from error
        total.update(f"{path.relative_to(directory).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()
