"""Which rows of a table are a person's: those that name him, his number or his address.

What hangs on another row that is his is found through that row's table (`parts.through`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, and_, false, or_

Ours = Callable[[Table, "Person"], ColumnElement[bool]]
"""Which rows of a table are a person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whose data it is. `ids`: his record and those merged into it, his own first.

    `addresses`: his telephone numbers and e-mails that no other customer of the account has, and `written`: those
    and every way in which a trunk may write such a number.
    """

    account_id: int
    ids: tuple[int, ...]
    addresses: tuple[str, ...] = ()
    written: tuple[str, ...] = ()

    @property
    def id(self) -> int:
        """His own record."""
        return self.ids[0]


def of(*columns: str) -> Ours:
    """Rows that name him in one of these columns."""
    return lambda table, person: or_(*(table.c[name].in_(person.ids) for name in columns))


def either(*ways: Ours) -> Ours:
    """Rows that are his one way or the other."""
    return lambda table, person: or_(*(way(table, person) for way in ways))


def calls(table: Table, person: Person) -> ColumnElement[bool]:
    """Contacts with him; also those that came from his number before anybody knew whose it was."""
    unknown = (
        and_(table.c.customer_id.is_(None), table.c.ani.in_(person.written)) if person.written else false()
    )
    return or_(of("customer_id")(table, person), unknown)


def named_in(column: str, *words: str) -> Ours:
    """Rows whose text begins with "customer ID", alone or with more behind it."""

    def ours(table: Table, person: Person) -> ColumnElement[bool]:
        names = [f"{word} {number}" for word in words for number in person.ids]
        exact = table.c[column].in_(names)
        return or_(exact, *(table.c[column].startswith(f"{name} ", autoescape=True) for name in names))

    return ours


def his_secrets(table: Table, person: Person) -> ColumnElement[bool]:
    """What he proves on the telephone that it is he."""
    return and_(table.c.subject == "customer", table.c.subject_id.in_([str(one) for one in person.ids]))


def at_his_addresses(table: Table, person: Person) -> ColumnElement[bool]:
    """Rows about an address that only he has."""
    return table.c.address.in_(person.addresses)


def called_there(table: Table, person: Person) -> ColumnElement[bool]:
    """Calls to a number that only he has."""
    return table.c.number.in_(person.addresses)
