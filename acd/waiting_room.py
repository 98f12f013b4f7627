"""Everybody who waits, in heaps by place and slope: whom an agent takes next is found from a few heads.

A *place* is where a contact may be served from: a queue, or a queue with a set of skills. Within one place and slope
the order by virtual arrival never changes (`accumulating`), so a binary heap keeps it; an agent who becomes free
compares only the heads of the places that he serves: O(groups + log n). Those past their ceiling stand in a heap of
their own by arrival. An entry that left is dropped when it comes to the head (lazy deletion), and heaps are cleared of
them when they are the more.

Standings are replaced, never changed in their order: a heap holds (key, arrival, order, standing), and one that is no
longer its contact's own counts as gone from every heap at once. So a contact may stand in several places (skills that
are relaxed as he waits) and leave them all together.
"""

import heapq
import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from acd.accumulating import Terms, continued, raised, score, virtual_arrival
from acd.line import Line

Place = Hashable
_Place = TypeVar("_Place", bound=Place)
BEFORE_ALL = -1_000_000
"""Places of this preference, or a lower one, go before who is escalated elsewhere: an emergency's."""
_FEW = 64
Heap = list[tuple[float, float, int, "Standing"]]


@dataclass(slots=True, eq=False)
class Standing:
    """One contact's place in line. `since`: by what arrival it is escalated; `escalates_at` None: never.

    `line`: in which the room knows his place, None: in none; `value_class`: as what he stands there.
    """

    contact: str
    arrived_at: float
    order: int
    virtual: float
    slope: float
    since: float
    escalates_at: float | None
    places: tuple[Place, ...]
    line: Hashable = None
    value_class: str = ""
    escalated: bool = False
    gone: bool = False

    def __lt__(self, _other: "Standing") -> bool:
        """A heap asks only of two that are alike in all else: a contact's own and one that is gone."""
        return False

    def score(self, now: float) -> float:
        """What he counts at `now`; infinite past the ceiling."""
        return math.inf if self.escalated else score(self.virtual, self.slope, now)


class WaitingRoom:
    """Invariant: every contact that waits has one standing that is not gone, in a heap of each of its places.

    `lines`: those in which somebody stands.
    """

    def __init__(self) -> None:
        self.lines: dict[Hashable, Line] = {}
        self._standing: dict[str, Standing] = {}
        self._groups: dict[Place, dict[float, Heap]] = {}
        self._escalated: dict[Place, Heap] = {}
        self._due: Heap = []
        self._orders = 0
        self._dead = 0  # entries in heaps of those who are gone

    def __len__(self) -> int:
        return len(self._standing)

    def __contains__(self, contact: str) -> bool:
        return contact in self._standing

    def __getitem__(self, contact: str) -> Standing:
        return self._standing[contact]

    def enter(self, contact: str, place: Place, terms: Terms, *, arrived_at: float) -> Standing:
        """Stand in line. Whoever comes back (a transfer, nobody answered) keeps the arrival that he had.

        Raises ValueError for one who stands there already.
        """
        if contact in self._standing:
            raise ValueError(f"{contact} stands in line already")
        self._orders += 1
        ceiling = terms.ceiling_seconds
        standing = Standing(
            contact=contact,
            arrived_at=arrived_at,
            order=self._orders,
            virtual=virtual_arrival(arrived_at, terms),
            slope=terms.slope,
            since=arrived_at,
            escalates_at=None if ceiling is None else arrived_at + ceiling,
            places=(place,),
        )
        self.stand(standing)
        return standing

    def leave(self, contact: str) -> Standing | None:
        """Gone from every place; what he stood as. None: he did not wait."""
        standing = self._standing.pop(contact, None)
        if standing is not None:
            self._drop(standing)
        return standing

    def spread(self, contact: str, place: Place) -> None:
        """May be served from one more place, as well placed there as where he stands. Raises KeyError."""
        standing = self._standing[contact]
        if place not in standing.places:
            standing.places = (*standing.places, place)
            self._push(standing, place)

    def raise_class(self, contact: str, terms: Terms, *, now: float) -> bool:
        """He is of a class with these terms: whether that moves him up. Raises KeyError."""
        old = self._standing[contact]
        virtual, slope = raised(old.virtual, old.slope, terms, arrived_at=old.arrived_at, now=now)
        ceiling = terms.ceiling_seconds
        due = _sooner(old.escalates_at, None if ceiling is None else old.since + ceiling)
        if (virtual, slope, due) == (old.virtual, old.slope, old.escalates_at):
            return False
        self._replace(old, virtual=virtual, slope=slope, escalates_at=due)
        return True

    def apply(self, terms: Mapping[str, Terms], *, now: float) -> None:
        """A profile changed: new slopes by contact, each going on from his score; ceilings count from his arrival."""
        for contact, new in terms.items():
            old = self._standing[contact]
            ceiling = new.ceiling_seconds
            self._replace(
                old,
                virtual=continued(old.virtual, old.slope, new.slope, now),
                slope=new.slope,
                escalates_at=None if ceiling is None else old.since + ceiling,
            )

    def put_back(self, contact: str, seconds: float) -> None:
        """He keeps his place but for so many seconds: a call-back that nobody answered. Raises KeyError."""
        old = self._standing[contact]
        due = None if old.escalates_at is None else old.escalates_at + seconds
        self._replace(
            old, virtual=old.virtual + seconds, slope=old.slope, escalates_at=due, since=old.since + seconds
        )

    def heads(self, places: Iterable[_Place], now: float) -> list[tuple[_Place, Standing]]:
        """The first of each group of these places, in no order; an escalated one instead of his place's others."""
        self._escalate(now)
        found = []
        for place in places:
            first = self._first(self._escalated.get(place))
            if first is not None:
                found.append((place, first))
                continue
            for heap in self._groups.get(place, {}).values():
                first = self._first(heap)
                if first is not None:
                    found.append((place, first))
        return found

    def best(
        self, places: Mapping[_Place, int], now: float, may: Callable[[_Place, Standing], bool] | None = None
    ) -> Standing | None:
        """Whom an agent takes who serves these places, each with his preference (lower first).

        In the router's order: places `BEFORE_ALL`, whoever is escalated, then the preference, then the score, then the
        arrival. `may`: of the heads only these.
        """
        best, least = None, None
        for place, one in self.heads(places, now):
            if may is not None and not may(place, one):
                continue
            after = places[place] > BEFORE_ALL
            if one.escalated:
                key = (after, 0, 0, one.since, one.arrived_at, one.order)
            else:
                counts = score(one.virtual, one.slope, now)
                key = (after, 1, places[place], -counts, one.arrived_at, one.order)
            if least is None or key < least:
                best, least = one, key
        return best

    def stand(self, standing: Standing) -> None:
        """Stand in line on terms that were settled before: who comes back, or the live engine's contacts."""
        self._standing[standing.contact] = standing
        if standing.line is not None:
            self.lines.setdefault(standing.line, Line()).add(standing)
        self._to_heaps(standing)

    def place(self, contact: str, now: float) -> int:
        """How many stand in his line up to and including him. Raises KeyError for who stands in none."""
        self._escalate(now)
        standing = self._standing[contact]
        return 1 + self.lines[standing.line].ahead_of(standing, now)

    def others(self, contact: str) -> Mapping[str, Sequence[float]]:
        """The virtual arrivals of the others in his line, by class, in order. Raises KeyError as `place`."""
        standing = self._standing[contact]
        return self.lines[standing.line].virtual_arrivals(standing)

    def _to_heaps(self, standing: Standing) -> None:
        for place in standing.places:
            self._push(standing, place)
        if standing.escalates_at is not None and not standing.escalated:
            heapq.heappush(self._due, (standing.escalates_at, standing.arrived_at, standing.order, standing))

    def _push(self, standing: Standing, place: Place) -> None:
        if standing.escalated:
            heap, key = self._escalated.setdefault(place, []), standing.since
        else:
            heap, key = self._groups.setdefault(place, {}).setdefault(standing.slope, []), standing.virtual
        heapq.heappush(heap, (key, standing.arrived_at, standing.order, standing))

    def _drop(self, standing: Standing) -> None:
        standing.gone = True
        if standing.line is not None:
            self.lines[standing.line].remove(standing)
            if not self.lines[standing.line]:
                del self.lines[standing.line]
        self._dead += len(standing.places)
        if standing.escalates_at is not None and not standing.escalated:
            self._dead += 1
        if self._dead > len(self._standing) + _FEW:
            self._sweep()

    def _replace(
        self,
        old: Standing,
        *,
        virtual: float,
        slope: float,
        escalates_at: float | None,
        since: float | None = None,
        escalated: bool = False,
    ) -> None:
        new = Standing(
            contact=old.contact,
            arrived_at=old.arrived_at,
            order=old.order,
            virtual=virtual,
            slope=slope,
            since=old.since if since is None else since,
            escalates_at=escalates_at,
            places=old.places,
            line=old.line,
            value_class=old.value_class,
            escalated=escalated,
        )
        self.stand(new)
        self._drop(old)

    def _escalate(self, now: float) -> None:
        """Whoever reached his ceiling goes over to those who are served first."""
        while self._due and (self._due[0][0] <= now or self._due[0][3].gone):
            one = heapq.heappop(self._due)[3]
            self._dead -= 1  # also for one who is still there: his old standing is counted when it is dropped
            if not one.gone and not one.escalated:
                self._replace(
                    one,
                    virtual=one.virtual,
                    slope=one.slope,
                    escalates_at=one.escalates_at,
                    escalated=True,
                )

    def _first(self, heap: Heap | None) -> Standing | None:
        while heap:
            first = heap[0][3]
            if not first.gone:
                return first
            heapq.heappop(heap)
            self._dead -= 1
        return None

    def _sweep(self) -> None:
        """Make the heaps anew without those who left, so that memory is that of those who wait."""
        self._groups, self._escalated, self._due, self._dead = {}, {}, [], 0
        for standing in self._standing.values():
            self._to_heaps(standing)


def _sooner(one: float | None, other: float | None) -> float | None:
    given = [at for at in (one, other) if at is not None]
    return min(given) if given else None
