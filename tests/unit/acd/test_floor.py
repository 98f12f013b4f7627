from typing import Any

import msgspec
from company import tables
from driven_acd import Driven
from hypothesis import given
from hypothesis import strategies as st

from acd.contact_state import Contact, Stage
from acd.floor import Floor, Ledger

NOW = 500.0


def floor() -> Floor:
    empty = Floor(Ledger())
    empty.apply(tables(), 0.0)
    return empty


def contact(key: Any, virtual: float, order: int, queue: Any = "service") -> Contact:
    leg: Any = f"leg-{key}"
    return Contact(
        id=key,
        account_id=1,
        leg=leg,
        queue=queue,
        value_class="C",
        language="es",
        pii_number="",
        pii_name="",
        arrived_at=virtual,
        virtual_arrival=virtual,
        order=order,
    )


@given(st.lists(st.tuples(st.floats(-200, 200), st.booleans()), max_size=12))
def test_a_line_is_in_the_order_of_virtual_arrival_and_ties_in_that_of_coming(
    callers: list[tuple[float, bool]],
) -> None:
    here = floor()
    waiting = []
    for order, (virtual, leaves) in enumerate(callers):
        it = contact(f"c{order}", virtual, order)
        here.enter(it)
        if leaves:
            here.leave(it)
        else:
            waiting.append(it)
    expected = sorted(waiting, key=lambda it: (it.virtual_arrival, it.order))
    queue: Any = "service"
    assert [here.place(it, NOW) for it in expected] == list(range(1, len(expected) + 1))
    served = []
    while it := here.head(queue, NOW):
        served.append(it)
        here.leave(it)
    assert served == expected


def test_who_is_offered_stands_in_no_line_and_comes_back_to_his_place() -> None:
    here = floor()
    first, second = contact("c1", 10.0, 1), contact("c2", 11.0, 2)
    here.enter(first)
    here.enter(second)
    first.stage = Stage.OFFERED
    assert here.head(first.queue, NOW) is second
    first.stage = Stage.WAITING
    here.line_up(first)
    assert here.head(first.queue, NOW) is first


def test_a_class_that_is_known_later_moves_forward_never_back() -> None:
    here = floor()
    it = contact("c1", 10.0, 1)
    here.enter(it)
    assert here.set_class(it, "B", NOW)
    assert it.virtual_arrival == -35.0
    assert not here.set_class(it, "C", NOW)
    assert (it.value_class, it.virtual_arrival) == ("C", -35.0)
    assert here.head(it.queue, NOW) is it


def test_lines_and_legs_are_derived_from_the_ledger() -> None:
    acd = Driven("ann")
    for number in (1, 2, 3):
        acd.queue(f"c{number}", at=10.0 + number)
    before = acd.acd.floor
    after = Floor(msgspec.json.decode(msgspec.json.encode(before.ledger), type=Ledger))
    queue: Any = "service"
    assert after.legs == before.legs
    places = [
        [floor.place(one, NOW) for one in list(floor.ledger.contacts.values())[1:]]
        for floor in (before, after)
    ]
    assert places == [[1, 2], [1, 2]]
    assert after.head(queue, NOW) == before.head(queue, NOW)


def test_a_queue_that_is_gone_is_kept_while_somebody_is_in_it() -> None:
    here = floor()
    it = contact("c1", 10.0, 1)
    here.enter(it)
    here.apply(tables(queues=()), 20.0)
    assert list(here.queues) == ["service"]
    here.leave(it)
    here.apply(tables(queues=()), 20.0)
    assert list(here.queues) == []
