"""What an engine may know of a customer."""

from ctiserver.core.message import Frozen


class Candidate(Frozen):
    """One customer whom a number may belong to. `value_class` None: never classed."""

    customer_id: int
    pii_name: str
    value_class: str | None
    language: str | None = None
