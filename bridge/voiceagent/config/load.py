"""Where every setting's value comes from: flag, environment, `.env`, project file, user file, default — in this order.

The only module that reads `os.environ`. Files are read, checked and forgotten; what remains is `Loaded`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from voiceagent.config.checks import check
from voiceagent.config.complaints import refused, secret_in_file
from voiceagent.config.dotenv import read_dotenv
from voiceagent.config.names import Key, keys
from voiceagent.config.schema import Settings
from voiceagent.config.secrets import wrapped
from voiceagent.config.toml import lines_of, read_toml
from voiceagent.errors import UserError

PROJECT_FILE = "voiceagent.toml"

_BY_NAME = {"transfer.targets", "tools.http", "tools.mcp", "keys.menu", "agents"}
"""Tables that the author may extend by name."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from. `place` is for people: `voiceagent.toml:12`, `ACS_CONNECTION_STRING`, `--port`, `.env: PORT`."""

    kind: Literal["flag", "environment", "dotenv", "project", "user", "default"]
    place: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and by dotted key where each comes from (keys with their default are not listed)."""

    settings: Settings
    origins: Mapping[str, Origin]
    environment: Mapping[str, str] = field(repr=False)
    """The real environment over the project's `.env`: what a started child must be given."""

    def origin(self, key: str) -> Origin:
        """Where a key's value comes from; for a table of the author's (`transfer.targets.support`) its nearest origin."""
        parts = key.split(".")
        for end in range(len(parts), 0, -1):
            if (found := self.origins.get(".".join(parts[:end]))) is not None:
                return found
        return Origin("default", "default")


def environment() -> dict[str, str]:
    """A copy of the process's environment."""
    return dict(os.environ)


def default_user_file(environ: Mapping[str, str]) -> Path:
    """`~/.config/voiceagent/config.toml`, or where XDG_CONFIG_HOME or VOICEAGENT_USER_FILE says."""
    if named := environ.get("VOICEAGENT_USER_FILE"):
        return Path(named)
    home = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME") or Path.home()) / ".config"
    return Path(home) / "voiceagent" / "config.toml"


def data_folder(environ: Mapping[str, str]) -> Path:
    """`~/.local/share/voiceagent`, or where XDG_DATA_HOME says: what is made once and kept for this user."""
    home = environ.get("XDG_DATA_HOME") or Path(environ.get("HOME") or Path.home()) / ".local" / "share"
    return Path(home) / "voiceagent"


def load_settings(
    project_dir: Path | None,
    *,
    environ: Mapping[str, str],
    user_file: Path | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Loaded:
    """Merge all sources and check them.

    `flags` by dotted key; None values count as not given. Without a project directory only the other sources are read.
    UserError for a folder that is no agent project, broken TOML, an unknown key, a wrong type, or a secret in a file.
    """
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    dotenv: dict[str, str] = {}
    if user_file is not None and user_file.is_file():
        _lay_file(values, origins, user_file, "user")
    if project_dir is not None:
        _lay_file(values, origins, project_file(project_dir), "project")
        dotenv = read_dotenv(project_dir / ".env")
    _lay_environment(values, origins, dotenv, "dotenv")
    _lay_environment(values, origins, environ, "environment")
    for dotted, value in (flags or {}).items():
        if value is not None:
            _lay(values, dotted, value)
            _forget(origins, dotted)
            origins[dotted] = Origin("flag", "--" + dotted.rsplit(".", 1)[-1].replace("_", "-"))
    known = {**dotenv, **environ}
    settings = _with_public_url(_with_references(_validated(values, origins), known), origins)
    loaded = Loaded(settings, origins, known)
    check(loaded.settings, lambda key: _words(loaded.origin(key)))
    return loaded


def _with_public_url(settings: Settings, origins: dict[str, Origin]) -> Settings:
    """With the address of the host that the platform tells, unless there is one of the user's, or a flag that there is none."""
    if not settings.bridge.public_host or "bridge.public_url" in origins:
        return settings
    origins["bridge.public_url"] = origins["bridge.public_host"]
    told = settings.bridge.model_copy(update={"public_url": f"https://{settings.bridge.public_host}"})
    return settings.model_copy(update={"bridge": told})


def _with_references(settings: Settings, environment: dict[str, str]) -> Settings:
    """With what `${NAME}` in the declared tools stands for."""
    return settings.model_copy(update={"tools": settings.tools.with_references(environment)})


def project_file(project_dir: Path) -> Path:
    """The settings file of a project. UserError when the folder is no agent project."""
    path = project_dir / PROJECT_FILE
    if not path.is_file():
        if project_dir.is_file():
            raise UserError(
                f"{project_dir} is a file, and an agent project is a folder", remedy=f"name the folder: {project_dir.parent}"
            )
        what = "has no voiceagent.toml" if project_dir.is_dir() else "does not exist"
        raise UserError(
            f"there is no agent project here: {project_dir} {what}",
            remedy=f"run `voiceagent init {project_dir}`, or name the folder of your agent",
        )
    return path


def _lay_file(values: dict[str, Any], origins: dict[str, Origin], path: Path, kind: Literal["project", "user"]) -> None:
    tables, lines = read_toml(path), lines_of(path)
    for dotted, value in _leaves(tables, ""):
        place = f"{path.name}:{lines[dotted]}" if dotted in lines else path.name
        key = keys().get(dotted)
        if key is not None and key.secret and value:
            raise secret_in_file(dotted, place)
        _lay(values, dotted, value)
        _forget(origins, dotted)
        origins[dotted] = Origin(kind, place)
        inside = {name: line for name, line in lines.items() if name.startswith(f"{dotted}.")}
        origins.update((name, Origin(kind, f"{path.name}:{line}")) for name, line in inside.items())


def _forget(origins: dict[str, Origin], dotted: str) -> None:
    """A whole value is replaced: the places of its parts are no longer true."""
    for name in [name for name in origins if name.startswith(f"{dotted}.")]:
        del origins[name]


def _leaves(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        dotted = f"{prefix}{name}"
        # A table that is itself a setting (`engine.options`) is one value, but for tables the author may extend by name.
        if isinstance(value, dict) and value and (dotted not in keys() or dotted in _BY_NAME):
            yield from _leaves(value, f"{dotted}.")
        else:
            yield dotted, value


def _lay_environment(
    values: dict[str, Any],
    origins: dict[str, Origin],
    environ: Mapping[str, str],
    kind: Literal["environment", "dotenv"],
) -> None:
    for dotted, key in keys().items():
        for name in key.env:
            if text := environ.get(name, "").strip():  # a secret of Kubernetes that `echo` wrote ends with a newline
                _lay(values, dotted, _from_text(key, text))
                _forget(origins, dotted)
                origins[dotted] = Origin(kind, f".env: {name}" if kind == "dotenv" else name)
                break


def _from_text(key: Key, text: str) -> Any:
    """Lists and tables are written as JSON in the environment; anything else is left to the check of its type."""
    if key.is_text or text.lstrip()[:1] not in ("[", "{"):
        return text
    try:
        return TypeAdapter(Any).validate_json(text)
    except ValidationError:
        return text


def _lay(values: dict[str, Any], dotted: str, value: Any) -> None:
    *tables, name = dotted.split(".")
    table = values
    for part in tables:
        inner = table.get(part)
        if not isinstance(inner, dict):
            inner = table[part] = {}
        table = inner
    table[name] = value


def _validated(values: dict[str, Any], origins: Mapping[str, Origin]) -> Settings:
    def where(dotted: str) -> str:
        parts = dotted.split(".")
        for end in range(len(parts), 0, -1):
            if (origin := origins.get(".".join(parts[:end]))) is not None:
                return _words(origin)
        inside = [origin for key, origin in origins.items() if key.startswith(f"{dotted}.")]
        return _words(inside[0]) if inside else "default"

    try:
        return wrapped(Settings.model_validate(values))
    except ValidationError as error:
        raise refused(error, where) from error


def _words(origin: Origin) -> str:
    return f"environment {origin.place}" if origin.kind == "environment" else origin.place
