"""A place in line is found from a few looks, and is the one that counting everybody gives."""

import math
from typing import Any

import pytest
import random_walk
from company import queue
from driven_acd import Driven

from acd import line, priority
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from acd.router import Acd
from ctiserver.core.message import Message
from ctiserver.core.turn import Turn

SERVICE = queue("service", slope={"A": 4.0, "B": 2.0}, head_start_seconds={"A": 30.0}, ceiling_seconds=500.0)
LETTERS = ("A", "B", "C", "")


def in_line(floor: Floor, contact: Contact) -> list[Contact]:
    others = floor.ledger.contacts.values()
    return [one for one in others if one.stage is Stage.WAITING and one.line == contact.line]


def counted_place(floor: Floor, contact: Contact, now: float) -> int:
    """By a look at everybody who waits."""

    def turn(one: Contact) -> tuple[bool, float, float, int]:
        late = priority.escalated(one, now)
        counts = priority.since(one) if late else -priority.score(one, now)
        return not late, counts, one.arrived_at, one.order

    return sum(turn(one) <= turn(contact) for one in in_line(floor, contact))


def counted_others(floor: Floor, contact: Contact) -> dict[str, list[float]]:
    others = [one for one in in_line(floor, contact) if one is not contact]
    kinds = {one.value_class for one in others}
    return {kind: sorted(one.virtual_arrival for one in others if one.value_class == kind) for kind in kinds}


@pytest.mark.parametrize("seed", range(4))
def test_on_any_day_everybody_stands_where_counting_all_puts_him(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle, seen = Acd.handle, [0]

    def checked(acd: Acd, message: Message, turn: Turn) -> None:
        handle(acd, message, turn)
        floor = acd.floor
        for one in floor.ledger.contacts.values():
            if one.stage is Stage.WAITING and one.line[0] in ("queue", "agent"):
                seen[0] += 1
                assert floor.place(one, turn.at) == counted_place(floor, one, turn.at)
                if one.line[0] == "queue":
                    told = {kind: list(some) for kind, some in floor.room.others(one.id).items() if some}
                    assert told == counted_others(floor, one)

    monkeypatch.setattr(Acd, "handle", checked)
    random_walk.walk(seed, 400)
    assert seen[0] > 100


def busy(waiting: int) -> tuple[Floor, list[Contact]]:
    """A floor on which so many wait, and those who do."""
    acd = Driven("ann", queues=(SERVICE,))
    for number in range(1 + waiting):
        acd.queue(f"c{number}", at=float(number), value_class=LETTERS[number % 4])
    floor = acd.acd.floor
    waits = [one for one in floor.ledger.contacts.values() if one.stage is Stage.WAITING]
    assert len(waits) == waiting
    return floor, waits


def test_places_are_right_before_and_behind_the_ceiling_among_all_slopes() -> None:
    floor, waits = busy(800)
    for one in waits[::7]:
        assert floor.place(one, 900.0) == counted_place(floor, one, 900.0)


def test_with_four_times_as_many_in_line_a_place_takes_a_few_looks_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: Any = []
    score = line.score
    monkeypatch.setattr(line, "score", lambda *told: looks.append(told) or score(*told))

    def looks_at(waiting: int) -> int:
        floor, waits = busy(waiting)
        looks.clear()
        floor.place(waits[-1], float(waiting))
        return len(looks)

    few, many = looks_at(200), looks_at(800)
    assert many <= few + 2 * len(LETTERS) * math.log2(800 / 200)
