"""The legal profile rows of an account: those that the product comes with, and what its administrator made of them.

A row of the release counts as unconfirmed until an administrator has read it and confirmed it; then exactly what he
read is kept, with his name and the date, also when a later release says something else. A row that is changed has to
be confirmed again. All of it is audited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import audit
from crm_core.base import Base, EpochSeconds, check_version
from crm_core.permission.profile import ANY_COUNTRY, LegalProfile, checked, shipped
from crm_core.permission.rules import Row
from ctiserver.core.errors import NotFound
from ctiserver.core.permit import Channel, Purpose


class StoredProfile(Base):
    """A row that an administrator confirmed or wrote. `confirmed_at` None: he has not confirmed it."""

    __tablename__ = "legal_profiles"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    confirmed_by: Mapped[str]
    confirmed_at: Mapped[EpochSeconds | None]
    changed_by: Mapped[str]
    changed_at: Mapped[EpochSeconds]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


@dataclass(frozen=True, slots=True)
class ProfileInForce:
    """A row as it counts. `version` 0: as shipped; `outdated`: the release now says something else."""

    profile: LegalProfile
    confirmed_by: str = ""
    confirmed_at: float | None = None
    version: int = 0
    outdated: bool = False


def profiles(session: Session, account_id: int) -> list[ProfileInForce]:
    """All rows, by country and key."""
    known = {key: ProfileInForce(profile) for key, profile in shipped().items()}
    for row in _stored(session, account_id):
        known[row.key] = _in_force(row)
    return sorted(known.values(), key=lambda one: (one.profile.country, one.profile.key))


def rows_for(
    session: Session, account_id: int, countries: Sequence[str], purpose: Purpose, channel: Channel
) -> tuple[Row, ...]:
    """The rows that speak of such a contact in any of the countries, whatever their dates."""
    return tuple(
        Row(one.profile, confirmed=one.confirmed_at is not None)
        for one in profiles(session, account_id)
        if one.profile.country in (ANY_COUNTRY, *countries) and one.profile.speaks_of(purpose, channel)
    )


def change(
    session: Session,
    account_id: int,
    row: dict[str, Any],
    *,
    expected_version: int | None,
    by: str,
    now: float,
) -> ProfileInForce:
    """Writes a row, new or in the place of the one with its key; it waits to be confirmed.

    `expected_version` is the one that was read, 0 for a row as shipped; None: whichever there is.

    Raises ConfigError with all its mistakes, StaleVersion when it was changed meanwhile.
    """
    profile = checked(row)
    stored, before = _locked(session, account_id, profile.key, expected_version)
    _keep(stored, profile, by, now)
    stored.confirmed_by, stored.confirmed_at = "", None
    _note(session, stored, now, by, "legal_profile.changed", before, _plain(profile))
    session.flush()
    return _in_force(stored)


def confirm(
    session: Session,
    account_id: int,
    key: str,
    *,
    expected_version: int | None,
    by: str,
    name: str,
    now: float,
) -> ProfileInForce:
    """The administrator has read the row and takes it as his company's. Raises NotFound, StaleVersion.

    `by` is his login, `name` what stands beside the row. `expected_version` as in `change`.
    """
    known = {one.profile.key: one for one in profiles(session, account_id)}
    if key not in known:
        raise NotFound(f"there is no legal profile {key}")
    stored, _ = _locked(session, account_id, key, expected_version)
    if stored.confirmed_at is None:
        _keep(stored, known[key].profile, by, now)
        stored.confirmed_by, stored.confirmed_at = name, now
        _note(session, stored, now, by, "legal_profile.confirmed", {}, {"source": known[key].profile.source})
        session.flush()
    return _in_force(stored)


def _stored(session: Session, account_id: int) -> Sequence[StoredProfile]:
    return session.scalars(select(StoredProfile).where(StoredProfile.account_id == account_id)).all()


def _locked(
    session: Session, account_id: int, key: str, expected_version: int | None
) -> tuple[StoredProfile, dict[str, Any]]:
    stored = session.get(StoredProfile, (account_id, key), with_for_update=True)
    check_version(stored.version if stored else 0, expected_version)
    if stored is None:
        stored = StoredProfile(account_id=account_id, key=key, content={}, confirmed_by="")
        session.add(stored)
    return stored, dict(stored.content)


def _keep(stored: StoredProfile, profile: LegalProfile, by: str, now: float) -> None:
    stored.content, stored.changed_by, stored.changed_at = _plain(profile), by, now


def _plain(profile: LegalProfile) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(profile))
    return built


def _in_force(row: StoredProfile) -> ProfileInForce:
    profile = msgspec.convert(row.content, LegalProfile)
    release = shipped().get(row.key)
    outdated = release is not None and release != profile
    return ProfileInForce(profile, row.confirmed_by, row.confirmed_at, row.version, outdated)


def _note(
    session: Session,
    row: StoredProfile,
    now: float,
    by: str,
    action: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    audit.note(
        session,
        account_id=row.account_id,
        at=now,
        by=by,
        action=action,
        subject=row.key,
        before=before,
        after=after,
    )
