"""What further tables quote of a person: texts that name his number, e-mail or RUT, and rows that never became his.

Messages to other programs, rejected lines of imports, audit rows of other things, contacts in which he was one of
several candidates or keyed his RUT from somebody else's telephone. They are found by what is his alone: a name by
itself finds nothing, since others bear it too.
"""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, false, literal, or_, select, update
from sqlalchemy.orm import Session

from crm_core.audit import AuditRow
from crm_core.customers import Customer
from crm_core.imports import REJECTED, Import, ImportRow
from crm_core.interactions import Interaction
from crm_core.outbox import OutboxItem
from crm_core.privacy.ownership import Person
from crm_core.spellings import Spelling

ERASED = "erased"
"""What stands in the place of a subject that was his number."""
_BETWEEN = re.compile(r"[^0-9a-z@]+")
_READ_AT_ONCE = 500


def marks_of(session: Session, person: Person) -> tuple[str, ...]:
    """The texts by which he is found: his own numbers and e-mails, and his RUT with and without dots."""
    query = select(Customer.rut).where(Customer.id.in_(person.ids), Customer.rut.is_not(None))
    ruts = [str(rut) for rut in session.scalars(query, execution_options={"with_merged": True})]
    return (*person.addresses, *ruts, *(_dotted(rut) for rut in ruts))


def forget(session: Session, person: Person, marks: tuple[str, ...]) -> None:
    """Take away every quotation. His own rows must still be his."""
    contacts = set(session.scalars(select(Interaction.id).where(_his_contacts(person))))
    _messages(session, person, marks, contacts)
    _audit(session, person, marks)
    _rejected_lines(session, person, marks)
    _contacts_of_others(session, person, marks)
    _words(session, person)


def files_of_imports(session: Session, person: Person) -> list[str]:
    """The files, as they are stored, from which a line of his was taken in."""
    named = select(ImportRow.import_id).where(ImportRow.customer_id.in_(person.ids))
    query = select(Import.stored_as).where(Import.account_id == person.account_id, Import.id.in_(named))
    return sorted(name for name in session.scalars(query) if name)


def _his_contacts(person: Person) -> ColumnElement[bool]:
    unknown = Interaction.customer_id.is_(None) & Interaction.ani.in_(person.written)
    return (Interaction.account_id == person.account_id) & or_(
        Interaction.customer_id.in_(person.ids), unknown
    )


def _messages(session: Session, person: Person, marks: tuple[str, ...], contacts: set[str]) -> None:
    query = select(OutboxItem.id, OutboxItem.body).where(OutboxItem.account_id == person.account_id)
    found = [
        item_id
        for item_id, body in session.execute(query.execution_options(yield_per=_READ_AT_ONCE))
        if mentions(body, person.ids, marks, contacts)
    ]
    for place in range(0, len(found), _READ_AT_ONCE):
        part = found[place : place + _READ_AT_ONCE]
        session.execute(delete(OutboxItem).where(OutboxItem.id.in_(part)))


def mentions(value: Any, ids: Iterable[int], marks: tuple[str, ...], contacts: set[str]) -> bool:
    """Whether a JSON value names him: by his id as a customer's, a text with one of the marks, or his contact."""
    match value:
        case dict():
            named = value.get("customer_id")
            return (isinstance(named, int) and named in ids) or any(
                mentions(inner, ids, marks, contacts) for inner in value.values()
            )
        case list():
            return any(mentions(inner, ids, marks, contacts) for inner in value)
        case str():
            return value in contacts or any(mark in value for mark in marks)
    return False


def _audit(session: Session, person: Person, marks: tuple[str, ...]) -> None:
    ours = AuditRow.account_id == person.account_id
    subjects = select(literal("contact ") + Interaction.id).where(_his_contacts(person))
    session.execute(update(AuditRow).where(ours, AuditRow.subject.in_(subjects)).values(before={}, after={}))
    quoted = _contain([cast(AuditRow.before, Text), cast(AuditRow.after, Text)], marks)
    session.execute(update(AuditRow).where(ours, quoted).values(before={}, after={}))
    session.execute(update(AuditRow).where(ours, _contain([AuditRow.subject], marks)).values(subject=ERASED))


def _rejected_lines(session: Session, person: Person, marks: tuple[str, ...]) -> None:
    """Their cells are as somebody wrote them: compared without what stands between letters and digits."""
    sought = {_bare(mark) for mark in (*marks, *person.written)}
    query = (
        select(ImportRow)
        .join(Import, Import.id == ImportRow.import_id)
        .where(Import.account_id == person.account_id, ImportRow.state == REJECTED)
    )
    for row in session.scalars(query.execution_options(yield_per=_READ_AT_ONCE)):
        if any(_bare(str(cell)) in sought for cell in row.cells):
            row.cells, row.reasons = [], []
    session.flush()


def _contacts_of_others(session: Session, person: Person, marks: tuple[str, ...]) -> None:
    ours = Interaction.account_id == person.account_id
    keyed = _contain([cast(Interaction.collected, Text)], marks)
    session.execute(
        update(Interaction)
        .where(ours, Interaction.customer_id.is_(None), keyed)
        .values(collected={}, ani="")
        .execution_options(synchronize_session=False)
    )
    among = _contain([cast(Interaction.candidate_ids, Text)], tuple(map(str, person.ids)))
    query = select(Interaction.id, Interaction.candidate_ids).where(ours, among)
    for contact, candidates in session.execute(query).all():
        left = [one for one in candidates if one not in person.ids]
        if left != candidates:
            session.execute(
                update(Interaction)
                .where(Interaction.id == contact)
                .values(candidate_ids=left)
                .execution_options(synchronize_session=False)
            )


def _words(session: Session, person: Person) -> None:
    """Words of his name that nobody else of the account bears are no longer known to the search box."""
    everybody = {"with_merged": True}
    own = select(Customer.search_text).where(Customer.id.in_(person.ids))
    words = {word for text in session.scalars(own, execution_options=everybody) for word in text.split()}
    for word in sorted(words):
        others = select(Customer.id).where(
            Customer.account_id == person.account_id,
            Customer.id.not_in(person.ids),
            Customer.search_text.contains(f" {word} ", autoescape=True),
        )
        if session.scalar(others.limit(1), execution_options=everybody) is None:
            session.execute(
                delete(Spelling).where(Spelling.account_id == person.account_id, Spelling.word == word)
            )


def _contain(texts: Iterable[Any], marks: Iterable[str]) -> ColumnElement[bool]:
    tests = [text.contains(mark, autoescape=True) for text in texts for mark in marks]
    return or_(*tests) if tests else false()


def _dotted(rut: str) -> str:
    number, _, digit = rut.partition("-")
    return f"{int(number):,}".replace(",", ".") + f"-{digit}" if number.isdecimal() else rut


def _bare(text: str) -> str:
    return _BETWEEN.sub("", text.lower())
