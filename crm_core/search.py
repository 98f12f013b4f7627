"""The search box: one text, the customers that are meant by it, the likeliest first.

Keys first (telephone, RUT, e-mail, the number of an order and the like): whoever has one is meant. Else words: those
who have every word as it was typed come first; when they are few, those whose words only begin so or are one edit
away follow. Words go through the database's full-text index (SQLite: FTS5; PostgreSQL: trigrams of pg_trgm), which is
asked for a pool of customers; the order within the pool is decided here, so that both databases give the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice, pairwise
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from crm_core import plain_sql, spellings
from crm_core.accounts import account
from crm_core.customers import full_name
from crm_core.search_query import SearchQuery, read

POOL = 200
"""Customers that are ranked: more with exactly these words nobody tells apart."""
FEW = 5
"""When fewer than these have every word as it was typed, those with beginnings and mistakes are shown too."""
_FURTHEST = "\U0010ffff"
_KEYS = {
    "phone": ("phones", "customer_id", "e164"),
    "email": ("emails", "customer_id", "address"),
    "rut": ("customers", "id", "rut"),
    "customer": ("customers", "id", "external_id"),
    "order": ("orders", "customer_id", "number"),
    "invoice": ("invoices", "customer_id", "number"),
    "contract": ("contracts", "customer_id", "number"),
    "device": ("devices", "customer_id", "number"),
}
"""What names one customer: table, column of his id, column of the key. Each has an index behind the account."""

_COLUMNS = (
    *("id", "name", "surname", "second_surname", "kind", "rut", "external_id", "stage", "value_class"),
    *("is_supplier", "updated_at", "search_text"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a list shows of a customer, in the order of `_COLUMNS`; see `Customer` for what it means."""

    id: int
    name: str
    surname: str
    second_surname: str
    kind: str
    rut: str | None
    external_id: str | None
    stage: str
    value_class: str | None
    is_supplier: bool
    updated_at: float
    search_text: str

    @property
    def display_name(self) -> str:
        """Names as they are written on a letter."""
        return full_name(self.name, self.surname, self.second_surname)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A customer and what of him was found: phone, rut, email, order, invoice, contract, device, words or alike."""

    customer: Found
    found_by: str


class Ranked(Protocol):
    """What the order is made of."""

    @property
    def id(self) -> Any: ...
    @property
    def search_text(self) -> Any: ...
    @property
    def value_class(self) -> Any: ...


R = TypeVar("R", bound=Ranked)


def find(session: Session, account_id: int, typed: str, limit: int = 20) -> list[Hit]:
    """Who is meant, the likeliest first; nobody for an empty text."""
    country = account(session, account_id).country if any(map(str.isdigit, typed)) else ""
    query = read(typed, country)
    if hits := _by_keys(session, account_id, query):
        return hits[:limit]
    near = spellings.alternatives(session, account_id, query.words)
    pool = _pool(session, account_id, {word: near.get(word, []) for word in query.words}, whole=False)
    if len(pool) == POOL:  # of so many, those with just these words may have been left out
        pool |= _pool(session, account_id, {word: [] for word in query.words}, whole=True)
    whole = {one.id for one in pool if query.words_are_in(one.search_text)}
    found = {
        one.id: "words" if one.id in whole else "alike"
        for one in ranked(query.words, pool)
        if one.id in whole or len(whole) < FEW
    }
    first = dict(islice(found.items(), limit))
    loaded = {one.id: one for one in _customers(session, account_id, first)}
    return [Hit(customer=loaded[number], found_by=how) for number, how in first.items() if number in loaded]


def ranked(words: Sequence[str], pool: Iterable[R]) -> list[R]:
    """The pool by how well each fits: whole words, then beginnings, then mistakes; then order, value and age."""
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
    statement, values = _key_statement(query, session.get_bind().dialect.name)
    rows = plain_sql.rows(session, statement, {"account_id": account_id, "pool": POOL} | values)
    found = {row.customer_id: row.found_by for row in rows}
    loaded = _customers(session, account_id, found)
    return [Hit(customer=one, found_by=found[one.id]) for one in ranked(query.words, loaded)]


def _key_statement(query: SearchQuery, dialect: str) -> tuple[str, dict[str, str]]:
    """One statement for all keys, whose they are and what they are; and its values.

    Written out: to build it of the tables' columns would take longer than to run it.
    """
    values: dict[str, str] = {}
    numbers = count()

    def name(value: str) -> str:
        key = f"key_{next(numbers)}"
        values[key] = value
        return f":{key}"

    def begins(column: str, beginning: str) -> str:
        if dialect == "sqlite":  # which compares bytes; PostgreSQL has an index for patterns
            return f"{column} >= {name(beginning)} AND {column} < {name(beginning + _FURTHEST)}"
        escaped = "".join(f"\\{one}" if one in "%_\\" else one for one in beginning)
        return f"{column} LIKE {name(escaped + '%')}"

    codes = dict.fromkeys(("customer", "order", "invoice", "contract", "device"), query.codes)
    exact = {"phone": query.numbers, "email": query.emails, "rut": query.ruts, **codes}
    conditions = [
        (kind, f"{_KEYS[kind][2]} IN ({', '.join(map(name, sorted(wanted)))})")
        for kind, wanted in exact.items()
        if wanted
    ]
    conditions += [("phone", begins("e164", one)) for one in query.number_beginnings]
    conditions += [("email", begins("address", one)) for one in sorted(query.emails)]
    parts = [
        f"SELECT * FROM (SELECT {_KEYS[kind][1]} AS customer_id, '{kind}' AS found_by FROM {_KEYS[kind][0]} "
        f"WHERE account_id = :account_id AND {condition} LIMIT :pool) AS part_{place}"
        for place, (kind, condition) in enumerate(conditions)
    ]
    return " UNION ALL ".join(parts), values


def _customers(session: Session, account_id: int, numbers: Collection[int]) -> list[Found]:
    """Without those who are merged or erased. As rows: to make records of them takes longer than to find them."""
    if not numbers:
        return []
    values = {f"number_{place}": number for place, number in enumerate(numbers)}
    statement = (
        f"SELECT {', '.join(_COLUMNS)} FROM customers WHERE account_id = :account_id AND merged_into IS NULL "
        f"AND erased_at IS NULL AND id IN ({', '.join(f':{name}' for name in values)})"
    )
    rows = plain_sql.rows(session, statement, {"account_id": account_id} | values)
    return [_found(row) for row in rows]


def _found(row: Sequence[Any]) -> Found:
    """The row as it is, but for truth, which SQLite tells by 1 and 0."""
    return Found(*row[:9], bool(row[9]), *row[10:])  # type: ignore[call-arg]


def _pool(session: Session, account_id: int, wanted: Mapping[str, Sequence[str]], *, whole: bool) -> set[Any]:
    """A pool of those who have each word: `whole`, or as a beginning, or one of its alternatives.

    CROSS JOIN, because SQLite keeps the order of its sides: where it has no statistics yet it would begin with the
    customers and ask the full-text index for each of them.
    """
    if not wanted:
        return set()
    values: dict[str, Any] = {"account_id": account_id, "pool": POOL}
    if session.get_bind().dialect.name == "sqlite":
        table = "customer_search CROSS JOIN customers ON customers.id = customer_search.rowid"
        condition = "customer_search MATCH :match"
        values["match"] = " AND ".join(_fts5(word, others, whole) for word, others in wanted.items())
    else:
        table = "customers"
        condition = " AND ".join(_like(word, others, whole, values) for word, others in wanted.items())
    statement = (
        f"SELECT customers.id, customers.search_text, customers.value_class FROM {table} WHERE {condition} "
        "AND customers.account_id = :account_id AND customers.merged_into IS NULL LIMIT :pool"
    )
    return set(plain_sql.rows(session, statement, values))


def _like(word: str, others: Sequence[str], whole: bool, values: dict[str, Any]) -> str:
    """Words are letters and digits alone: there is nothing to escape."""
    patterns = [f"% {word} %" if whole else f"% {word}%", *(f"% {other} %" for other in others)]
    names = [f"word_{len(values) + place}" for place in range(len(patterns))]
    values |= dict(zip(names, patterns, strict=True))
    return "(" + " OR ".join(f"customers.search_text LIKE :{name}" for name in names) + ")"


def _fts5(word: str, others: Sequence[str], whole: bool) -> str:
    """Words are letters and digits alone: there is nothing to escape."""
    return (
        "("
        + " OR ".join([f'"{word}"' if whole else f'"{word}" *', *(f'"{other}"' for other in others)])
        + ")"
    )
