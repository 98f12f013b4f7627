"""Accounts as administrators see them: one's own, or all of the installation for who manages them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.accounts import Account
from crm_core.administration import checks
from crm_core.administration.desk import Author, Thing
from crm_core.opening_hours import public_holidays
from crm_core.users import User, add_user
from ctiserver.core.errors import Mistake, Refusal

_ANY_YEAR = 2026
_COSTS = ("outside_per_day_minor", "outside_person_per_day_minor", "outside_minor_per_minute")
_DEAREST_MINOR = 2_000_000_000


class AccountForm(msgspec.Struct, kw_only=True):
    """One client company. `country`: two letters, for numbers and holidays; `administrator`: the login of the first
    person of a new one, "" afterwards. `outside_...`: what calls outside may cost a day, all together and one person's,
    and what a minute costs, in the currency's smallest unit."""

    name: str
    country: str = "CL"
    language: str = "es"
    time_zone: str = "America/Santiago"
    administrator: str = ""
    outside_per_day_minor: int = 50_000
    outside_person_per_day_minor: int = 10_000
    outside_minor_per_minute: int = 40


class Accounts(Thing[Account, AccountForm]):
    """Named by their numbers. `everyone`: all of the installation; `password`: of a new one's administrator."""

    name = "account"

    def __init__(self, *, everyone: bool, password: str = "") -> None:
        self._everyone, self._password = everyone, password

    def rows(self, session: Session, account_id: int) -> Sequence[Account]:
        query = select(Account).order_by(Account.id)
        return session.scalars(query if self._everyone else query.where(Account.id == account_id)).all()

    def id(self, row: Account) -> str:
        return str(row.id)

    def read(self, session: Session, row: Account) -> AccountForm:
        return AccountForm(
            name=row.name,
            country=row.country,
            language=row.language,
            time_zone=row.time_zone,
            **{field: getattr(row, field) for field in _COSTS},
        )

    def mistakes(
        self, session: Session, author: Author, row: Account | None, form: AccountForm
    ) -> list[Mistake]:
        found = [
            *checks.filled(name=form.name),
            *checks.known("language", form.language, checks.LANGUAGES),
            *checks.time_zone("time_zone", form.time_zone),
        ]
        if len(form.country) != 2 or not public_holidays(form.country, [_ANY_YEAR]):
            found.append(Mistake("country", "give its two letters, such as CL", "wrong_country"))
        for field in _COSTS:
            found += checks.whole(field, getattr(form, field), 0, _DEAREST_MINOR)
        if row is None:
            taken = session.scalars(select(User.login)).all()
            found += checks.key("administrator", form.administrator, None, taken)
        return found

    def make(self, session: Session, account_id: int, form: AccountForm) -> Account:
        row = Account()
        self.change(session, row, form)
        session.add(row)
        session.flush()
        add_user(
            session,
            login=form.administrator,
            name=form.administrator,
            password=self._password,
            roles={"administrator"},
            language=form.language,
            account_id=row.id,
        )
        return row

    def change(self, session: Session, row: Account, form: AccountForm) -> None:
        row.name, row.country = form.name, form.country.upper()
        row.language, row.time_zone = form.language, form.time_zone
        for field in _COSTS:
            setattr(row, field, getattr(form, field))

    def remove(self, session: Session, author: Author, row: Account) -> bool:
        raise Refusal("in_use", "an account is never removed: its records name it")
