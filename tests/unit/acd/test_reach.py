"""What is kept at hand is what one would find by looking at everybody, whatever happened before."""

from collections import Counter
from typing import Any

from company import AVAILABLE, LOGGED_OUT, PAUSE, agent, configured, queue
from driven_acd import Driven
from hypothesis import given
from hypothesis import strategies as st

from acd import priority
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from acd.matching import choose_agent, choose_contact, ranked
from acd.unanswered import excludes
from ctiserver.core.requests import Status
from ctiserver.core.serving import least_step, serves
from ctiserver.core.tables import Agent, Relaxation

NEIGHBOURS: Any = ("service",)
LENIENT = queue(
    "technical",
    requires={"gas": 80},
    slope={"A": 4.0, "B": 2.0},
    ceiling_seconds=300.0,
    relaxations=(
        Relaxation(after_seconds=20.0, requires={"gas": 40}),
        Relaxation(after_seconds=60.0, also_agents_of=NEIGHBOURS),
    ),
)
QUEUES = (queue("service", leave_free={"C": 1}), LENIENT, queue("emergency", emergency=True))
AGENTS = (
    agent("ann", "service"),
    agent("bob", "service", "technical", skills={"gas": 50}),
    agent("eve", "technical", "service", "emergency", skills={"gas": 90}),
    agent("tom", "technical", skills={"gas": 10}),
    agent("far", "service", account_id=2),
)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ("call", "call", "call", "status", "status", "hang_up", "missed", "wider", "new_tables")
        ),
        st.integers(0, 30),
        st.floats(0.5, 40.0),
    ),
    max_size=25,
)


def live(acts: list[tuple[str, int, float]]) -> tuple[Floor, float]:
    """The floor after a random day."""
    acd, at = Driven(queues=QUEUES, agents=AGENTS), 10.0
    for number, (act, choice, gap) in enumerate(acts):
        at += gap
        here = [it for it in acd.acd.floor.ledger.contacts.values() if it.stage is Stage.WAITING]
        match act:
            case "call":
                names = list(acd.acd.floor.queues)
                acd.queue(f"c{number}", at, names[choice % len(names)], "ABC"[choice % 5 % 3])
            case "status":
                status = (AVAILABLE, AVAILABLE, PAUSE, LOGGED_OUT)[choice // 5 % 4]
                keys = list(acd.acd.floor.roster)
                acd.status(keys[choice % len(keys)], status, at=at)
            case "hang_up" if acd.acd.floor.ledger.contacts:
                of = list(acd.acd.floor.ledger.contacts)
                acd.caller_hangs_up(of[choice % len(of)], at=at)
            case "missed":
                for it in list(acd.acd.floor.ledger.contacts.values()):
                    if it.stage is Stage.OFFERED and acd.contact(it.id).agent_leg:
                        acd.rings(it.id, at=at)
                        acd.fires(f"acd:ring:{it.agent_leg}", at=at)
            case "wider" if here:
                acd.fires(f"acd:wider:{here[choice % len(here)].id}", at=at)
            case "new_tables":
                acd.say(configured(at, queues=QUEUES[choice % 2 :], agents=AGENTS[choice % 3 :]))
    return acd.acd.floor, at


def may_serve(one: Agent, floor: Floor, contact: Contact) -> bool:
    step = least_step(one, floor.queues[contact.queue])
    return step is not None and step <= contact.relaxed


def looked_at_all(floor: Floor, contact: Contact, at: float) -> tuple[set[Any], dict[str, int]]:
    """Who is free for one contact, and why each of the others is not."""
    free, excluded = set(), Counter[str]()
    for key, state in floor.ledger.agents.items():
        one = floor.roster.get(key)
        if one is None or not may_serve(one, floor, contact):
            excluded[(serves(one, floor.queues[contact.queue]) if one else None) or "queue"] += 1
        elif state.status is not Status.AVAILABLE:
            excluded[str(state.status)] += 1
        elif not state.free:
            excluded["busy"] += 1
        elif excludes(floor, contact, key, at):
            excluded["unanswered"] += 1
        else:
            free.add(key)
    return free, dict(excluded)


def left_free(floor: Floor, contact: Contact, at: float) -> bool:
    spared = priority.escalated(contact, at) or floor.queues[contact.queue].emergency
    return not spared and 0 < contact.leaves_free >= floor.reach.count_free(contact.queue, contact.relaxed)


def may(floor: Floor, contact: Contact, key: Any, at: float) -> bool:
    return not excludes(floor, contact, key, at)


@given(ACTS)
def test_a_contact_finds_those_who_are_free_for_it_and_why_the_others_are_not(acts: Any) -> None:
    floor, at = live(acts)
    assert floor.reach.free_agents == sum(it.free for it in floor.ledger.agents.values())
    for contact in floor.ledger.contacts.values():
        free, excluded = looked_at_all(floor, contact, at)
        asked = {
            one for one in floor.reach.free(contact.queue, contact.relaxed) if may(floor, contact, one, at)
        }
        assert asked == free
        if not left_free(floor, contact, at):
            assert choose_agent(floor, contact, at)[1] == excluded


@given(ACTS)
def test_an_agent_is_given_the_best_of_all_who_wait_for_him(acts: Any) -> None:
    floor, at = live(acts)
    waiting = [it for it in floor.ledger.contacts.values() if it.stage is Stage.WAITING]
    for one in floor.roster.values():
        able = [it for it in waiting if may_serve(one, floor, it) and may(floor, it, one.key, at)]
        mine = [it for it in able if not left_free(floor, it, at)]
        order = sorted(ranked(floor, one, it, at)[:-1] for it in mine)
        heads, excluded = choose_contact(floor, one.key, at)
        assert [it[:-1] for it in heads[:1]] == order[:1]
        assert [it[:-1] for it in heads] == [it for it in order if it in {head[:-1] for head in heads}]
        never = {it.queue for it in waiting if least_step(one, floor.queues[it.queue]) is None}
        why = Counter(serves(one, floor.queues[key]) or "queue" for key in never)
        assert {key: n for key, n in excluded.items() if key not in ("left_free", "unanswered")} == why
