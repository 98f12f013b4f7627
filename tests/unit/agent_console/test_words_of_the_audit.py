"""Whatever is noted in the audit has words in both languages: the calls that note it are read from the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import agent_console
import crm_core
from agent_console.pages import words
from crm_core.administration.account_form import Accounts
from crm_core.administration.desk import Thing
from crm_core.administration.queue_form import Queues
from crm_core.administration.user_form import Users
from crm_core.held import Held

_SOURCES = [
    file
    for package in (crm_core, agent_console)
    for file in Path(package.__file__ or "").parent.rglob("*.py")
]
_TREES = {file: ast.parse(file.read_text()) for file in _SOURCES}
_NEVER = {
    *("account.retire", "account.remove", "queue.remove", "user.remove", "skill.retire", "hours.retire"),
    *("disposition.remove", "contact_reason.remove", "pause_reason.remove", "team.retire", "office.retire"),
    *(
        "campaign.retire",
        "campaign.remove",
        "wrap_up_field.remove",
        "custom_field.remove",
        "outside_rule.retire",
        "saved_number.retire",
    ),
}
"""What records may name is retired, the rest removed; an account is neither, and a campaign is stopped."""


def _expansions() -> dict[str, list[str]]:
    """What stands for the expressions in an action's name."""
    assert {Accounts, Queues, Users} <= set(Thing.__subclasses__())
    kinds = [
        *Thing.__subclasses__(),
        *(below for one in Thing.__subclasses__() for below in one.__subclasses__()),
    ]
    return {
        "thing.name": [one.name for one in kinds if hasattr(one, "name")],
        "shelf.kind": ["flow", "survey"],
        "self.kind.__tablename__": [one.__tablename__ for one in Held.__subclasses__()],
    }


def _places() -> dict[tuple[Path | None, str], int]:
    """Functions that take an action: where it stands among their arguments. Private ones are their file's own."""
    found = {}
    for file, tree in _TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                names = [argument.arg for argument in node.args.args]
                if "action" in names:
                    found[file if node.name.startswith("_") else None, node.name] = names.index("action")
    return found


def _given(call: ast.Call, place: int | None) -> ast.expr | None:
    named = next((one.value for one in call.keywords if one.arg == "action"), None)
    if named is not None or place is None:
        return named
    return call.args[place] if len(call.args) > place else None


def _values(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from (*_values(one, tree), *_values(other, tree))
        case ast.JoinedStr(values=parts):
            yield from _joined(parts)
        case ast.Name(id=name) if name != "action":
            for line in tree.body:
                if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == name:
                    yield from _values(line.value, tree)


def _joined(parts: list[ast.expr]) -> Iterator[str]:
    made = [""]
    for part in parts:
        if isinstance(part, ast.FormattedValue):
            name = ast.unparse(part.value)
            assert name in _expansions(), f"say in _expansions what {name} may be"
            made = [begun + value for begun in made for value in _expansions()[name]]
        else:
            assert isinstance(part, ast.Constant)
            made = [begun + str(part.value) for begun in made]
    yield from made


def actions() -> set[str]:
    """All that is ever noted."""
    found: set[str] = set()
    for file, tree in _TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                given = _given(node, _PLACES.get((file if name.startswith("_") else None, name)))
                found |= set(_values(given, tree)) if given is not None else set()
    return found - _NEVER


_PLACES = _places()


def test_the_source_is_understood() -> None:
    assert {"queue.add", "flow.keep", "survey.keep", "tell contracts", "see customer", "change"} <= actions()


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_action_has_words(language: str) -> None:
    keys = {action: "audit_" + re.sub("[^a-z]+", "_", action) for action in actions()}
    assert {action for action, key in keys.items() if key not in words(language)} == set()
