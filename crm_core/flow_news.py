"""What follows from a caller's way through a flow: messages become cases, emergencies alarm, languages are remembered.

A message opens a case for whoever he turned out to be; the case names the recording. What a technician says to his
work order stays with that order, and where an emergency is, with the emergency. Whoever comes to an emergency queue,
by whatever way, has raised the alarm. The language that he chose is his
customer's from then on, so that he is not asked again; where several customers share his number it is nobody's. Who
hears an announcement is counted once.
"""

from sqlalchemy.orm import Session

from crm_core import accounts, announcements, customers, emergency_line, technician_messages
from crm_core.case_flow import Kind
from crm_core.case_work import open_case
from crm_core.cases import note
from crm_core.interactions import Interaction
from crm_core.provenance import Origin, Source
from ctiserver.core import events as e

BY = "flow"
_SUBJECTS = {"es": "Mensaje de voz", "en": "Voice message"}


def tell(session: Session, contact: Interaction, event: e.ContactEvent) -> None:
    """Do what the event asks for, in the transaction that records it; other events ask for nothing."""
    match event:
        case e.ContactQueued() if contact.emergency:
            emergency_line.raise_alarm(
                session, contact.account_id, contact.id, contact.customer_id, at=event.at
            )
        case e.VoicemailLeft() if not _kept(session, contact, event):
            _open_case(session, contact, event)
        case e.AnnouncementHeard(announcement=announcement):
            announcements.heard(session, contact.account_id, announcement, contact.id, event.at)
        case e.LanguageChosen(language=language) if contact.customer_id is not None:
            _remember_language(session, contact, contact.customer_id, language, event.at)


def _kept(session: Session, contact: Interaction, event: e.VoicemailLeft) -> bool:
    """Whether the message belongs to something that there is: a technician's order, an emergency."""
    return technician_messages.keep(session, contact, event) or emergency_line.keep_message(
        session, contact, event.recording, event.seconds, event.at
    )


def _open_case(session: Session, contact: Interaction, event: e.VoicemailLeft) -> None:
    language = accounts.account(session, contact.account_id).language
    subject = f"{_SUBJECTS.get(language, _SUBJECTS['en'])} ({round(event.seconds)} s)"
    case = open_case(
        session,
        contact.account_id,
        kind=Kind.HELP,
        subject=subject,
        description=contact.ani,
        channel="voicemail",
        customer_id=contact.customer_id,
        contact_id=contact.id,
        by=BY,
        now=event.at,
    )
    note(
        session,
        case,
        at=event.at,
        by=BY,
        what="voicemail",
        recording=event.recording,
        seconds=event.seconds,
    )


def _remember_language(
    session: Session, contact: Interaction, customer_id: int, language: str, at: float
) -> None:
    customers.change_customer(
        session,
        contact.account_id,
        customer_id,
        expected_version=None,
        now=at,
        origin=Origin(source=Source.CUSTOMER, by=BY, contact_id=contact.id),
        language=language,
    )
