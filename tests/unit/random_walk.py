"""A long random day in the simulated center: anything may happen between any two steps.

Run as a program it prints a hash of all that was said, to be compared between runs: `random_walk.py SEED STEPS`.
"""

import sys
from collections.abc import Callable
from hashlib import sha256
from random import Random
from typing import Any

import msgspec
from company import AGENTS, AVAILABLE, LOGGED_OUT, PAUSE, QUEUES, SURVEY, agent, configured, queue
from simulated_switch import PHONES
from world import World

from ctiserver.core import inputs as i
from ctiserver.core import requests as r
from ctiserver.core.message import Input
from ctiserver.core.tables import Document, Relaxation
from ctiserver.core.wire import encode

STEEP = queue(
    "service",
    slope={"A": 4.0, "B": 2.0},
    ceiling_seconds=90.0,
    leave_free={"C": 1, "B": 1},
    record_consults=True,
    relaxations=(Relaxation(after_seconds=40.0, also_agents_of=("technical",)),),  # type: ignore[arg-type]
)
LENIENT = queue(
    "technical",
    requires={"gas": 85},
    relaxations=(
        Relaxation(after_seconds=10.0, requires={"gas": 50}),
        Relaxation(after_seconds=30.0, also_agents_of=("service",)),  # type: ignore[arg-type]
    ),
)
NARROW = (
    queue(
        "service",
        call_back_key="3",
        message_key="4",
        most_waiting=2,
        longest_wait_seconds=20.0,
        overflow_queue="technical",
        full_offers=("call_back", "message"),
    ),
    queue(
        "technical", requires={"gas": 50}, most_waiting=1, longest_wait_seconds=45.0, full_offers=("message",)
    ),
    QUEUES[2],
)
"""Few may wait, and not for long: the others go on, choose something else, or are turned away."""
CONFIGURATIONS: tuple[dict[str, Any], ...] = (
    {},
    {"agents": AGENTS[1:]},
    {"agents": (agent("ann", "technical", "service", skills={"gas": 99}), *AGENTS[1:])},
    {"queues": QUEUES[1:]},
    {
        "queues": (
            queue("service", head_start_seconds={"C": 200.0}, record=False, record_consults=True),
            *QUEUES[1:],
        )
    },
    {"queues": (STEEP, LENIENT, *QUEUES[2:])},
    {"queues": NARROW},
    {"queues": (msgspec.structs.replace(STEEP, overflow_queue="technical", most_waiting=1), *NARROW[1:])},
    {"surveys": {}},
    {"surveys": {"satisfaction": Document(version="before", content=SURVEY | {"asked": "before_queue"})}},
)


BROWSERS = tuple(msgspec.structs.replace(it, browser_phone=it.key != "tom") for it in AGENTS)
"""Everybody but Tom has his phone in the browser."""


def walk(seed: int, steps: int) -> World:
    """The world after so many random acts, and after everybody went home."""
    queues = (STEEP, LENIENT, *QUEUES[2:]) if seed % 2 else QUEUES
    random, world = Random(seed), World(seed, configured(at=1000.0, agents=BROWSERS, queues=queues))
    for key in ("ann", "bob", "eve"):
        world.choose(key, AVAILABLE)
    for _ in range(steps):
        disturb(world, random)
    world.phones = {}
    world.finish()
    return world


def disturb(world: World, random: Random) -> None:
    """One random act; most often the next thing on the agenda happens."""
    act = random.choices(list(_ACTS), list(_ACTS.values()))[0]
    act(world, random)


def _go_on(world: World, random: Random) -> None:
    world.step()


def _call(world: World, random: Random) -> None:
    world.store = random.choice(("quick", "quick", "late", "error", "never"))
    if len(_callers(world)) < 8:
        world.call(number=random.choice((None, None, "")))


def _press(world: World, random: Random) -> None:
    keys = random.choice(
        ("1", "1", "1", "2", "5", "9", "0", "#*8", "11", random.choices("0123456789*#", k=40))
    )
    if callers := _callers(world):
        world.press(random.choice(callers), "".join(keys))


def _hang_up(world: World, random: Random) -> None:
    if world.legs:
        world.hang_up(random.choice(list(world.legs)))


def _phone(world: World, random: Random) -> None:
    world.phones[random.choice(AGENTS).key] = random.choice(("answers", "answers", "answers", *PHONES))


def _choose(world: World, random: Random) -> None:
    status = random.choice((AVAILABLE, AVAILABLE, AVAILABLE, AVAILABLE, PAUSE, LOGGED_OUT))
    world.choose(random.choice(AGENTS).key, status)


def _dispose(world: World, random: Random) -> None:
    world.dispose(random.choice(list(world.agents)), random.choice(("solved", "solved", "complaint", "what")))


def control(world: World, random: Random) -> None:
    """Somebody who has a call in hand, or none, does something with it."""
    talking = [key for key, state in world.agents.items() if state.activity == "talking"]
    key: Any = random.choice(talking if talking and random.random() < 0.8 else list(world.agents))
    asked: dict[str, Any] = {"at": world.at, "request_id": f"control-{world.seq}", "by": key, "agent": key}
    queue_key: Any = random.choice(("service", "technical", "emergency", "nowhere"))
    requests = (r.Hold(**asked), r.Resume(**asked), r.HangUp(**asked))
    colleague: Any = random.choice((*world.agents, "nobody"))
    passing_on = (
        r.TransferBlind(queue=queue_key, **asked),
        r.TransferToAgent(to=colleague, **asked),
        r.TransferToFlow(flow=random.choice(("main", "main", "gone")), **asked),
    )
    consults = (
        r.StartConsult(to=colleague, **asked),
        r.StartConsult(queue=queue_key, **asked),
        r.StartConsult(pii_number="+56223456789", **asked),
        r.TransferOutside(pii_number="+56223456789", **asked),
    )
    with_third = (r.ReturnFromConsult, r.CompleteTransfer, r.MergeParties, r.RemoveParty)
    third = tuple(request(**asked) for request in with_third)
    world.put(random.choice((*requests, *passing_on, *consults, *consults, *third)))


def oversee(world: World, random: Random) -> None:
    """A supervisor does something with somebody's contact, at the right moment or not."""
    asked: dict[str, Any] = {"at": world.at, "request_id": f"oversee-{world.seq}"}
    everybody: list[Any] = [*world.contacts, "nobody"]
    waiting = random.choice(list(world.waiting()) if world.waiting() and random.random() < 0.8 else everybody)
    queue_key: Any = random.choice(("service", "technical", "emergency", "nowhere"))
    asked_of_waiting = asked | {"contact": waiting, "by": "boss"}
    of_waiting = (
        r.MoveContact(queue=queue_key, **asked_of_waiting),
        r.ChangePriority(reason="asked", value_class=random.choice("ABC"), **asked_of_waiting),
        r.ChangePriority(reason="asked", head_start_seconds=random.uniform(1, 90), **asked_of_waiting),
    )
    talking = [it.id for it in world.contacts.values() if it.agent] or everybody
    idle = [key for key, state in world.agents.items() if state.activity == "idle"] or list(world.agents)
    who: Any = random.choice(idle)
    asked_of_talking = asked | {"contact": random.choice(talking), "by": who, "agent": who}
    watched = [(it, p.agent) for it in world.contacts.values() for p in it.parties if p.role == "supervisor"]
    if watched and random.random() < 0.7:
        contact, who = random.choice(watched)
        asked_of_talking |= {"contact": contact.id, "by": who, "agent": who}
    mode: Any = random.choice(("listen", "whisper", "barge"))
    of_talking = (
        r.Supervise(mode=mode, **asked_of_talking),
        r.Supervise(mode=mode, **asked_of_talking),
        r.StopSupervising(**asked_of_talking),
        r.TakeOver(**asked_of_talking),
    )
    end = r.EndContact(by="boss", reason="asked", contact=random.choice(everybody), **asked)
    world.put(random.choice((*of_waiting, *of_waiting, *of_talking, end)))


def _browser(world: World, random: Random) -> None:
    """A page goes away, or comes; as often one that is there already."""
    key: Any = random.choice(list(world.agents))
    world.put(random.choice((i.AgentLost, i.AgentPresent, i.AgentPresent))(at=world.at, agent=key))


def _configure(world: World, random: Random) -> None:
    changes = random.choice(CONFIGURATIONS)
    world.put(configured(world.at, version=f"v{world.seq}", **changes))


def _stray(world: World, random: Random) -> None:
    world.put(out_of_place(world, random))


_ACTS: dict[Callable[[World, Random], None], int] = {
    _go_on: 100,
    _call: 7,
    _press: 16,
    _hang_up: 2,
    _phone: 2,
    _choose: 8,
    _dispose: 8,
    control: 14,
    oversee: 6,
    _browser: 4,
    _configure: 1,
    _stray: 6,
}


def _callers(world: World) -> list[Any]:
    return [key for key, leg in world.legs.items() if leg.agent is None]


def out_of_place(world: World, random: Random) -> Input:
    """Something late, repeated or unheard of."""
    unknown: Any = random.choice(("nobody", "caller-1", "test-1-1-5"))
    strange: list[Input] = [
        i.LegRinging(at=world.at, leg=unknown) if unknown == "nobody" else i.SwitchDown(at=world.at),
        i.LegEnded(at=world.at, leg="nobody", by="agent"),  # type: ignore[arg-type]
        i.LegFailed(at=world.at, leg="nobody", reason="busy"),  # type: ignore[arg-type]
        i.LegJoined(at=world.at, leg=random.choice([*world.legs, unknown]), conversation="none"),  # type: ignore[arg-type]
        i.PromptEnded(at=world.at, playback=unknown),
        i.RecordingStored(at=world.at, recording=unknown, seconds=1.0),
        i.LookUpFailed(at=world.at, look_up=unknown, reason="late"),
        i.LookedUp(at=world.at, look_up=unknown, candidates=()),
        i.DigitPressed(at=world.at, leg=unknown, pii_digit="9"),
    ]
    for timer in (
        f"acd:wrap_up:{unknown}",
        f"acd:ring:{unknown}",
        f"acd:place:{unknown}",
        f"acd:away:{unknown}",
        f"acd:named:{unknown}",
        f"acd:wider:{unknown}",
        f"acd:consult:{unknown}",
        f"acd:limit:{unknown}",
        f"acd:message:{unknown}",
        f"acd:call_back:{unknown}",
        f"ivr:key:{unknown}",
    ):
        strange.append(i.TimerFired(at=world.at, timer=timer, due_at=world.at))  # type: ignore[arg-type]
    repeatable = (i.LegRinging, i.LegAnswered, i.LegJoined, i.PromptStarted, i.PromptEnded, i.LookedUp)
    repeated = [entry for entry in world.entries[-30:] if _may_repeat(world, entry, repeatable)]
    return msgspec.structs.replace(random.choice([*strange, *repeated]), at=world.at)


def _may_repeat(world: World, entry: Input, repeatable: tuple[type[Input], ...]) -> bool:
    leg = getattr(entry, "leg", None)
    return isinstance(entry, repeatable) and (leg is None or leg not in world.legs or world.legs[leg].up)


def fingerprint(world: World) -> str:
    """A hash of all that was said, in order."""
    digest = sha256()
    for turn in world.turns:
        for said in turn.said:
            digest.update(encode(said) + b"\n")
    return digest.hexdigest()


if __name__ == "__main__":
    print(fingerprint(walk(int(sys.argv[1]), int(sys.argv[2]))))
