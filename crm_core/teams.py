"""Teams: people who share work that is no call. A case or activity is for one person or for one team."""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base
from crm_core.users import User
from ctiserver.core.errors import NotFound, Refusal


class Team(Base):
    """Some users of one account, under a key."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    name: Mapped[str]

    members: Mapped[list["TeamMember"]] = relationship(
        cascade="all, delete-orphan", order_by="TeamMember.user_id", lazy="selectin"
    )

    @property
    def logins(self) -> list[str]:
        """Who is in it."""
        return sorted(member.user.login for member in self.members)


class TeamMember(Base):
    """One user in one team."""

    __tablename__ = "team_members"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


def put_team(session: Session, account_id: int, key: str, name: str, logins: Sequence[str]) -> Team:
    """The team as it is from now on, made if there was none. Raises Refusal for users of another account."""
    if not key or not name:
        raise Refusal("team_without_name", "give the team a key and a name")
    found = find_team(session, account_id, key)
    if found is None:
        found = Team(account_id=account_id, key=key)
        session.add(found)
    found.name = name
    kept = {member.user.login: member for member in found.members}
    wanted = [colleague(session, account_id, login) for login in dict.fromkeys(logins)]
    found.members = [kept.get(user.login) or TeamMember(user=user, account_id=account_id) for user in wanted]
    session.flush()
    return found


def find_team(session: Session, account_id: int, key: str) -> Team | None:
    """The team of this account, None if there is none."""
    return session.scalar(select(Team).where(Team.account_id == account_id, Team.key == key))


def team(session: Session, account_id: int, key: str) -> Team:
    """The team of this account. Raises NotFound."""
    if found := find_team(session, account_id, key):
        return found
    raise NotFound(f"account {account_id} has no team {key}")


def teams_of_account(session: Session, account_id: int) -> Sequence[Team]:
    """The account's teams, by name."""
    return session.scalars(select(Team).where(Team.account_id == account_id).order_by(Team.name)).all()


def keys_of_member(session: Session, account_id: int, login: str) -> list[str]:
    """The teams that a user is in, by key."""
    query = (
        select(Team.key)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .join(User, User.id == TeamMember.user_id)
        .where(Team.account_id == account_id, User.login == login)
    )
    return list(session.scalars(query.order_by(Team.key)))


def colleague(session: Session, account_id: int, login: str) -> User:
    """The user of this account with that login. Raises Refusal."""
    found = session.scalar(select(User).where(User.account_id == account_id, User.login == login))
    if found is None:
        raise Refusal("unknown_colleague", f"there is no user {login!r} in this company")
    return found


def colleagues(session: Session, account_id: int) -> Sequence[User]:
    """All who work for the account, by name."""
    return session.scalars(select(User).where(User.account_id == account_id).order_by(User.name)).all()
