"""Numbers outside as administrators see them: which may be dialled, and those that are saved for everybody."""

import re
from collections.abc import Sequence

import msgspec
from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.administration import checks
from crm_core.administration.desk import Author, Thing
from crm_core.outside_rules import OutsideRule, SavedNumber, numbers_of_account, rules_of_account
from crm_core.phone_numbers import normalise
from crm_core.users import ROLES
from ctiserver.core.errors import Mistake

_PREFIX = re.compile(r"\+[0-9]{0,15}|[0-9]{2,6}", re.ASCII)
_SHORT = re.compile(r"[0-9]{2,6}", re.ASCII)
_DEAREST_MINOR = 10_000_000


class OutsideRuleForm(msgspec.Struct, kw_only=True):
    """Numbers that begin with `prefix` ("+569", or a short number such as "103"), open or closed (`allowed`).

    `roles`: whom it is about, none: everybody; `minor_per_minute`: what a minute costs in the currency's smallest unit,
    None: as usual.
    """

    name: str
    prefix: str
    roles: list[str] = []
    allowed: bool = True
    minor_per_minute: int | None = None


class OutsideRules(Thing[OutsideRule, OutsideRuleForm]):
    """Named by their numbers."""

    name = "outside_rule"

    def rows(self, session: Session, account_id: int) -> Sequence[OutsideRule]:
        return rules_of_account(session, account_id)

    def id(self, row: OutsideRule) -> str:
        return str(row.id)

    def read(self, session: Session, row: OutsideRule) -> OutsideRuleForm:
        return OutsideRuleForm(
            name=row.name,
            prefix=row.prefix,
            roles=sorted(row.roles),
            allowed=row.allowed,
            minor_per_minute=row.minor_per_minute,
        )

    def mistakes(
        self, session: Session, author: Author, row: OutsideRule | None, form: OutsideRuleForm
    ) -> list[Mistake]:
        found = [*checks.filled(name=form.name)]
        for role in form.roles:
            found += checks.known("roles", role, ROLES)
        if not _PREFIX.fullmatch(form.prefix):
            text = "write how the number begins: +569, or a short number such as 103"
            found.append(Mistake("prefix", text, "wrong_prefix"))
        others = [one for one in self.rows(session, author.account_id) if one is not row]
        if (form.prefix, frozenset(form.roles)) in {(one.prefix, one.roles) for one in others}:
            found.append(Mistake("prefix", "another rule says something for the same people", "taken"))
        found += checks.whole("minor_per_minute", form.minor_per_minute, 0, _DEAREST_MINOR, optional=True)
        return found

    def make(self, session: Session, account_id: int, form: OutsideRuleForm) -> OutsideRule:
        row = OutsideRule(account_id=account_id)
        self.change(session, row, form)
        session.add(row)
        return row

    def change(self, session: Session, row: OutsideRule, form: OutsideRuleForm) -> None:
        row.name, row.prefix, row.roles = form.name, form.prefix, frozenset(form.roles)
        row.allowed, row.minor_per_minute = form.allowed, form.minor_per_minute

    def remove(self, session: Session, author: Author, row: OutsideRule) -> bool:
        session.delete(row)
        return False


class SavedNumberForm(msgspec.Struct, kw_only=True):
    """A number that everybody may choose on his page; whether he may dial it, the rules say."""

    name: str
    number: str


class SavedNumbers(Thing[SavedNumber, SavedNumberForm]):
    """Named by their numbers in the list."""

    name = "saved_number"

    def rows(self, session: Session, account_id: int) -> Sequence[SavedNumber]:
        return numbers_of_account(session, account_id)

    def id(self, row: SavedNumber) -> str:
        return str(row.id)

    def read(self, session: Session, row: SavedNumber) -> SavedNumberForm:
        return SavedNumberForm(name=row.name, number=row.number)

    def mistakes(
        self, session: Session, author: Author, row: SavedNumber | None, form: SavedNumberForm
    ) -> list[Mistake]:
        found = [*checks.filled(name=form.name)]
        others = [one.name for one in self.rows(session, author.account_id) if one is not row]
        if form.name.strip() in others:
            found.append(Mistake("name", f"{form.name!r} is in use: choose another one", "taken"))
        if _written(session, author.account_id, form.number) is None:
            text = "write the whole number, with area or country code, or a short one such as 103"
            found.append(Mistake("number", text, "wrong_number"))
        return found

    def make(self, session: Session, account_id: int, form: SavedNumberForm) -> SavedNumber:
        row = SavedNumber(account_id=account_id)
        self.change(session, row, form)
        session.add(row)
        return row

    def change(self, session: Session, row: SavedNumber, form: SavedNumberForm) -> None:
        row.name = form.name.strip()
        row.number = _written(session, row.account_id, form.number) or form.number

    def remove(self, session: Session, author: Author, row: SavedNumber) -> bool:
        session.delete(row)
        return False


def _written(session: Session, account_id: int, number: str) -> str | None:
    """In E.164, or a short number as it is; None: it is none."""
    short = number.strip()
    if _SHORT.fullmatch(short):
        return short
    return normalise(number, account(session, account_id).country)
