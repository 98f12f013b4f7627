"""Scripts as people keep them: every version stays, one of each is in force; each step is audited.

A text with mistakes may be kept, never put in force: whoever puts it there has it checked. A contact goes on with the
version that it began with.
"""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core import audit
from crm_core.administration.flow_desk import KeptFlow, VersionInList
from crm_core.base import Base, EpochSeconds
from ctiserver.core.errors import Conflict, NotFound


class ScriptVersion(Base):
    """One text of one script of one account, from 1 on; it never changes."""

    __tablename__ = "script_versions"
    __table_args__ = (UniqueConstraint("account_id", "name", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    number: Mapped[int]
    text: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    """What changed, in the words of who made it."""
    made_at: Mapped[EpochSeconds]
    made_by: Mapped[str]


class ScriptInForce(Base):
    """Which version new contacts begin with."""

    __tablename__ = "scripts_in_force"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("script_versions.id"), index=True)

    version: Mapped[ScriptVersion] = relationship(lazy="joined", innerjoin=True)


def scripts(session: Session, account_id: int) -> list[KeptFlow]:
    """All of the account, by name, each with its versions, the newest first."""
    rows = session.scalars(
        select(ScriptVersion)
        .where(ScriptVersion.account_id == account_id)
        .order_by(ScriptVersion.name, ScriptVersion.number.desc())
    )
    kept: dict[str, list[VersionInList]] = {}
    for row in rows:
        listed = VersionInList(number=row.number, made_at=row.made_at, made_by=row.made_by, note=row.note)
        kept.setdefault(row.name, []).append(listed)
    chosen = _chosen(session, account_id)
    return [
        KeptFlow(name=name, in_force=chosen[name].number if name in chosen else None, versions=versions)
        for name, versions in kept.items()
    ]


def script(session: Session, account_id: int, name: str) -> KeptFlow:
    """One of them. Raises NotFound."""
    for found in scripts(session, account_id):
        if found.name == name:
            return found
    raise NotFound(f"there is no script {name}")


def version(session: Session, account_id: int, name: str, number: int) -> ScriptVersion:
    """One kept version. Raises NotFound."""
    found = session.scalar(_of(account_id, name).where(ScriptVersion.number == number))
    if found is None:
        raise NotFound(f"the script {name} has no version {number}")
    return found


def in_force(session: Session, account_id: int, name: str) -> ScriptVersion | None:
    """What a new contact begins with; None: no version is in force, or there is no such script."""
    return _chosen(session, account_id).get(name)


def names_in_force(session: Session, account_id: int) -> Sequence[str]:
    """The scripts that a campaign may use, by name."""
    return sorted(_chosen(session, account_id))


def keep(
    session: Session,
    account_id: int,
    name: str,
    text: str,
    *,
    note: str,
    expected_newest: int | None,
    by: str,
    now: float,
) -> KeptFlow:
    """The script with its new version, which is not in force yet.

    `expected_newest`: the newest version that its author knew, None for a new one. Raises Conflict for a newer one.
    """
    order = ScriptVersion.number.desc()
    newest = session.scalar(_of(account_id, name).order_by(order).limit(1))
    number = newest.number if newest else None
    if number != expected_newest:
        raise Conflict(f"version {number} was kept meanwhile: compare it with yours, then keep yours again")
    kept = ScriptVersion(
        account_id=account_id,
        name=name,
        number=(number or 0) + 1,
        text=text,
        note=note,
        made_at=now,
        made_by=by,
    )
    session.add(kept)
    session.flush()
    after = {"version": kept.number, "note": note}
    audit.note(session, account_id=account_id, at=now, by=by, action="script.keep", subject=name, after=after)
    return script(session, account_id, name)


def put_in_force(
    session: Session, account_id: int, name: str, number: int, *, by: str, now: float
) -> KeptFlow:
    """The script with this version in force. Raises NotFound."""
    wanted = version(session, account_id, name, number)
    chosen = session.get(ScriptInForce, (account_id, name))
    before = chosen.version.number if chosen else None
    if chosen is None:
        session.add(ScriptInForce(account_id=account_id, name=name, version=wanted))
    else:
        chosen.version = wanted
    session.flush()
    audit.note(
        session,
        account_id=account_id,
        at=now,
        by=by,
        action="script.put_in_force",
        subject=name,
        before={"version": before},
        after={"version": number},
    )
    return script(session, account_id, name)


def _of(account_id: int, name: str) -> Select[ScriptVersion]:
    return select(ScriptVersion).where(ScriptVersion.account_id == account_id, ScriptVersion.name == name)


def _chosen(session: Session, account_id: int) -> dict[str, ScriptVersion]:
    rows = session.scalars(select(ScriptInForce).where(ScriptInForce.account_id == account_id))
    return {row.name: row.version for row in rows}
