"""How many may wait in a queue and for how long, what becomes of the others, and what may be chosen instead of waiting.

Who is too many, or has waited too long, goes on to another queue where there is room; else he is offered to be called
back, or to leave a message; else he is asked to call again. Emergencies wait without limit. Queues that pass callers on
to each other form no circle.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from crm_core.administration import checks
from crm_core.queues import Queue
from ctiserver.core.errors import Mistake

CHOICE_KEYS = "12345678"
"""0 and 9 are a person and the emergency everywhere."""
TELLS = ("place", "wait", "both", "none")
MOST_WAITING = 100_000
_DAY_SECONDS = 86_400.0
_NO_CIRCLE = "callers would come back here by way of {way}: choose a queue that does not lead back"


class _Form(Protocol):
    """What is asked of a queue's form."""

    key: str
    emergency: bool
    call_back_key: str | None
    message_key: str | None
    tells: str
    most_waiting: int | None
    longest_wait_seconds: float | None
    overflow_queue: str | None
    full_offers_call_back: bool
    full_offers_message: bool


def keys(form: _Form) -> Iterator[Mistake]:
    """What is wrong in the keys of who waits, and in what he is told."""
    for field in ("call_back_key", "message_key"):
        key: str | None = getattr(form, field)
        if key is not None and key not in CHOICE_KEYS:
            yield Mistake(field, "give a key from 1 to 8, or leave it empty", "wrong_choice_key")
        if form.emergency and key is not None:
            yield Mistake(field, "nobody leaves an emergency queue: leave it empty", "no_choice_here")
    if form.message_key is not None and form.message_key == form.call_back_key:
        yield Mistake("message_key", "this key asks to be called back: choose another one", "same_key")
    if form.tells not in TELLS:
        yield Mistake("tells", f"choose one of {', '.join(TELLS)}", "unknown")


def limits(form: _Form, queues: Sequence[Queue]) -> Iterator[Mistake]:
    """What is wrong in the limits, and in where callers go beyond them; `queues`: those of the account."""
    yield from checks.whole("most_waiting", form.most_waiting, 1, MOST_WAITING, optional=True)
    if form.longest_wait_seconds is not None and not 1 <= form.longest_wait_seconds <= _DAY_SECONDS:
        yield Mistake(
            "longest_wait_seconds", "give seconds from 1 to 86400, or leave it empty", "wrong_seconds"
        )
    for field in ("most_waiting", "longest_wait_seconds", "overflow_queue"):
        if form.emergency and getattr(form, field) is not None:
            yield Mistake(field, "an emergency waits without limit: leave it empty", "no_limit_here")
    yield from _leads_on(form, {queue.key: queue for queue in queues})


def _leads_on(form: _Form, queues: dict[str, Queue]) -> Iterator[Mistake]:
    way, following = [form.key], form.overflow_queue
    if following is None:
        return
    if following != form.key and following not in queues:
        yield Mistake("overflow_queue", f"there is no queue {following!r}", "unknown")
    elif following in queues and queues[following].emergency and not form.emergency:
        yield Mistake("overflow_queue", "only emergencies wait in an emergency queue", "emergency_only")
    while following is not None and following not in way:
        way.append(following)
        following = queues[following].overflow_queue if following in queues else None
    if following == form.key:
        yield Mistake("overflow_queue", _NO_CIRCLE.format(way=" > ".join(way[1:] or way)), "leads_back")
