"""The calls of a recorded day as a simulation is given them: visits to queues, and call-backs that were served.

One reading for the levers, who have the day from the records, and for a rehearsal, which has it from the journal
(`recorded_day`). Left out are visits that ended in another queue, with a call-back or a message, the messages, and whom
we called.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from acd.calling_back import LINGER_SECONDS, NO_ANSWER_SECONDS
from acd.given_calls import GivenCall, Named, Went
from crm_core.reports.queue_figures import Offered, Talk, Visit
from crm_core.reports.served_call_backs import ServedCallBack
from ctiserver.core.ids import QueueKey

SERVICE_SECONDS = 180.0
"""Where no talk of the day is known."""
_AT_ONCE_SECONDS = 1.0
"""Within so long the end of a talk and the wait after it are one moment."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the records tell of a day's contacts, each list in the order of time."""

    visits: Sequence[Visit]
    talks: Sequence[Talk]
    offers: Sequence[Offered] = ()
    call_backs: Sequence[ServedCallBack] = ()
    _talks_of: dict[str, list[Talk]] = field(default_factory=lambda: defaultdict(list))
    _offers_of: dict[str, list[Offered]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for talk in self.talks:
            self._talks_of[talk.contact].append(talk)
        for offer in self.offers:
            self._offers_of[offer.contact].append(offer)

    def calls(self, *, named_wait_seconds: float) -> list[GivenCall]:
        """Who was answered or hung up; `named_wait_seconds`: so long somebody waits for whom he was passed on to."""
        came = {one.contact: one.stood_from for one in self.call_backs}
        for one in self.visits:
            came[one.contact] = min(one.entered_at, came.get(one.contact, inf))
        found = [
            self._visited(one, name, came[one.contact], named_wait_seconds) for name, one in self._over()
        ]
        found += [self._called_back(one) for one in self.call_backs]
        return _with_times(found)

    def went(self) -> dict[str, Went]:
        """How each of the calls really went; of a call-back: since he could be called."""
        found = {
            name: Went(
                wait_seconds=(one.left_at or one.entered_at) - one.entered_at,
                agent=self._agent(one.contact, one.left_at) if one.result == "answered" else None,
            )
            for name, one in self._over()
        }
        for back in self.call_backs:
            waited = back.answered_at - _may_be_called_at(back)
            found[back.contact] = Went(wait_seconds=waited, agent=self._agent(back.contact, back.answered_at))
        return found

    def _over(self) -> Iterator[tuple[str, Visit]]:
        """The visits that are run, by name: the contact's own for its first, another one for each that follows."""
        named = {one.contact for one in self.call_backs}
        for number, one in enumerate(self.visits):
            if one.left_at is not None and one.result in ("answered", "abandoned"):
                yield f"{one.contact} {number}" if one.contact in named else one.contact, one
                named.add(one.contact)

    def _visited(self, one: Visit, name: str, came: float, named_wait_seconds: float) -> GivenCall:
        left_at = one.entered_at if one.left_at is None else one.left_at
        waited = left_at - one.entered_at
        rung = [it for it in self._offers_of[one.contact] if one.entered_at <= it.made_at <= left_at]
        return GivenCall(
            contact=name,
            queue=QueueKey(one.queue),
            value_class=one.value_class,
            at=one.entered_at,
            patience_seconds=inf if one.result == "answered" else waited,
            service_seconds=self._service(one.contact, left_at),
            ring_seconds=_rang(rung),
            unanswered_seconds=_rang(it for it in rung if it.result in ("expired", "refused")),
            stands_from=came,
            named=self._named(one, named_wait_seconds),
        )

    def _talk(self, contact: str, from_at: float | None) -> Talk | None:
        """The one that began then; None: none is known."""
        from_at = inf if from_at is None else from_at - _AT_ONCE_SECONDS
        return next((it for it in self._talks_of[contact] if it.answered_at >= from_at), None)

    def _agent(self, contact: str, from_at: float | None) -> str:
        talk = self._talk(contact, from_at)
        return talk.agent if talk else ""

    def _service(self, contact: str, from_at: float) -> float:
        """0: none is known."""
        talk = self._talk(contact, from_at)
        return talk.talk_seconds + talk.after_seconds if talk else 0.0

    def _named(self, visit: Visit, seconds: float) -> Named | None:
        """Whom he waited for, if the visit began when somebody passed him on."""
        for talk in self._talks_of[visit.contact]:
            ended_at = talk.answered_at + talk.talk_seconds
            if talk.passed_on_to and abs(ended_at - visit.entered_at) <= _AT_ONCE_SECONDS:
                return Named(agent=talk.passed_on_to, seconds=seconds, giver=talk.agent)
        return None

    def _called_back(self, one: ServedCallBack) -> GivenCall:
        """From when he could be called.

        Who chose an hour stands in line as if he had come that much later, less what he had waited when he asked.
        """
        return GivenCall(
            contact=one.contact,
            queue=QueueKey(one.queue),
            value_class=one.value_class,
            at=_may_be_called_at(one),
            patience_seconds=inf,
            service_seconds=self._service(one.contact, one.answered_at),
            ring_seconds=one.answered_at - one.chosen_at[-1],
            stands_from=one.stood_from,
            waits_from=one.waits_from,
            called_back=True,
        )


def _may_be_called_at(one: ServedCallBack) -> float:
    """Not while he was on the line still, before his hour or soon after a ring in vain."""
    *before, chosen_at = one.chosen_at
    again_at = before[-1] + NO_ANSWER_SECONDS if before else -inf
    return min(max(one.asked_at + LINGER_SECONDS, one.waits_from, again_at), chosen_at)


def _rang(offers: Iterable[Offered]) -> float:
    return sum((one.ended_at or one.made_at) - one.made_at for one in offers)


def _with_times(calls: Sequence[GivenCall]) -> list[GivenCall]:
    """Whose service is not known keeps an agent for the mean of the others."""
    known = [one.service_seconds for one in calls if one.service_seconds]
    mean = sum(known) / len(known) if known else SERVICE_SECONDS
    return [one if one.service_seconds else replace(one, service_seconds=mean) for one in calls]
