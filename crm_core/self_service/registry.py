"""How a function becomes an action that a flow may name.

Its arguments are the function's keyword-only parameters: those without a default are required, and each text that the
flow gives is read as the parameter's type. The decorator says which outcomes there are and which values it gives.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NewType, get_type_hints

import msgspec
from sqlalchemy.orm import Session

from ctiserver.core.actions import ActionSpec
from ctiserver.core.message import Frozen

SecretDigits = NewType("SecretDigits", str)
"""A parameter of this type is given the keys of a secret, in place of the name that the flow knows it by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """In whose name and when an action is done. `contact` is the call's id, `action_id` the action's.

    `customer_id`: who the caller is, as far as is known; None: nobody knows.
    """

    account_id: int
    contact: str
    action_id: str
    now: float
    customer_id: int | None = None


class Outcome(Frozen):
    """What it came to, and the values that the flow may say; "" is no value, and ends what was known before."""

    outcome: str
    values: dict[str, str] = {}


Function = Callable[..., Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfService:
    """One action. `writes`: it changes something, in one unit of work with its answer."""

    spec: ActionSpec
    function: Function
    writes: bool
    types: Mapping[str, Any]

    def secrets(self) -> tuple[str, ...]:
        """The arguments that stand for secrets."""
        return tuple(name for name, kind in self.types.items() if kind is SecretDigits)

    def read(self, arguments: Mapping[str, str]) -> dict[str, Any]:
        """The arguments in their types, without those that the flow had no value for. Raises ValueError."""
        given = {name: value for name, value in arguments.items() if value}
        lacking = [name for name in self.spec.required if name not in given]
        unknown = sorted(given.keys() - self.types.keys())
        if lacking or unknown:
            raise ValueError(f"wrong arguments: {', '.join([*lacking, *unknown])}")
        return {name: self._read(name, value) for name, value in given.items()}

    def _read(self, name: str, value: str) -> Any:
        kind = self.types[name]
        return value if kind in (str, SecretDigits) else msgspec.convert(value, kind, strict=False)

    def do(self, session: Session, asked: Asked, arguments: Mapping[str, Any]) -> Outcome:
        """What it comes to. Raises CtiError."""
        return self.function(session, asked, **arguments)


def action(
    *outcomes: str, gives: Mapping[str, str] | None = None, writes: bool = False
) -> Callable[[Function], SelfService]:
    """Makes an action of the function, under the function's own name."""

    def made(function: Function) -> SelfService:
        hints = get_type_hints(function)
        parameters = [
            parameter
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind is parameter.KEYWORD_ONLY
        ]
        required = tuple(one.name for one in parameters if one.default is one.empty)
        spec = ActionSpec(
            name=function.__name__,
            outcomes=outcomes,
            required=required,
            optional=tuple(one.name for one in parameters if one.name not in required),
            gives=dict(gives or {}),
        )
        types = {one.name: hints[one.name] for one in parameters}
        return SelfService(spec=spec, function=function, writes=writes, types=types)

    return made
