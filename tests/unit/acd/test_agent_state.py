"""The table of agents' activities, and its drawing in the documentation."""

from pathlib import Path

import pytest
from agent_diagram import agent_diagram

from acd.agent_state import TABLE, Activity, AgentState
from ctiserver.core.errors import IllegalTransition
from ctiserver.core.ids import AgentKey

DOCUMENT = Path(__file__).parents[3] / "docs" / "routing.md"


def test_the_drawing_is_that_of_the_table() -> None:
    """When it is not: PYTHONPATH=.:tests/unit/acd python -m agent_diagram, between the marks of docs/routing.md"""
    assert agent_diagram() in DOCUMENT.read_text()


def test_every_activity_has_a_way_back_to_idle_and_no_other_steps_than_the_table() -> None:
    for activity, row in TABLE.items():
        assert activity is Activity.IDLE or {"release", "finish", "talk_end"} & set(row)
        for event in {event for other in TABLE.values() for event in other} - set(row):
            with pytest.raises(IllegalTransition):
                AgentState(key=AgentKey("ann"), activity=activity).move(event)
