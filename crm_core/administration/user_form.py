"""Users as administrators see them: name, roles, and the agent that one is.

A user is disabled, never deleted: records name him. Nobody takes the administrator's role from himself, so that there
is always somebody who can.
"""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm_core import audit
from crm_core.administration import checks
from crm_core.administration.desk import Author, Thing
from crm_core.administration.queue_form import LAST_PREFERENCE
from crm_core.agents import Agent, AgentSkill, Skill
from crm_core.queues import AgentQueue, Queue
from crm_core.users import ROLES, User, add_user, set_password
from crm_core.web_sessions import WebSession
from ctiserver.core.errors import Mistake, NotFound, Refusal

_FEWEST_DIGITS, _MOST_DIGITS = 2, 8


class AgentForm(msgspec.Struct, kw_only=True):
    """How he takes contacts. `phone_uri` None: his phone registers; `queues`: preference by key, the lower first."""

    extension: str
    browser_phone: bool = True
    phone_uri: str | None = None
    skills: dict[str, int] = {}
    queues: dict[str, int] = {}


class UserForm(msgspec.Struct, kw_only=True):
    """One person. `agent` None: he takes no contacts."""

    login: str
    name: str
    language: str = "es"
    roles: list[str]
    disabled: bool = False
    agent: AgentForm | None = None


class Users(Thing[User, UserForm]):
    """Named by their logins. `password` is that of a new one."""

    name = "user"

    def __init__(self, password: str = "") -> None:
        self._password = password

    def rows(self, session: Session, account_id: int) -> Sequence[User]:
        query = select(User).where(User.account_id == account_id)
        return session.scalars(query.order_by(User.login)).all()

    def id(self, row: User) -> str:
        return row.login

    def read(self, session: Session, row: User) -> UserForm:
        agent = _agent_of(session, row)
        return UserForm(
            login=row.login,
            name=row.name,
            language=row.language,
            roles=sorted(row.roles),
            disabled=row.disabled,
            agent=_agent_form(session, agent) if agent else None,
        )

    def mistakes(self, session: Session, author: Author, row: User | None, form: UserForm) -> list[Mistake]:
        found = [
            *checks.key(
                "login", form.login, row.login if row else None, session.scalars(select(User.login)).all()
            ),
            *checks.filled(name=form.name),
            *checks.known("language", form.language, checks.LANGUAGES),
        ]
        found += [mistake for role in form.roles for mistake in checks.known("roles", role, ROLES)]
        if not form.roles:
            found.append(Mistake("roles", "say what he does: choose at least one role", "no_role"))
        if ("agent" in form.roles) != (form.agent is not None):
            found.append(
                Mistake("roles", "the role agent needs an extension, and an extension the role", "agent_role")
            )
        if row is not None and row.login == author.login:
            if form.disabled:
                found.append(Mistake("disabled", "nobody disables himself", "oneself"))
            if "administrator" in row.roles and "administrator" not in form.roles:
                found.append(
                    Mistake("roles", "nobody takes the administrator's role from himself", "oneself")
                )
        if form.agent is not None:
            found += self._agent_mistakes(session, author.account_id, row, form.agent)
        return found

    def _agent_mistakes(
        self, session: Session, account_id: int, row: User | None, form: AgentForm
    ) -> list[Mistake]:
        owner = session.scalar(select(Agent).where(Agent.extension == form.extension))
        skills = session.scalars(select(Skill.key).where(Skill.account_id == account_id)).all()
        queues = session.scalars(select(Queue.key).where(Queue.account_id == account_id)).all()
        found = [
            *checks.levels("agent.skills", form.skills, skills, 100),
            *checks.levels("agent.queues", form.queues, queues, LAST_PREFERENCE),
        ]
        if not (form.extension.isdecimal() and _FEWEST_DIGITS <= len(form.extension) <= _MOST_DIGITS):
            found.append(Mistake("agent.extension", "an extension has 2 to 8 digits", "wrong_extension"))
        elif owner is not None and (row is None or owner.user_id != row.id):
            found.append(Mistake("agent.extension", f"{form.extension} is in use", "taken"))
        if form.phone_uri is not None and not form.phone_uri.startswith("sip:"):
            found.append(Mistake("agent.phone_uri", "write it as sip:1001@192.0.2.7:5060", "wrong_uri"))
        return found

    def make(self, session: Session, account_id: int, form: UserForm) -> User:
        row = add_user(
            session,
            login=form.login,
            name=form.name,
            password=self._password,
            roles=form.roles,
            language=form.language,
            account_id=account_id,
        )
        self.change(session, row, form)
        return row

    def change(self, session: Session, row: User, form: UserForm) -> None:
        row.name, row.language, row.roles = form.name, form.language, frozenset(form.roles)
        if form.disabled and not row.disabled:
            _end_log_ins(session, row)
        row.disabled = form.disabled
        agent = _agent_of(session, row)
        if form.agent is None:
            if agent is not None:
                _forget_links(session, agent)
                session.delete(agent)
            return
        if agent is None:
            agent = Agent(user=row, extension=form.agent.extension)
            session.add(agent)
        _change_agent(session, agent, form.agent)

    def remove(self, session: Session, author: Author, row: User) -> bool:
        if row.login == author.login:
            raise Refusal("oneself", "nobody disables himself: ask another administrator")
        row.disabled = True
        _end_log_ins(session, row)
        return True


def reset_password(session: Session, author: Author, login: str, password: str) -> None:
    """Give a user of the author's account a new password; his log-ins end. Raises NotFound."""
    row = session.scalar(select(User).where(User.account_id == author.account_id, User.login == login))
    if row is None:
        raise NotFound(f"there is no user {login}")
    set_password(row, password)
    _end_log_ins(session, row)
    audit.note(
        session,
        account_id=author.account_id,
        at=author.at,
        by=author.login,
        action="user.password",
        subject=login,
    )


def _end_log_ins(session: Session, row: User) -> None:
    session.execute(delete(WebSession).where(WebSession.user_id == row.id))


def _agent_of(session: Session, row: User) -> Agent | None:
    return session.scalar(select(Agent).where(Agent.user_id == row.id))


def _agent_form(session: Session, agent: Agent) -> AgentForm:
    served = session.execute(
        select(Queue.key, AgentQueue.preference)
        .join(AgentQueue, AgentQueue.queue_id == Queue.id)
        .where(AgentQueue.agent_id == agent.id)
        .order_by(Queue.key)
    )
    return AgentForm(
        extension=agent.extension,
        browser_phone=agent.browser_phone,
        phone_uri=agent.phone_uri,
        skills={skill.skill_key: skill.level for skill in agent.skills},
        queues={key: preference for key, preference in served},
    )


def _change_agent(session: Session, agent: Agent, form: AgentForm) -> None:
    agent.extension, agent.phone_uri = form.extension, form.phone_uri
    agent.browser_phone = form.browser_phone
    have = {skill.skill_key: skill for skill in agent.skills}
    agent.skills = [_skill(have.get(key), key, level) for key, level in sorted(form.skills.items())]
    session.flush()
    _serve(session, agent, form.queues)


def _skill(known: AgentSkill | None, key: str, level: int) -> AgentSkill:
    skill = known or AgentSkill(skill_key=key)
    skill.level = level
    return skill


def _serve(session: Session, agent: Agent, wanted: Mapping[str, int]) -> None:
    named = session.execute(select(Queue.key, Queue.id).where(Queue.key.in_(wanted)))
    ids = {key: queue_id for key, queue_id in named}
    links = session.scalars(select(AgentQueue).where(AgentQueue.agent_id == agent.id)).all()
    known = {link.queue_id: link for link in links}
    for queue_id in known.keys() - ids.values():
        session.delete(known[queue_id])
    for key, preference in wanted.items():
        link = known.get(ids[key])
        if link is None:
            session.add(AgentQueue(agent_id=agent.id, queue_id=ids[key], preference=preference))
        else:
            link.preference = preference


def _forget_links(session: Session, agent: Agent) -> None:
    for link in session.scalars(select(AgentQueue).where(AgentQueue.agent_id == agent.id)):
        session.delete(link)
