"""A contact of its own for somebody who is not on the line: he left a message, or asked to be called back."""

from typing import Literal

from acd.contact_state import Contact
from ctiserver.core.customers import Candidate, Level
from ctiserver.core.events import CallerIdentified, ContactArrived, ContactQueued
from ctiserver.core.ids import LegId
from ctiserver.core.turn import Turn

NO_LEG = LegId("")


def arrives(
    contact: Contact,
    channel: Literal["voicemail", "callback"],
    candidates: tuple[Candidate, ...],
    level: Level,
    turn: Turn,
) -> None:
    """Say that it is there, who it is, as was known on the line, and that it waits."""
    turn.say(
        ContactArrived(
            at=turn.at,
            contact=contact.id,
            account_id=contact.account_id,
            leg=NO_LEG,
            did="",
            pii_number=contact.pii_number,
            language=contact.language,
            flow="",
            flow_version="",
            channel=channel,
        ),
        CallerIdentified(
            at=turn.at,
            contact=contact.id,
            how="message" if channel == "voicemail" else "call_back",
            candidates=candidates,
            value_class=contact.value_class,
            level=level,
        ),
        ContactQueued(
            at=turn.at,
            contact=contact.id,
            account_id=contact.account_id,
            leg=NO_LEG,
            queue=contact.queue,
            value_class=contact.value_class,
            language=contact.language,
            pii_number=contact.pii_number,
            pii_name=contact.pii_name,
        ),
    )
