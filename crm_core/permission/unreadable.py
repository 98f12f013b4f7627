"""Addresses on the do-not-call list of people who were erased: kept so that they are recognised, not read.

In an address's place stands its scrypt digest with the account's salt (RFC 7914; N = 2^12, r = 8, p = 1: some ten
milliseconds). Numbers are few, so that whoever has the database and enough time can try them all; each costs him
that much. Accounts in which nobody was erased compute nothing.
"""

import hashlib
import secrets
from functools import lru_cache

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base

MARK = "scrypt:"
_SALT_BYTES = 16


class AddressSalt(Base):
    """The account's salt, in hexadecimal, made when it is first needed."""

    __tablename__ = "address_salts"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    salt: Mapped[str]


def made_unreadable(session: Session, account_id: int, address: str) -> str:
    """What stands for the address from now on."""
    row = session.get(AddressSalt, account_id)
    if row is None:
        row = AddressSalt(account_id=account_id, salt=secrets.token_hex(_SALT_BYTES))
        session.add(row)
        session.flush()
    return _digest(row.salt, address)


def as_listed(session: Session, account_id: int, address: str) -> tuple[str, ...]:
    """What the address may stand as on a list: as it is, and unreadable if anybody of the account is."""
    row = session.get(AddressSalt, account_id)
    return (address,) if row is None else (address, _digest(row.salt, address))


@lru_cache(maxsize=4096)
def _digest(salt: str, address: str) -> str:
    key = hashlib.scrypt(address.encode(), salt=bytes.fromhex(salt), n=1 << 12, r=8, p=1, dklen=24)
    return MARK + key.hex()
