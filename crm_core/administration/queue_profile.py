"""A queue's priority as administrators set it: mistakes in head starts, slopes, reserves and relaxations."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from crm_core.administration import checks
from ctiserver.core.errors import Mistake
from ctiserver.core.rehearsals import ProfileChange

MOST_CLASSES_SLOPE = 100.0
MOST_LEFT_FREE = 999
MOST_RELAXATIONS = 9


class RelaxationForm(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Who else may serve after so long: least level by skill, and other queues by key whose agents help out."""

    after_seconds: float
    requires: dict[str, int] = {}
    also_agents_of: tuple[str, ...] = ()


def by_class(
    head_start_seconds: Mapping[str, float] | None,
    slope: Mapping[str, float] | None,
    leave_free: Mapping[str, int] | None,
) -> Iterable[Mistake]:
    """What is wrong in the amounts by value class; None and {} are right."""
    if any(not 0 <= value <= 86_400 for value in (head_start_seconds or {}).values()):
        yield Mistake("head_start_seconds", "give seconds from 0 to 86400", "wrong_seconds")
    if any(not 0 < value <= MOST_CLASSES_SLOPE for value in (slope or {}).values()):
        yield Mistake("slope", "give each slope a number above 0, at most 100", "wrong_slope")
    for value in (leave_free or {}).values():
        yield from checks.whole("leave_free", value, 0, MOST_LEFT_FREE)


def ceiling(seconds: float | None) -> Iterable[Mistake]:
    """A ceiling of less than a second would put everybody before everybody else."""
    if seconds is not None and not 1 <= seconds <= 86_400:
        yield Mistake("ceiling_seconds", "give seconds from 1 to 86400, or leave it empty", "wrong_ceiling")


def rehearsed(queues: Mapping[str, ProfileChange]) -> list[Mistake]:
    """What is wrong in the profiles that a rehearsal is to run, each mistake under its queue."""
    return [
        Mistake(f"{key}.{one.path}", one.message, one.error_id)
        for key, change in queues.items()
        for one in (
            *by_class(change.head_start_seconds, change.slope, None),
            *(ceiling(change.ceiling_seconds) if change.ceiling_seconds is not msgspec.UNSET else ()),
        )
    ]


def relaxations(
    found: Sequence[RelaxationForm] | None, skills: Collection[str], queues: Collection[str]
) -> Iterable[Mistake]:
    """What is wrong in them; they stand in the order of their times."""
    last = 0.0
    for one in found or ():
        if not last < one.after_seconds <= 86_400:
            text = "give each relaxation a later time than the one before it, up to 86400 seconds"
            yield Mistake("relaxations", text, "wrong_relaxation")
        last = one.after_seconds
        yield from checks.levels("relaxations", one.requires, skills, 100)
        for other in one.also_agents_of:
            yield from checks.known("relaxations", other, queues)
    if found and len(found) > MOST_RELAXATIONS:
        yield Mistake("relaxations", f"give at most {MOST_RELAXATIONS} relaxations", "wrong_relaxation")
