"""Who waits is told a range that is kept, once the queue's services are known; until then nothing."""

import heapq
from random import Random
from typing import Any

from company import agent, queue
from driven_acd import Driven, only

from acd.told_waits import SERVICES_KNOWN
from ctiserver.core import events as e
from ctiserver.core.inputs import LegAnswered
from ctiserver.core.message import Event, Message
from ctiserver.core.requests import CompleteTransfer, StartConsult, Status

AGENTS = tuple(agent(name, "service") for name in ("ann", "bob", "cid"))
SERVICE = queue("service", tells="both", wrap_up_seconds=60.0)


def center(*available: str, **changes: Any) -> Driven:
    return Driven(*available, queues=(SERVICE,), agents=AGENTS, **changes)


def handed_back(acd: Driven, said: list[Message]) -> list[Message]:
    """The ACD hears its own events too, as from the Center."""
    told = list(said)
    for one in told:
        if isinstance(one, e.ContactConnected | e.ContactEnded | e.AgentReleased):
            told += acd.say(one)
    return told


def told(acd: Driven, contact: str, at: float) -> e.PlaceTold:
    [found] = only(acd.fires(f"acd:place:{contact}", at), e.PlaceTold)
    assert isinstance(found, e.PlaceTold)
    return found


class Day:
    """Callers who come by chance and wait as long as it takes; what they were told first, and how long they waited."""

    def __init__(self, calls: int) -> None:
        self.acd, self.chance = center("ann", "bob", "cid"), Random(5)
        self.events: list[tuple[float, int, str, str]] = []
        self.told: dict[str, tuple[float, e.PlaceTold]] = {}
        self.kept: list[bool] = []
        at = 0.0
        for number in range(calls):
            at += self.chance.expovariate(0.9 * len(AGENTS) / 180.0)
            self.later(at, "comes", f"c{number}")

    def later(self, at: float, what: str, who: str) -> None:
        heapq.heappush(self.events, (at, len(self.events), what, who))

    def run(self) -> None:
        while self.events:
            at, _, what, who = heapq.heappop(self.events)
            match what:
                case "comes":
                    said = self.acd.queue(who, at=at)
                    self.later(at + 4.0, "told", who)
                case "told":
                    said = self.tell(who, at)
                case _:
                    said = handed_back(self.acd, self.acd.caller_hangs_up(who, at=at))
                    said += handed_back(self.acd, self.acd.dispose(what, who, at=at))
            self.take(said, at)

    def tell(self, who: str, at: float) -> list[Message]:
        contact = self.acd.acd.floor.ledger.contacts.get(who)  # type: ignore[call-overload]
        if contact is not None and contact.stage == "waiting":
            self.told[who] = at, told(self.acd, who, at)
        return []

    def take(self, said: list[Message], at: float) -> None:
        for offer in [one for one in said if isinstance(one, Event) and isinstance(one, e.OfferMade)]:
            self.acd.answers(offer.contact, at)
            handed_back(self.acd, self.acd.joins(offer.contact, at))
            self.later(at + self.chance.expovariate(1 / 180.0), offer.agent, offer.contact)
            since, place = self.told.pop(offer.contact, (0.0, None))
            if place is not None and place.at_most_seconds is not None:
                self.kept.append(at - since <= place.at_most_seconds)


def test_before_anything_is_known_of_the_queue_only_his_place_is_told() -> None:
    acd = center()
    acd.queue("c1")
    found = told(acd, "c1", 14.0)
    assert (found.place, found.at_least_seconds, found.at_most_seconds, found.tells) == (
        1,
        None,
        None,
        "both",
    )


def test_where_nobody_serves_the_queue_no_wait_is_told() -> None:
    acd = center()
    acd.acd.floor.ledger.waits.of("service").services = SERVICES_KNOWN
    acd.queue("c1")
    assert told(acd, "c1", 14.0).at_most_seconds is None


def test_on_a_busy_day_most_are_served_within_what_they_were_told() -> None:
    day = Day(500)
    day.run()
    assert len(day.kept) > 150
    share = sum(day.kept) / len(day.kept)
    assert 0.7 <= share <= 0.95
    assert not day.acd.acd.floor.ledger.waits.promises  # everybody was served, and nothing is left over


def test_who_stands_further_back_is_told_a_longer_wait_and_one_agent_more_makes_it_shorter() -> None:
    acd = center("ann")
    known = acd.acd.floor.ledger.waits.of("service")
    known.services, known.service_seconds = 50, 180.0
    for number in range(6):
        acd.queue(f"c{number}", at=10.0 + number)
    first, last = told(acd, "c1", 20.0), told(acd, "c5", 20.0)
    assert (first.at_most_seconds or 0) < (last.at_least_seconds or 0) + (last.at_most_seconds or 0)
    assert (first.at_most_seconds or 0) < (last.at_most_seconds or 0)
    acd.status("bob", Status.AVAILABLE, at=21.0)
    assert (told(acd, "c5", 22.0).at_most_seconds or 0) < (last.at_most_seconds or 0)


def test_who_hangs_up_teaches_how_much_patience_there_is() -> None:
    acd = center("ann")
    known = acd.acd.floor.ledger.waits.of("service")
    known.services, known.service_seconds = 50, 180.0
    for number in range(3):
        acd.queue(f"c{number}", at=10.0)
    told(acd, "c2", 14.0)
    assert known.patience_seconds is None
    handed_back(acd, acd.caller_hangs_up("c2", at=74.0))
    assert known.patience_seconds == 60.0


def test_a_colleague_who_takes_a_caller_over_was_not_kept_by_him_before() -> None:
    acd = center("ann")
    acd.queue("c1", at=10.0)
    acd.answers("c1", 12.0)
    handed_back(acd, acd.joins("c1", 12.0))
    asks: Any = {"request_id": "r", "by": "ann", "agent": "ann"}
    acd.status("bob", Status.AVAILABLE, at=600.0)
    acd.say(StartConsult(at=600.0, to="bob", **asks))
    [bob] = acd.contact("c1").parties
    acd.say(LegAnswered(at=610.0, leg=bob.leg))
    handed_back(acd, acd.say(CompleteTransfer(at=620.0, **asks)))
    handed_back(acd, acd.caller_hangs_up("c1", at=650.0))
    handed_back(acd, acd.dispose("bob", "c1", at=660.0))
    assert acd.acd.floor.ledger.waits.of("service").service_seconds == 40.0
