"""Where a fact comes from: each thing that is known about a customer knows its source, its date and who wrote it down.

A source is a kind, not a name: the kinds have a rank of trust. What was read in a document is trusted most, then what
the customer said himself or an agent found out, then what another system or a file told, then what was guessed.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import EpochSeconds


class Source(StrEnum):
    """Who or what said it."""

    DOCUMENT = "document"  # an identity card, a deed, an invoice that somebody looked at
    CUSTOMER = "customer"  # he said, wrote or keyed it himself, to a person or to a flow
    AGENT = "agent"  # an agent found it out
    SYSTEM = "system"  # another program, through the API
    FILE = "file"  # an import
    GUESSED = "guessed"  # concluded from something else
    UNKNOWN = "unknown"  # written before sources were kept


TRUST: dict[Source, int] = {
    Source.DOCUMENT: 3,
    Source.CUSTOMER: 2,
    Source.AGENT: 2,
    Source.SYSTEM: 1,
    Source.FILE: 1,
    Source.GUESSED: 0,
    Source.UNKNOWN: 0,
}
"""The higher wins; see `fact_rule`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The provenance of what is being written. `by`: a login or a program's name; `contact_id`: learned in it."""

    source: Source = Source.UNKNOWN
    by: str = ""
    contact_id: str | None = None


UNKNOWN_ORIGIN = Origin()


class Sourced:
    """Mixin: the provenance of a row."""

    source: Mapped[str] = mapped_column(default=Source.UNKNOWN, server_default="unknown")
    by: Mapped[str] = mapped_column(default="", server_default="")
    known_at: Mapped[EpochSeconds] = mapped_column(default=0.0, server_default=text("0"))
    """When it was written down."""
    contact_id: Mapped[str | None]
    """The contact in which it was learned, perhaps not over and without a record yet; None: in none."""
