"""Yesterday rehearsed: a journalled day run again with another profile or flow, contact by contact and side by side.

What is taken from the journal is what happened to each caller in each queue: when he came, how long he waited, who
served him and for how long, and when each agent was available. That is run twice by the rules of the ACD
(`acd.given_calls`): with the profile of that day, and with the changed one; the two are compared, and what was really
recorded stands beside them. A changed flow (`flow_rehearsal`) leads callers to other queues, or to none.

Call-backs that were served are run in the place that they kept, from when they could be made; who was passed on to one
agent waits for him as long as anybody may (`given_day`). The figures are those of callers on the line, whose waits end
when they talk; call-backs take agents, and are among what differs, with the wait until an agent was kept and they
answered.

Its limit: callers behave as recorded. Who hung up would hang up after the same wait; who was answered waits as long as
it takes, rings as long as he rang, and keeps whichever agent takes him as long as he kept his. All rings of a call are
those of the agent who takes it, and skills that are relaxed are not run again, so the first run differs from the
record, and only the two runs may be compared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from statistics import fmean

from acd import given_calls
from acd.given_calls import Day, GivenAgent, GivenCall
from ctiserver.app.center import Center
from ctiserver.app.flow_rehearsal import Rewalked
from ctiserver.app.given_day import SERVICE_SECONDS
from ctiserver.app.recorded_day import RecordedDay
from ctiserver.core import wire
from ctiserver.core.ids import QueueKey
from ctiserver.core.rehearsals import Difference, Rehearsal, Side, Went
from ctiserver.core.tables import Queue
from ctiserver.journal.line import Derived, Entry, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Sameness:
    """Whether this version decides as the recorded one did: entries replayed, and the seqs where events differ."""

    entries: int
    differing: Sequence[int]


def same_version(lines: Iterable[Line], prefix: str) -> Sameness:
    """Replay a journal from its first entry, and compare what follows with what was written down."""
    center, entries = Center(prefix), 0
    told: dict[int, list[bytes]] = {}
    wrote: dict[int, list[bytes]] = {}
    for line in lines:
        if isinstance(line, Entry):
            entries += 1
            turn = center.handle(line.epoch, line.seq, wire.decode_input(line.body))
            told[line.seq] = [wire.encode(event) for event in turn.events]
        elif isinstance(line, Derived):
            wrote.setdefault(line.seq, []).append(line.body)
    return Sameness(
        entries=entries, differing=[seq for seq, events in told.items() if events != wrote.get(seq, [])]
    )


def rehearse(
    day: RecordedDay, changed: Mapping[QueueKey, Queue], rewalked: Sequence[Rewalked] = ()
) -> Rehearsal:
    """The day with these queues in the place of those that it had, and with callers where a changed flow leads them."""
    queues = {queue.key: queue for queue in day.tables.queues}
    others = {one.taken.contact: one for one in rewalked if one.after != one.taken.way}
    calls = _led(day, others)
    classes = ["", *sorted({call.value_class for call in (*day.calls, *calls)} - {""})]
    before = _run(queues, day.agents, day.calls)
    after = _run({**queues, **changed}, day.agents, calls)
    return Rehearsal(
        recorded=_sides(day.calls, day.went, queues, classes),
        before=_sides(day.calls, before, queues, classes),
        after=_sides(calls, after, queues, classes),
        differences=tuple(_differences(_told(day.calls, before), _told(calls, after), others)),
    )


def _run(
    queues: Mapping[QueueKey, Queue], agents: Sequence[GivenAgent], calls: Sequence[GivenCall]
) -> dict[str, given_calls.Went]:
    """How each call would go; who is answered waits while it rings, too."""
    rings = {call.contact: call.ring_seconds for call in calls}
    return {
        contact: replace(its, wait_seconds=its.wait_seconds + rings[contact]) if its.agent else its
        for contact, its in Day(queues, agents, calls).run().items()
    }


def _led(day: RecordedDay, others: Mapping[str, Rewalked]) -> list[GivenCall]:
    """The calls of the day where the changed flow leads them; later visits of a call that goes elsewhere are gone.

    So is the call-back for which somebody asked on such a call. Who was in no queue that day waits as long as it takes,
    and keeps his agent for the mean time.
    """
    mean = fmean([call.service_seconds for call in day.calls]) if day.calls else SERVICE_SECONDS
    led, queued = [], set()
    for call in day.calls:
        contact = call.contact.partition(" ")[0]
        queued.add(contact)
        other = others.get(day.asked_in.get(contact, contact))
        if other is None:
            led.append(call)
        elif other.after.end == "queue" and call.contact == contact:
            led.append(replace(call, queue=QueueKey(other.after.queue)))
    for contact, other in others.items():
        if contact not in queued and other.after.end == "queue":
            led.append(
                GivenCall(
                    contact=contact,
                    queue=QueueKey(other.after.queue),
                    value_class=other.value_class,
                    at=other.taken.ended_at,
                    patience_seconds=inf,
                    service_seconds=mean,
                )
            )
    return sorted(led, key=lambda call: (call.at, call.contact))


Told = Mapping[str, tuple[GivenCall, Went]]
"""By contact: the call, and how it went."""


def _told(calls: Sequence[GivenCall], went: Mapping[str, given_calls.Went]) -> Told:
    return {
        call.contact: (
            call,
            Went(queue=call.queue, wait_seconds=its.wait_seconds, agent=its.agent, waits=its.waits),
        )
        for call in calls
        if (its := went.get(call.contact)) is not None
    }


def _differences(before: Told, after: Told, others: Mapping[str, Rewalked]) -> Iterator[Difference]:
    """In the order of the day; those that are in no queue at the end."""
    for contact in dict.fromkeys([*before, *after, *others]):
        was, its, other = before.get(contact), after.get(contact), others.get(contact)
        known = was or its
        if (was and was[1]) != (its and its[1]) or other is not None:
            yield Difference(
                contact=contact,
                value_class=known[0].value_class if known else other.value_class if other else "",
                before=was[1] if was else None,
                after=its[1] if its else None,
                way_before=other.taken.way if other else None,
                way_after=other.after if other else None,
            )


def _sides(
    calls: Sequence[GivenCall],
    went: Mapping[str, given_calls.Went],
    queues: Mapping[QueueKey, Queue],
    classes: Sequence[str],
) -> dict[str, Side]:
    return {
        name: _side([call for call in calls if not name or call.value_class == name], went, queues)
        for name in classes
    }


def _side(
    calls: Sequence[GivenCall], went: Mapping[str, given_calls.Went], queues: Mapping[QueueKey, Queue]
) -> Side:
    calls = [call for call in calls if not call.called_back]
    over = [(call, went[call.contact]) for call in calls if call.contact in went]
    over = [(call, one) for call, one in over if not one.waits]
    served = [one.wait_seconds for _, one in over if one.agent is not None]
    kept = sum(one.wait_seconds <= queues[call.queue].service_level_seconds for call, one in over)
    return Side(
        calls=len(calls),
        answered=len(served),
        abandoned=len(over) - len(served),
        service_level=kept / len(over) if over else None,
        asa_seconds=fmean(served) if served else None,
        longest_wait_seconds=max((one.wait_seconds for _, one in over), default=None),
    )
