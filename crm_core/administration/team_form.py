"""Teams: people who share the work that is no call, as administrators see them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import teams
from crm_core.administration import checks
from crm_core.administration.desk import Author, Thing
from crm_core.case_targets import CaseTarget
from crm_core.cases import Case
from crm_core.teams import Team
from ctiserver.core.errors import Mistake, Refusal


class TeamForm(msgspec.Struct, kw_only=True):
    """`members`: logins, in any order."""

    key: str
    name: str
    members: list[str] = []


class Teams(Thing[Team, TeamForm]):
    """Named by their keys. A team goes when no open case is its own and no late case would go to it."""

    name = "team"

    def rows(self, session: Session, account_id: int) -> Sequence[Team]:
        return teams.teams_of_account(session, account_id)

    def id(self, row: Team) -> str:
        return row.key

    def read(self, session: Session, row: Team) -> TeamForm:
        return TeamForm(key=row.key, name=row.name, members=row.logins)

    def mistakes(self, session: Session, author: Author, row: Team | None, form: TeamForm) -> list[Mistake]:
        known = [user.login for user in teams.colleagues(session, author.account_id)]
        keys = [one.key for one in self.rows(session, author.account_id)]
        found = [
            *checks.key("key", form.key, row.key if row else None, keys),
            *checks.filled(name=form.name),
        ]
        return found + [one for login in form.members for one in checks.known("members", login, known)]

    def make(self, session: Session, account_id: int, form: TeamForm) -> Team:
        return teams.put_team(session, account_id, form.key, form.name, form.members)

    def change(self, session: Session, row: Team, form: TeamForm) -> None:
        teams.put_team(session, row.account_id, row.key, form.name, form.members)

    def remove(self, session: Session, author: Author, row: Team) -> bool:
        own = (Case.account_id == row.account_id, Case.team == row.key, Case.is_open)
        late = (CaseTarget.account_id == row.account_id, CaseTarget.escalate_to == row.key)
        for query in (select(Case.id).where(*own), select(CaseTarget.kind).where(*late)):
            if session.scalar(query.limit(1)) is not None:
                raise Refusal(
                    "in_use", "open cases are this team's, or late ones go to it: give them to another"
                )
        session.delete(row)
        session.flush()
        return False
