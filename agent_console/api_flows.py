"""Flows and surveys: their texts, checked while one writes, kept as versions, one of them in force.

The checker belongs to an engine, which the console does not know: it asks the jobs process. A text with mistakes may be
kept, never put in force. A call goes on with the version that it began with. Both kinds have the same operations, from
one table.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from agent_console.api_administration import InForce, apply, author
from agent_console.operations import Call, Handler, Operations
from agent_console.roles import Permission
from crm_core.administration import flow_desk
from crm_core.administration.flow_desk import KeptFlow, Shelf
from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.flow_versions import SURVEYS
from ctiserver.core.errors import ConfigError, Mistake, NotFound

_P = Permission
_NAME = re.compile(r"[a-z0-9][a-z0-9_\-]{0,39}")


class LineMistake(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One mistake; `line` from 1. `error_id` is stable, `fields` what its sentence speaks of; `message` is English."""

    line: int
    message: str
    error_id: str = ""
    fields: dict[str, str] = {}


class Draft(msgspec.Struct, kw_only=True):
    """A text that somebody is writing."""

    name: str
    text: str


class NewVersion(msgspec.Struct, kw_only=True):
    """`expected_newest`: the newest version that the author knew, None for a new text; `note`: what changed."""

    text: str
    note: str = ""
    expected_newest: int | None = None


class Choice(msgspec.Struct, kw_only=True):
    """Which version new calls, or talks, begin with."""

    number: int


class VersionText(msgspec.Struct, kw_only=True):
    """The text of one version."""

    number: int
    text: str


class FlowInForce(InForce, kw_only=True):
    """The flow, or survey, after the change."""

    flow: KeptFlow


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of text in the API. `prefix`: what its names begin with in the store, and its folder's."""

    one: str
    many: str
    prefix: str

    @property
    def path(self) -> str:
        return f"/configuration/{self.many}"

    def shelf(self, call: Call) -> Shelf:
        """The account's texts of this kind; the files in the configured folder are the first account's."""
        files = {}
        if call.principal.account_id == DEFAULT_ACCOUNT_ID:
            folder = call.services.config.flows.directory / self.prefix
            files = {file.stem: file.read_text("utf-8", "replace") for file in sorted(folder.glob("*.toml"))}
        return Shelf(kind=self.one, prefix=self.prefix, account_id=call.principal.account_id, files=files)


FLOW_FAMILY = Family("flow", "flows", "")
FAMILIES = (FLOW_FAMILY, Family("survey", "surveys", SURVEYS))


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for family in FAMILIES:
        _add_reading(operations, family)
        _add_changing(operations, family)


def _add_reading(operations: Operations, family: Family) -> None:
    def listed(call: Call) -> list[KeptFlow]:
        return call.services.store.read(flow_desk.flows, family.shelf(call))

    def one(call: Call, name: str) -> KeptFlow:
        return call.services.store.read(flow_desk.flow, family.shelf(call), name)

    def text(call: Call, name: str, number: str) -> VersionText:
        return VersionText(number=_number(number), text=version_text(call, family, name, _number(number)))

    add = _adder(operations, _P.READ_CONFIGURATION)
    add("GET", family.path, f"All {family.many}, with their versions", listed, f"list_{family.many}")
    add("GET", family.path + "/{name}", f"One {family.one}, with its versions", one, f"one_{family.one}")
    path = family.path + "/{name}/versions/{number}"
    add("GET", path, f"The text of one version of a {family.one}", text, f"{family.one}_text")


def _add_changing(operations: Operations, family: Family) -> None:
    def check(call: Call, body: Draft) -> list[LineMistake]:
        return _mistakes(call, family, body.name, body.text)

    def keep(call: Call, name: str, body: NewVersion) -> KeptFlow:
        if not _NAME.fullmatch(name):
            raise ConfigError(
                [Mistake("name", "use small letters, digits, - and _ (at most 40)", "wrong_key")]
            )
        return call.services.store.write(
            flow_desk.keep,
            author(call),
            family.shelf(call),
            name,
            text=body.text,
            note=body.note,
            expected_newest=body.expected_newest,
        )

    def put_in_force(call: Call, name: str, body: Choice) -> FlowInForce:
        mistakes = _mistakes(call, family, name, version_text(call, family, name, body.number))
        if mistakes:
            raise ConfigError([Mistake(f"{name}:{one.line}", one.message) for one in mistakes])
        kept = call.services.store.write(
            flow_desk.put_in_force, author(call), family.shelf(call), name, body.number
        )
        return FlowInForce(flow=kept, **msgspec.structs.asdict(apply(call)))

    one, add = family.one, _adder(operations, _P.CHANGE_CONFIGURATION)
    add("POST", f"/configuration/{one}-checks", f"All mistakes of a {one}'s text", check, f"check_{one}")
    path = family.path + "/{name}/versions"
    add("POST", path, f"Keep a {one}'s text as a new version", keep, f"keep_{one}")
    path = family.path + "/{name}/in-force"
    add("PUT", path, f"Let new calls begin with a version of a {one}", put_in_force, f"put_{one}_in_force")


def _adder(operations: Operations, permission: Permission) -> Callable[..., None]:
    """Adds a row; one handler serves every kind: its name makes it one of its own."""

    def add(method: str, path: str, summary: str, handler: Handler, name: str) -> None:
        handler.__name__ = name
        operations.add(method, path, permission, summary)(handler)

    return add


def _mistakes(call: Call, family: Family, name: str, text: str) -> list[LineMistake]:
    body = msgspec.json.encode(Draft(name=name, text=text))
    answer = call.services.engines.ask_job(f"check_{family.one}", body)
    return msgspec.json.decode(answer, type=list[LineMistake])


def version_text(call: Call, family: Family, name: str, number: int) -> str:
    """The text of one version. Raises NotFound."""
    return call.services.store.read(flow_desk.text, family.shelf(call), name, number)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise NotFound(f"there is no version {text}")
    return int(text)
