"""Flows and surveys that people changed in the console: every version is kept, one of each is in force.

Version 1 is the file in the configured folder and stands in no table; a flow without a row in `flows_in_force` is
that file. The name of a flow is unique in the whole center, because a number names nothing else. A survey is kept as
a flow is; its name begins with its folder's.
"""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, ConfiguresEngines, EpochSeconds
from ctiserver.core.errors import NotFound, Refusal

FILE_VERSION = 1
SURVEYS = "surveys/"
"""What the names of surveys begin with; as files they stand in this folder beside the flows."""


class FlowVersion(ConfiguresEngines, Base):
    """One text of one flow, from 2 on; it never changes."""

    __tablename__ = "flow_versions"
    __table_args__ = (Index("uq_flow_versions_name_number", "name", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    number: Mapped[int]
    text: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    """What changed, in the words of who made it."""
    made_at: Mapped[EpochSeconds]
    made_by: Mapped[str]


class FlowInForce(ConfiguresEngines, Base):
    """Which version new calls begin with."""

    __tablename__ = "flows_in_force"

    name: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("flow_versions.id"))

    version: Mapped[FlowVersion] = relationship(lazy="joined", innerjoin=True)


def texts_in_force(session: Session) -> dict[str, tuple[int, str]]:
    """Number and text of every flow and survey that is not its file, by name."""
    rows = session.scalars(select(FlowInForce).order_by(FlowInForce.name))
    return {row.name: (row.version.number, row.version.text) for row in rows}


def versions(session: Session, account_id: int, name: str | None = None) -> Sequence[FlowVersion]:
    """The kept versions of a flow, or of all flows of the account, newest first."""
    query = select(FlowVersion).where(FlowVersion.account_id == account_id)
    if name is not None:
        query = query.where(FlowVersion.name == name)
    return session.scalars(query.order_by(FlowVersion.name, FlowVersion.number.desc())).all()


def version(session: Session, account_id: int, name: str, number: int) -> FlowVersion:
    """One kept version. Raises NotFound."""
    found = next((row for row in versions(session, account_id, name) if row.number == number), None)
    if found is None:
        raise NotFound(f"the flow {name} has no version {number}")
    return found


def keep(
    session: Session, account_id: int, name: str, text: str, *, note: str, at: float, by: str
) -> FlowVersion:
    """A new version, which is not in force yet. Raises Refusal for a name that another account uses."""
    query = select(FlowVersion.account_id, func.max(FlowVersion.number)).where(FlowVersion.name == name)
    owner, newest = next(iter(session.execute(query.group_by(FlowVersion.account_id))), (account_id, None))
    if owner != account_id:
        raise Refusal("name_taken", f"the name {name} is in use: choose another one")
    kept = FlowVersion(
        account_id=account_id,
        name=name,
        number=(newest or FILE_VERSION) + 1,
        text=text,
        note=note,
        made_at=at,
        made_by=by,
    )
    session.add(kept)
    session.flush()
    return kept


def put_in_force(session: Session, account_id: int, name: str, number: int) -> int:
    """New calls begin with this version from the next configuration on; the number of the one before.

    Number 1 is the file. Raises NotFound.
    """
    chosen = session.get(FlowInForce, name)
    before = chosen.version.number if chosen else FILE_VERSION
    if number == FILE_VERSION:
        if chosen is not None and chosen.account_id == account_id:
            session.delete(chosen)
        return before
    wanted = version(session, account_id, name, number)
    if chosen is None:
        session.add(FlowInForce(name=name, account_id=account_id, version=wanted))
    else:
        chosen.version = wanted
    session.flush()
    return before
