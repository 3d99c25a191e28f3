"""How a Python signature becomes a tool: its JSON Schema for the model, and the check of the model's arguments.

pydantic does the types. Each parameter is a field with a neutral name and the parameter's name as alias, because pydantic
reserves names (`copy`, `json`, `_x`) that are fine as parameters.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from voiceagent.call.commands import ToolSpec
from voiceagent.errors import UserError
from voiceagent.tools import docstring
from voiceagent.tools.define import CallContext, SecretDigits, ToolOptions, options_of
from voiceagent.tools.options import check_options

if typing.TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

RESERVED = frozenset({"request_transfer", "end_call", "send_keys"})
"""Built into every agent; carried out by the call session itself."""

RESERVED_PREFIX = "hand_to_"
"""Before an agent's name: the session's own way to the agents of `[agents]`."""

_LONGEST_ARGUMENTS = 65536
"""Characters; far above what a model writes for a spoken request, far below what would hold up the loop."""

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # what the realtime services accept as a function's name
_TYPES = "use str, int, float, bool, Literal, Enum, list, dict, Optional, a dataclass or a pydantic model"


@dataclass(frozen=True, slots=True)
class DefinedTool:
    """A tool ready to run: what the model is told, and how its arguments reach the function."""

    spec: ToolSpec
    function: Callable[..., Any]
    options: ToolOptions
    model: type[BaseModel]
    fields: Mapping[str, str]
    """Field of `model` by parameter."""
    positional: tuple[str, ...]
    """Parameters that cannot be passed by name."""
    context: tuple[str, ...]
    """Parameters that receive the `CallContext`."""
    secret: str = ""
    """The parameter that receives the `SecretDigits`, or ""."""


def define(function: Callable[..., Any]) -> DefinedTool:
    """Read a tool from its function. Raises UserError naming function, parameter, type and remedy."""
    options = options_of(function) or ToolOptions()
    name = options.name or function.__name__
    where = f"tool `{name}`{place(function)}"
    check_name(name, where)
    _check_kind(function, where)
    opening, described = docstring.read(inspect.getdoc(function))
    hints = _hints(function, where)
    taken: dict[str, Any] = {}
    fields: dict[str, str] = {}
    positional: list[str] = []
    context: list[str] = []
    secret: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        annotation = _annotation(parameter, hints, where)
        if parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(parameter.name)
        if _is_context(annotation):
            context.append(parameter.name)
            continue
        if annotation is SecretDigits:
            secret.append(parameter.name)
            continue
        _check_type(annotation, parameter.name, where)
        field = f"p{len(fields)}"
        fields[parameter.name] = field
        taken[field] = _field(parameter, annotation, described.get(parameter.name))
    check_options(options, parameters=tuple(fields), secret=tuple(secret), where=where)
    model = _model(name, taken, where)
    description = options.description or opening or name.replace("_", " ")
    spec = ToolSpec(name, description, _parameters(model, where))
    return DefinedTool(spec, function, options, model, fields, tuple(positional), tuple(context), next(iter(secret), ""))


def place(function: Callable[..., Any]) -> str:
    """Where it is written, to be put behind its name."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f" ({code.co_filename}:{code.co_firstlineno})" if code else ""


def check_arguments(name: str, model: type[BaseModel], arguments: str) -> BaseModel | str:
    """The arguments a model wrote, checked; or a sentence that tells it what to mend."""
    from pydantic import ValidationError

    if len(arguments) > _LONGEST_ARGUMENTS:
        return f"The arguments of {name} are too long ({len(arguments)} characters)."
    try:
        return model.model_validate_json(arguments.strip() or "{}")
    except ValidationError as error:
        return _complaint(name, error)


def _complaint(name: str, error: ValidationError) -> str:
    found = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False)[:5]:
        where = ".".join(str(part) for part in problem["loc"])
        found.append(f"{where}: {problem['msg']}" if where else problem["msg"])
    return f"The arguments of {name} were not accepted ({'; '.join(found)}). Call it again with corrected arguments."


def check_name(name: object, where: str) -> None:
    """Raises UserError for a name that no engine takes, or that is ours."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):  # an author's @tool may hold anything
        raise UserError(
            f"{where}: the name {name!r} is not allowed", remedy="use at most 64 letters, digits, underscores and hyphens"
        )
    if name in RESERVED or name.startswith(RESERVED_PREFIX):
        raise UserError(f"{where}: the name is one of our own tools", remedy="rename it, or @tool(name=…)")


def _check_kind(function: Callable[..., Any], where: str) -> None:
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise UserError(f"{where} is a generator", remedy="return the whole result, for example a list")
    if inspect.isclass(function):
        raise UserError(f"{where} is a class", remedy="put @tool on a function")


def _hints(function: Callable[..., Any], where: str) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception as error:  # whatever evaluating the user's annotations raises
        raise UserError(f"{where}: a type cannot be read: {error}", remedy="import the type in the same file") from error


def _annotation(parameter: inspect.Parameter, hints: Mapping[str, Any], where: str) -> Any:
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
        raise UserError(
            f"{where}: parameter `{stars}{parameter.name}` has no fixed shape", remedy="name each parameter, with its type"
        )
    if parameter.name not in hints:
        raise UserError(
            f"{where}: parameter `{parameter.name}` has no type", remedy=f"write `{parameter.name}: str`, for example"
        )
    return hints[parameter.name]


def _is_context(annotation: Any) -> bool:
    if annotation is CallContext:
        return True
    return any(_is_context(inner) for inner in typing.get_args(annotation))


def _check_type(annotation: Any, name: str, where: str) -> None:
    """Ask for the schema of one parameter alone, so that the message can name it."""
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticUserError

    try:
        TypeAdapter(annotation).json_schema()
    except (PydanticUserError, TypeError, NameError) as error:
        shown = getattr(annotation, "__name__", None) or str(annotation)
        raise UserError(f"{where}: parameter `{name}` has type {shown}, which JSON cannot carry", remedy=_TYPES) from error


def _field(parameter: inspect.Parameter, annotation: Any, description: str | None) -> tuple[Any, Any]:
    from pydantic import Field
    from pydantic.fields import FieldInfo

    default = ... if parameter.default is parameter.empty else parameter.default
    own = _own_description(annotation, default)
    extra = Field(alias=parameter.name, description=own or description)
    if isinstance(default, FieldInfo):  # `n: int = Field(3, ge=1)`
        factory = default.default_factory
        value = Field(default_factory=factory, alias=parameter.name) if factory else default.default
        return Annotated[annotation, default, extra], ... if default.is_required() else value
    return Annotated[annotation, extra], default


def _own_description(annotation: Any, default: Any) -> str | None:
    """What `Field(description=…)` says goes before the docstring."""
    for meta in (default, *getattr(annotation, "__metadata__", ())):
        description = getattr(meta, "description", None)
        if isinstance(description, str):
            return description
    return None


def _model(name: str, fields: dict[str, Any], where: str) -> type[BaseModel]:
    from pydantic import ConfigDict, create_model
    from pydantic.errors import PydanticUserError

    # A model often writes 4271 where a string was asked for; that is no reason to ask again.
    config = ConfigDict(extra="forbid", coerce_numbers_to_str=True, arbitrary_types_allowed=False)
    try:
        return create_model(name, __config__=config, **fields)
    except (PydanticUserError, TypeError) as error:
        raise UserError(f"{where}: {str(error).splitlines()[0]}", remedy=_TYPES) from error


def _parameters(model: type[BaseModel], where: str) -> dict[str, Any]:
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    flat = _plain(schema, definitions, (), where)
    flat.setdefault("properties", {})
    return {key: value for key, value in flat.items() if key != "description"}


def _plain(node: Any, definitions: Mapping[str, Any], within: tuple[str, ...], where: str) -> Any:
    """References written out (engines differ in following them), generated titles left out, objects closed."""
    if isinstance(node, list):
        return [_plain(item, definitions, within, where) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = str(node["$ref"]).rsplit("/", 1)[-1]
        if name in within:
            raise UserError(f"{where}: the type {name} contains itself", remedy="give the tool a flat type")
        around = {key: value for key, value in node.items() if key != "$ref"}
        return _plain({**definitions[name], **around}, definitions, (*within, name), where)
    plain: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":
            plain[key] = {name: _plain(item, definitions, within, where) for name, item in value.items()}
        elif key in ("default", "const", "enum", "examples"):
            plain[key] = value
        elif key not in ("title", "discriminator"):
            plain[key] = _plain(value, definitions, within, where)
    if plain.get("type") == "object" and "properties" in plain:
        plain.setdefault("additionalProperties", False)
    return plain
