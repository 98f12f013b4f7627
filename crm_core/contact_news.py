"""What else follows from the events of contacts, in the transaction that records them.

Webhooks that want to hear of an event get a message; each value that a flow asked for is counted, and whether it was
known before (`asked_twice`); messages become cases and languages are remembered (`flow_news`); what a customer answers
about a visit reaches its work order (`survey_news`).
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from crm_core import asked_twice, flow_news, survey_news, webhooks
from crm_core.interactions import Interaction
from crm_core.reader_positions import EventId
from ctiserver.core import events as e

News = tuple[Interaction, EventId, e.ContactEvent]


def spread(session: Session, news: Sequence[News]) -> None:
    """Deal with events that were recorded just now, in their order. Raises StoreError."""
    happened = [(contact.account_id, str(event_id), event) for contact, event_id, event in news]
    webhooks.tell_of_contacts(session, happened)
    for contact, _, event in news:
        flow_news.tell(session, contact, event)
        if isinstance(event, e.SurveyAnswered):
            survey_news.tell(session, contact, event)
        if isinstance(event, e.ValueCollected):
            asked_twice.note_asked(
                session,
                contact.account_id,
                contact_id=event.contact,
                customer_id=contact.customer_id,
                fact=event.key,
                asked_by="flow",
                at=event.at,
            )
