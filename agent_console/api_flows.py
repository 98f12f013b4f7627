"""Flows: their texts, checked while one writes, kept as versions, one of them in force.

The checker belongs to an engine, which the console does not know: it asks the jobs process. A text with mistakes may be
kept, never put in force. A call goes on with the version that it began with.
"""

import re

import msgspec

from agent_console.api_administration import InForce, apply, author
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core.administration import flow_desk
from crm_core.administration.flow_desk import KeptFlow
from crm_core.base import DEFAULT_ACCOUNT_ID
from ctiserver.core.errors import ConfigError, Mistake, NotFound

_P = Permission
_NAME = re.compile(r"[a-z0-9][a-z0-9_\-]{0,39}")


class LineMistake(msgspec.Struct, kw_only=True):
    """One mistake; `line` from 1."""

    line: int
    message: str


class Draft(msgspec.Struct, kw_only=True):
    """A text that somebody is writing."""

    name: str
    text: str


class NewVersion(msgspec.Struct, kw_only=True):
    """`expected_newest`: the newest version that the author knew, None for a new flow; `note`: what changed."""

    text: str
    note: str = ""
    expected_newest: int | None = None


class Choice(msgspec.Struct, kw_only=True):
    """Which version new calls begin with."""

    number: int


class FlowText(msgspec.Struct, kw_only=True):
    """The text of one version."""

    number: int
    text: str


class FlowInForce(InForce, kw_only=True):
    """The flow after the change."""

    flow: KeptFlow


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _add_reading(operations)
    _add_changing(operations)


def _add_reading(operations: Operations) -> None:
    add = operations.add

    @add("GET", "/configuration/flows", _P.READ_CONFIGURATION, "All flows, with their versions")
    def list_flows(call: Call) -> list[KeptFlow]:
        return call.services.store.read(flow_desk.flows, call.principal.account_id, _files(call))

    @add("GET", "/configuration/flows/{name}", _P.READ_CONFIGURATION, "One flow, with its versions")
    def one_flow(call: Call, name: str) -> KeptFlow:
        return call.services.store.read(flow_desk.flow, call.principal.account_id, _files(call), name)

    @add(
        "GET",
        "/configuration/flows/{name}/versions/{number}",
        _P.READ_CONFIGURATION,
        "The text of one version",
    )
    def flow_text(call: Call, name: str, number: str) -> FlowText:
        return FlowText(number=_number(number), text=_text(call, name, _number(number)))


def _add_changing(operations: Operations) -> None:
    add = operations.add

    @add("POST", "/configuration/flow-checks", _P.CHANGE_CONFIGURATION, "All mistakes of a flow's text")
    def check_flow(call: Call, body: Draft) -> list[LineMistake]:
        return _mistakes(call, body.name, body.text)

    @add(
        "POST",
        "/configuration/flows/{name}/versions",
        _P.CHANGE_CONFIGURATION,
        "Keep a text as a new version",
    )
    def keep_flow(call: Call, name: str, body: NewVersion) -> KeptFlow:
        if not _NAME.fullmatch(name):
            raise ConfigError(
                [Mistake("name", "use small letters, digits, - and _ (at most 40)", "wrong_key")]
            )
        return call.services.store.write(
            flow_desk.keep,
            author(call),
            _files(call),
            name,
            text=body.text,
            note=body.note,
            expected_newest=body.expected_newest,
        )

    @add(
        "PUT",
        "/configuration/flows/{name}/in-force",
        _P.CHANGE_CONFIGURATION,
        "Let new calls begin with a version",
    )
    def put_flow_in_force(call: Call, name: str, body: Choice) -> FlowInForce:
        mistakes = _mistakes(call, name, _text(call, name, body.number))
        if mistakes:
            raise ConfigError([Mistake(f"{name}:{one.line}", one.message) for one in mistakes])
        kept = call.services.store.write(
            flow_desk.put_in_force, author(call), _files(call), name, body.number
        )
        applied = apply(call)
        return FlowInForce(flow=kept, in_force=applied.in_force, problem=applied.problem)


def _mistakes(call: Call, name: str, text: str) -> list[LineMistake]:
    answer = call.services.engines.ask_job("check_flow", msgspec.json.encode(Draft(name=name, text=text)))
    return msgspec.json.decode(answer, type=list[LineMistake])


def _text(call: Call, name: str, number: int) -> str:
    return call.services.store.read(flow_desk.text, call.principal.account_id, _files(call), name, number)


def _files(call: Call) -> dict[str, str]:
    """The texts in the configured folder, by name: they are the first account's."""
    if call.principal.account_id != DEFAULT_ACCOUNT_ID:
        return {}
    folder = call.services.config.flows.directory
    return {file.stem: file.read_text("utf-8", "replace") for file in sorted(folder.glob("*.toml"))}


def _number(text: str) -> int:
    if not text.isdecimal():
        raise NotFound(f"there is no version {text}")
    return int(text)
