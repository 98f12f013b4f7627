import json
from typing import Any

import msgspec
from sqlalchemy.dialects import sqlite

from crm_core.decision_rows import DecisionRows, named
from ctiserver.core.events import DecisionMade, Head

COLUMN, DIALECT = DecisionRows(), sqlite.dialect()


def decision(heads: int = 10) -> DecisionMade:
    its: Any = {"queue": "technical", "value_class": "A", "emergency": False, "preference": 1}
    compared = (
        Head(contact=f"santiago-a-1-{number:07}", score_seconds=120.5 + number, waited_seconds=0.5, **its)  # type: ignore[arg-type]
        for number in range(heads)
    )
    made: Any = {"contact": "santiago-a-1-0000000", "agent": "ann", "queue": "technical"}
    return DecisionMade(
        at=9.5, rule="score", heads=tuple(compared), idle_agents=2, excluded={"busy": 3}, **made
    )


def test_a_decision_is_kept_without_names_and_read_with_them() -> None:
    told = named(decision())
    assert (told["rule"], told["heads"][1]["score_seconds"]) == ("score", 121.5)
    kept = json.loads(json.dumps(COLUMN.process_bind_param([told], DIALECT)))
    assert kept[0][:5] == [9.5, "ann", "technical", "score", 2]
    assert COLUMN.process_result_value(kept, DIALECT) == [told]


def test_the_row_takes_less_than_half_of_what_the_names_took() -> None:
    before = len(json.dumps([msgspec.to_builtins(decision()) | named(decision())], separators=(",", ":")))
    rows = COLUMN.process_bind_param([named(decision())], DIALECT)
    assert len(json.dumps(rows, separators=(",", ":"))) < before / 2


def test_records_of_before_and_those_that_are_not_whole_are_read_as_they_are() -> None:
    old: list[Any] = [{"rule": "score", "heads": [{"queue": "service", "score_seconds": 3.0}]}]
    assert COLUMN.process_bind_param(old, DIALECT) == old
    assert COLUMN.process_result_value(old, DIALECT) == old
    assert COLUMN.process_bind_param(None, DIALECT) is COLUMN.process_result_value(None, DIALECT) is None
