"""The wanted resources as Azure's Resource Manager is asked for them: ids and bodies, filled in as far as is known. Pure.

What is told only by resources that do not exist yet stands as `(identity.properties.clientId)` in a plan; when the plan is
carried out, each resource's answer fills in what comes after it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.cloud.containers.words import Guid, Joined, OnceBuilt, Param, Resource, Role, Told, Value, Wanted, Word

HIDDEN = "(hidden)"

# What the template language's `guid` makes a name of: version 5 in this namespace, parts joined with a dash. unverified: the
# namespace is not documented; if it is another one, azd and this command make two assignments of the same role.
_GUIDS = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")


@dataclass(slots=True)
class Known:
    """What is known while requests are written: where, the values of parameters, and answers by symbol.

    With `shown` secrets stay hidden and what is not known yet is named; without, a missing answer is a KeyError.
    """

    wanted: Wanted
    subscription_id: str
    group: str
    values: Mapping[str, str] = field(repr=False)
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    shown: bool = False

    def id_of(self, resource: Resource) -> str:
        """The ARM id."""
        name = resource.name if isinstance(resource.name, str) else self.filled(resource.name)
        if resource.parent:
            return f"{self.id_of(self.wanted.named(resource.parent))}/{resource.type.rsplit('/', 1)[-1]}/{name}"
        where = f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"
        if resource.scope:
            where = self.id_of(self.wanted.named(resource.scope))
        return f"{where}/providers/{resource.type}/{name}"

    def body_of(self, resource: Resource) -> dict[str, Any]:
        """What is sent."""
        return {str(name): self.filled(value) for name, value in resource.body.items()}

    def filled(self, value: Value) -> Any:
        """A value with its words filled in."""
        if isinstance(value, Word):
            return self._word(value)
        if isinstance(value, Mapping):
            return {self.filled(name) if isinstance(name, Word) else name: self.filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        return value

    def _word(self, word: Word) -> Any:
        match word:
            case Param(name):
                return self._parameter(name)
            case Told(symbol, path):
                return self._told(symbol, path)
            case Joined(parts):
                return "".join(part if isinstance(part, str) else str(self._word(part)) for part in parts)
            case Role(guid):
                return f"/subscriptions/{self.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{guid}"
            case Guid(parts):
                return str(uuid.uuid5(_GUIDS, "-".join(part if isinstance(part, str) else self._word(part) for part in parts)))
            case OnceBuilt(value, _):
                return self.filled(value)

    def _parameter(self, name: str) -> str:
        known = {parameter.name: parameter for parameter in self.wanted.parameters}[name]
        if self.shown and known.secret:
            return HIDDEN
        if name in self.values:
            return self.values[name]
        if known.value is not None:
            return known.value
        if self.shown:
            return f"({name})"
        raise KeyError(name)

    def _told(self, symbol: str, path: str) -> Any:
        if path == "id":
            return self.id_of(self.wanted.named(symbol))
        if symbol not in self.answers and self.shown:
            return f"({symbol}.{path})"
        found: Any = self.answers[symbol]
        for part in path.split("."):
            found = found[part]
        return found
