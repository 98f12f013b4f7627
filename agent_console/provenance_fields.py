"""Where what a request tells comes from: asked of whoever edits a record."""

import msgspec

from agent_console.operations import Call
from crm_core.provenance import Origin, Source


class Told(msgspec.Struct, kw_only=True):
    """`source`: document, customer, agent, system, file or guessed; `contact_id`: the contact in which it was said."""

    source: Source
    contact_id: str | None = None


def origin(call: Call, told: Told) -> Origin:
    """The provenance of what this request writes; its author is whoever asks."""
    return Origin(source=told.source, by=call.principal.login, contact_id=told.contact_id)
