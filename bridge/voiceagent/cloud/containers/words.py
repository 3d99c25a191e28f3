"""The words a wanted resource is described in where its values are known only once other resources exist.

Whatever is not one of these is a value of JSON and means itself. Two readers know them: `bicep` writes them down for a later
deployment, `requests` fills them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Param:
    """What is told at deployment: a secret, an image."""

    name: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a resource tells once it exists; `path` is `id` or leads into its answer, as `properties.principalId`."""

    symbol: str
    path: str = "id"


@dataclass(frozen=True, slots=True)
class Joined:
    """Text with such words in it."""

    parts: tuple[str | Param | Told, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """The id of a built-in role of Azure, in the subscription."""

    guid: str


@dataclass(frozen=True, slots=True)
class Guid:
    """A GUID made of the ids of resources and of text: the same in every run."""

    parts: tuple[str | Told, ...]


@dataclass(frozen=True, slots=True)
class OnceBuilt:
    """A value that holds as soon as the image is the bridge's; `before` holds while it is the first one, a stranger's.

    Whoever provisions first and builds afterwards (azd does) needs some image meanwhile, and it has none of our addresses.
    """

    value: Value
    before: Value


Word: TypeAlias = Param | Told | Joined | Role | Guid | OnceBuilt
Value: TypeAlias = "str | int | float | bool | Word | list[Value] | Mapping[Any, Value] | None"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What `Param` stands for. `value` None: it is made or asked for when it is needed, and never shown when `secret`."""

    name: str
    description: str
    value: str | None = field(default=None, repr=False)
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that is wanted in the resource group.

    `symbol` names it in this description. `parent` is the symbol of what it is a part of, `scope` of what it is said about.
    `after` names what must be there first without being mentioned in the body. With `there` it exists and is only referred to.
    """

    symbol: str
    type: str
    api_version: str
    name: str | Guid
    body: Mapping[str, Value] = field(default_factory=dict)
    parent: str = ""
    scope: str = ""
    after: tuple[str, ...] = ()
    there: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that a deployment makes, in the order in which it can be made."""

    parameters: tuple[Parameter, ...]
    resources: tuple[Resource, ...]
    notes: tuple[str, ...] = ()
    """What somebody has to do by hand, because it lies outside the resource group."""

    def named(self, symbol: str) -> Resource:
        """The resource of a symbol; KeyError when there is none."""
        return {one.symbol: one for one in self.resources}[symbol]
