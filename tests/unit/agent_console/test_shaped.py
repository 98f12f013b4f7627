"""Answers made of rows."""

from types import SimpleNamespace

import msgspec
import pytest

from agent_console.shaped import shaped


class Told(msgspec.Struct, kw_only=True):
    number: int
    name: str


def test_fields_come_from_the_row_but_those_that_are_worked_out() -> None:
    row = SimpleNamespace(number=7, name="kept", secret="not asked for")
    assert shaped(Told, row) == Told(number=7, name="kept")
    assert shaped(Told, row, name="derived") == Told(number=7, name="derived")


def test_a_field_that_the_row_has_not_is_a_fault_of_ours() -> None:
    with pytest.raises(AttributeError):
        shaped(Told, SimpleNamespace(number=7))
