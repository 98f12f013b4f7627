"""What an engine may know of a customer, and how sure it is that a caller is he.

Levels of identification, each including those before it: *none*; *number*: one customer alone has the number that is
calling; *identified*: the caller named himself by a number that only the customer is supposed to know; *verified*: he
gave a secret too. A node of a flow says which it needs before it tells or does anything.
"""

from typing import Literal

from ctiserver.core.message import Frozen

Level = Literal["none", "number", "identified", "verified"]
LEVELS: tuple[Level, ...] = ("none", "number", "identified", "verified")


def reaches(level: Level, needed: Level) -> bool:
    """Whether a caller of this level may hear or do what needs another one."""
    return LEVELS.index(level) >= LEVELS.index(needed)


MATTERS = ("visit", "bill", "case", "order")
"""What a caller may be calling about: a visit of a technician, a bill, an open case, an order on its way."""


class Matter(Frozen):
    """Something open of a customer that he may be calling about: one of `MATTERS`.

    `recency`: how near it is, in the words of its kind ("tomorrow", "overdue", "new"); `probability`: how often those
    who had one of this kind and recency called about it.
    """

    kind: str
    recency: str
    probability: float


class Candidate(Frozen):
    """One customer whom a number may belong to. `value_class` None: never classed; `outage`: one is announced there."""

    customer_id: int
    pii_name: str
    value_class: str | None
    language: str | None = None
    outage: bool = False
