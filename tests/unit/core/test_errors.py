"""Errors: programs tell them apart by an id, so all ids are spelled in one way."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import ctiserver
from agent_console.pages import words

_ROOT = Path(ctiserver.__file__).parent.parent
_PACKAGES = ("acd", "agent_console", "crm_core", "ctiserver", "dialer", "ivr")
_PLACE_OF_ID = {"Refusal": 0, "problem": 1, "wrong": 1, "Mistake": 2}
"""Whatever makes an error, and which of its arguments is the id."""
_SPELLING = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def _ids(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            place = _PLACE_OF_ID.get(ast.unparse(node.func).rpartition(".")[2], len(node.args))
            yield from _written(node.args[place : place + 1])
            yield from _written([one.value for one in node.keywords if one.arg == "error_id"])


def _written(expressions: list[ast.expr]) -> Iterator[str]:
    for expression in expressions:
        if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
            yield expression.value
        elif isinstance(expression, ast.IfExp):
            yield from _written([expression.body, expression.orelse])


def test_every_error_id_is_lower_case_words_joined_by_underscores() -> None:
    files = [file for package in _PACKAGES for file in (_ROOT / package).rglob("*.py")]
    found = {one for file in files for one in _ids(file.read_text()) if one}
    assert len(found) > 200
    assert {one for one in found if not _SPELLING.fullmatch(one)} == set()


def test_whoever_words_an_error_spells_its_id_alike() -> None:
    worded = [key.removeprefix("problem_") for key in words("es") if key.startswith("problem_")]
    assert [one for one in worded if not _SPELLING.fullmatch(one)] == []
