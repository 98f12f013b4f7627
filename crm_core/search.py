"""The search box: one text, the customers that are meant by it, the likeliest first.

Keys first (telephone, RUT, e-mail, the number of an order and the like): whoever has one is meant. Else words: first
those who have every word as it was typed; when they are few, also those whose words only begin so or are one edit
away. Words go through the database's full-text index (SQLite: FTS5; PostgreSQL: trigrams of pg_trgm), which is asked
for a pool of customers; the order within the pool is decided here, so that both databases give the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Subquery,
    and_,
    column,
    literal,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm_core import spellings
from crm_core.accounts import account
from crm_core.contact_points import Email, Phone
from crm_core.contracts import Contract
from crm_core.customers import Customer
from crm_core.devices import Device
from crm_core.invoices import Invoice
from crm_core.orders import Order
from crm_core.search_query import SearchQuery, read

POOL = 200
"""Customers that are ranked: more with exactly these words nobody tells apart."""
FEW = 5
"""With fewer than these, mistakes in typing are thought of."""
_FTS5 = table("customer_search", column("rowid"), column("customer_search"))
_NUMBERED: dict[str, Any] = {"order": Order, "invoice": Invoice, "contract": Contract, "device": Device}
_FURTHEST = "\U0010ffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A customer and what of him was found: phone, rut, email, order, invoice, contract, device, words or alike."""

    customer: Customer
    found_by: str


def find(session: Session, account_id: int, typed: str, limit: int = 20) -> list[Hit]:
    """Who is meant, the likeliest first; nobody for an empty text."""
    query = read(typed, account(session, account_id).country)
    if hits := _by_keys(session, account_id, query):
        return hits[:limit]
    whole = _by_words(session, account_id, {word: [] for word in query.words}, whole=True)
    hits = [Hit(customer=one, found_by="words") for one in ranked(query.words, whole)]
    if len(hits) < FEW:
        near = spellings.alternatives(session, account_id, query.words)
        wanted = {word: near.get(word, []) for word in query.words}
        seen = {hit.customer.id for hit in hits}
        alike = [one for one in _by_words(session, account_id, wanted, whole=False) if one.id not in seen]
        hits += [Hit(customer=one, found_by="alike") for one in ranked(query.words, alike)]
    return hits[:limit]


def ranked(words: Sequence[str], pool: Iterable[Customer]) -> list[Customer]:
    """The pool by how well each fits: whole words, then beginnings, then mistakes; then order, value and name."""
    return sorted(pool, key=lambda one: (_distance(words, one.search_text), one.value_class or "Z", one.id))


def _distance(words: Sequence[str], search_text: str) -> tuple[int, int, int]:
    """How far the words are from those of the customer; the words that were typed in their order are nearer."""
    known = search_text.split()
    penalty, places = 0, []
    for word in words:
        if word in known:
            places.append(known.index(word))
            continue
        begun = next((place for place, other in enumerate(known) if other.startswith(word)), None)
        near = next((place for place, other in enumerate(known) if spellings.is_forgiven(word, other)), None)
        penalty += 1 if begun is not None else 2
        places.append(begun if begun is not None else len(known) if near is None else near)
    disorder = sum(earlier > later for earlier, later in pairwise(places))
    return penalty, disorder, len(known) - len(words)


def _by_keys(session: Session, account_id: int, query: SearchQuery) -> list[Hit]:
    if not query.has_keys:
        return []
    dialect = session.get_bind().dialect.name
    found = {row.customer_id: row.found_by for row in session.execute(_keys(account_id, query, dialect))}
    rows = session.scalars(
        select(Customer).where(Customer.account_id == account_id, Customer.id.in_(found))
    ).all()
    return [Hit(customer=one, found_by=found[one.id]) for one in ranked(query.words, rows)]


def _keys(account_id: int, query: SearchQuery, dialect: str) -> CompoundSelect[int, str]:
    """One statement for all keys: whose they are, and what they are."""
    exact: list[tuple[str, InstrumentedAttribute[int], InstrumentedAttribute[Any], Iterable[str]]] = [
        ("phone", Phone.customer_id, Phone.e164, query.numbers),
        ("email", Email.customer_id, Email.address, query.emails),
        ("rut", Customer.id, Customer.rut, query.ruts),
        ("customer", Customer.id, Customer.external_id, query.codes),
        *((name, kind.customer_id, kind.number, query.codes) for name, kind in _NUMBERED.items()),
    ]
    parts = [
        _part(account_id, name, owner, column.in_(sorted(wanted)))
        for name, owner, column, wanted in exact
        if wanted
    ]
    begun = [
        (name, owner, column, beginning)
        for name, owner, column, beginnings in (
            ("phone", Phone.customer_id, Phone.e164, query.number_beginnings),
            ("email", Email.customer_id, Email.address, query.emails),
        )
        for beginning in beginnings
    ]
    parts += [
        _part(account_id, name, owner, _begins(column, beginning, dialect))
        for name, owner, column, beginning in begun
    ]
    return union_all(*(select(part) for part in parts))


def _part(
    account_id: int, name: str, owner: InstrumentedAttribute[int], condition: ColumnElement[bool]
) -> Subquery:
    query = select(owner.label("customer_id"), literal(name).label("found_by"))
    return query.where(owner.class_.account_id == account_id, condition).limit(POOL).subquery()


def _begins(column: InstrumentedAttribute[str], beginning: str, dialect: str) -> ColumnElement[bool]:
    """Through an index on both: SQLite compares bytes, PostgreSQL has an index for patterns."""
    if dialect == "sqlite":
        return and_(column >= beginning, column < beginning + _FURTHEST)
    return column.startswith(beginning, autoescape=True)


def _by_words(
    session: Session, account_id: int, wanted: dict[str, list[str]], *, whole: bool
) -> Sequence[Customer]:
    """A pool of those who have each word: `whole`, or as a beginning, or one of its alternatives."""
    if not wanted:
        return []
    query = select(Customer).where(Customer.account_id == account_id)
    if session.get_bind().dialect.name == "sqlite":
        match = " AND ".join(_fts5(word, others, whole) for word, others in wanted.items())
        query = query.join(_FTS5, _FTS5.c.rowid == Customer.id).where(
            _FTS5.c.customer_search.op("MATCH")(match)
        )
    else:
        for word, others in wanted.items():
            patterns = [f"% {word} %" if whole else f"% {word}%", *(f"% {other} %" for other in others)]
            query = query.where(or_(*(Customer.search_text.like(pattern) for pattern in patterns)))
    return session.scalars(query.limit(POOL)).all()


def _fts5(word: str, others: Sequence[str], whole: bool) -> str:
    """Words are letters and digits alone: there is nothing to escape."""
    return (
        "("
        + " OR ".join([f'"{word}"' if whole else f'"{word}" *', *(f'"{other}"' for other in others)])
        + ")"
    )
