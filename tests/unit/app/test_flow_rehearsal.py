"""A day's callers walk through another flow: they do what they did, and what nobody knows is told apart."""

from typing import Any

import pytest
from company import AVAILABLE, FLOW, configured
from journalled import journal
from world import World

from ctiserver.app.flow_rehearsal import walk_all
from ctiserver.app.recorded_day import RecordedDay, recorded_day
from ctiserver.app.rehearsal import rehearse
from ctiserver.app.ways_taken import WaysReading, WayTaken
from ctiserver.core.rehearsals import FlowsRehearsed, Way
from ctiserver.core.tables import Document, Tables

VISITS, BILLS, MUTE, GONE = range(4)
"""Who calls: for a visit, for a bill, who presses nothing, who hangs up in the menu."""
Read = tuple[RecordedDay, list[WayTaken]]


@pytest.fixture(scope="module")
def read() -> Read:
    world = World(1, configured(at=1000.0))
    world.store = "quick"
    world.choose("ann", AVAILABLE)
    for who in (VISITS, BILLS, MUTE, GONE):
        leg = world.call()
        world.run(20.0)
        if who == VISITS:
            world.press(leg, "2")
        elif who == BILLS:
            world.press(leg, "1")
            world.run(5.0)
            world.press(leg, "1")
        elif who == GONE:
            world.hang_up(leg)
        world.run(200.0)
    world.finish()
    ways = WaysReading("test-1", Tables(), 0.0, 1e9)
    day = recorded_day(journal(world), 0.0, 1e9, None, ways)
    assert day is not None
    return day, ways.ways


def changed(**nodes: Any) -> Document:
    """The company's flow with other nodes."""
    return Document(version=f"draft {nodes}", content=FLOW | {"nodes": FLOW["nodes"] | nodes})


def counted(found: FlowsRehearsed) -> dict[str, tuple[int, int]]:
    return {f"{one.end} {one.queue}".strip(): (one.before, one.after) for one in found.ends}


def test_with_nothing_changed_everybody_goes_his_own_way_again(read: Read) -> None:
    _, ways = read
    walked, found = walk_all(ways, "main", changed())
    assert [one.after for one in walked] == [one.way for one in ways]
    assert (found.calls, found.unlike, found.asked_anew) == (4, 0, 0)
    assert counted(found) == {"queue service": (2, 2), "queue technical": (1, 1), "hung_up": (1, 1)}
    assert ways[BILLS].way == Way(
        nodes=("greeting", "main", "bills", "balance"), end="queue", queue="service"
    )


def test_the_same_keys_lead_where_the_changed_flow_says(read: Read) -> None:
    day, ways = read
    menu = FLOW["nodes"]["main"] | {"keys": FLOW["nodes"]["main"]["keys"] | {"2": "bye"}}
    walked, found = walk_all(ways, "main", changed(main=menu))
    assert counted(found)["left"] == (0, 1)
    assert counted(found)["queue technical"] == (1, 0)
    told = rehearse(day, {}, walked)
    (differs,) = [one for one in told.differences if one.way_after]
    assert (differs.contact, differs.after) == (ways[VISITS].contact, None)
    assert differs.before is not None
    assert differs.before.queue == "technical"
    assert told.after[""].calls == told.before[""].calls - 1


def test_who_is_asked_something_new_keeps_silent_and_is_told_apart(read: Read) -> None:
    day, ways = read
    question = {"type": "menu", "prompts": ["menu-bills"], "keys": {"1": "main"}, "on_failure": "main"}
    walked, found = walk_all(
        ways, "main", changed(greeting=FLOW["nodes"]["greeting"] | {"next": "news"}, news=question)
    )
    assert found.asked_anew == 4
    assert [one.after.nodes[:3] for one in walked] == [("greeting", "news", "main")] * 4
    assert counted(found)["queue service"] == (2, 2)  # at the question of before each does what he did
    assert rehearse(day, {}, walked).before == rehearse(day, {}, walked).after


def test_who_hung_up_in_the_menu_comes_to_a_queue_if_there_is_no_menu(read: Read) -> None:
    day, ways = read
    walked, found = walk_all(ways, "main", changed(main={"type": "queue", "queue": "service"}))
    assert counted(found) == {"queue service": (2, 4), "queue technical": (1, 0), "hung_up": (1, 0)}
    told = rehearse(day, {}, walked)
    new = next(one for one in told.differences if one.contact == ways[GONE].contact)
    assert new.before is None
    assert new.after is not None
    assert new.after.queue == "service"


def test_a_call_whose_record_says_otherwise_is_left_out(read: Read) -> None:
    _, ways = read
    ways[VISITS].recorded_nodes[1] = "elsewhere"
    try:
        _, found = walk_all(ways, "main", changed())
    finally:
        ways[VISITS].recorded_nodes[1] = "main"
    assert (found.calls, found.unlike) == (3, 1)
