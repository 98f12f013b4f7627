"""How long it takes to find whom a free agent takes, with very many waiting: samples in microseconds of processor."""

import heapq
import random
import time
import tracemalloc

from acd.accumulating import Terms
from acd.contact_state import Contact
from acd.decision import explain
from acd.floor import Floor, Ledger
from acd.matching import choose_contact
from acd.priority import begin
from acd.waiting_room import WaitingRoom
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey
from ctiserver.core.tables import Agent, Queue, Tables

WAITING, AGENTS, SKILL_SETS, SLOPES, DECISIONS = 100_000, 2_000, 50, 8, 50_000


def bytes_per_contact(count: int = 10_000) -> float:
    """Memory of one who waits in the room, of one place and without a ceiling."""
    tracemalloc.start()
    try:
        room = WaitingRoom()
        for number in range(count):
            room.enter(f"c{number}", number % SKILL_SETS, Terms(), arrived_at=float(number))
        return tracemalloc.get_traced_memory()[0] / count
    finally:
        tracemalloc.stop()


def room_microseconds() -> list[float]:
    """The waiting room's choice alone."""
    rng = random.Random(1)
    terms = [Terms(slope=1.0 + slope / 2, head_start_seconds=15.0 * slope) for slope in range(SLOPES)]
    agents = [dict.fromkeys(rng.sample(range(SKILL_SETS), 5), 0) for _ in range(AGENTS)]
    room, now = WaitingRoom(), 0.0

    def comes(number: int) -> None:
        room.enter(f"c{number}", rng.randrange(SKILL_SETS), rng.choice(terms), arrived_at=now)

    for number in range(WAITING):
        now += 0.01
        comes(number)
    taken = []
    for number in range(DECISIONS):
        now += 0.01
        places = rng.choice(agents)
        began = time.thread_time_ns()
        best = room.best(places, now)
        if best is not None:
            room.leave(best.contact)
        taken.append((time.thread_time_ns() - began) / 1000)
        comes(WAITING + number)
    assert len(room) == WAITING, "somebody was found for every agent"
    return taken


def live_microseconds() -> list[float]:
    """The live engine's choice of whom a free agent takes: a queue for each skill set, all classes and slopes."""
    rng = random.Random(1)
    letters = [f"{number}" for number in range(SLOPES)]
    slopes = {letter: 1.0 + number / 2 for number, letter in enumerate(letters)}
    starts = {letter: 15.0 * number for number, letter in enumerate(letters)}
    keys = [QueueKey(f"q{number}") for number in range(SKILL_SETS)]
    queues = tuple(Queue(key=key, slope=slopes, head_start_seconds=starts) for key in keys)
    agents = tuple(
        Agent(key=AgentKey(f"a{number}"), queues=dict.fromkeys(rng.sample(keys, 5), 0))
        for number in range(AGENTS)
    )
    floor, now = Floor(Ledger()), 0.0
    floor.apply(Tables(queues=queues, agents=agents), now)

    def comes(number: int) -> None:
        contact = Contact(
            id=ContactId(f"c{number}"),
            account_id=1,
            leg=LegId(f"l{number}"),
            queue=rng.choice(keys),
            value_class=rng.choice(letters),
            language="es",
            pii_number="",
            pii_name="",
            arrived_at=now,
            virtual_arrival=now,
            order=number,
        )
        begin(contact, floor.queues[contact.queue])
        floor.enter(contact)

    for number in range(WAITING):
        now += 0.01
        comes(number)
    taken = []
    for number in range(DECISIONS):
        now += 0.01
        key = rng.choice(agents).key
        began = time.thread_time_ns()
        heads, excluded = choose_contact(floor, key, now)
        explain(floor, key, heads, excluded, now)
        floor.leave(heads[0].contact)
        taken.append((time.thread_time_ns() - began) / 1000)
        comes(WAITING + number)
    return taken


def heap_microseconds() -> list[float]:
    """Next to nothing: one out of a heap, one into it."""
    rng = random.Random(1)
    heap = [(rng.random(), number) for number in range(WAITING)]
    heapq.heapify(heap)
    taken = []
    for number in range(DECISIONS):
        began = time.thread_time_ns()
        heapq.heappop(heap)
        heapq.heappush(heap, (rng.random(), number))
        taken.append((time.thread_time_ns() - began) / 1000)
    return taken
