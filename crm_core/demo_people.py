"""The people of the demo who are real: an agent whose telephone is his browser, and a supervisor.

The simulated agents have no password that anybody knows; these two have one each, told once by whoever adds them.
"""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.agents import Skill, add_agent
from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.queues import let_serve, queues_of_account
from crm_core.users import User, add_user

AGENT, SUPERVISOR = "agente", "supervisora"
_EXTENSION = "1100"
_LEVEL = 90


def add_people(session: Session, new_password: Callable[[], str]) -> dict[str, str]:
    """Adds who is missing; the passwords of those who are new, by login.

    The agent serves every queue, and knows all that they ask for: the human's place is never without calls.
    """
    known = set(session.scalars(select(User.login)))
    told = {login: new_password() for login in (AGENT, SUPERVISOR) if login not in known}
    if AGENT in told:
        add_user(session, login=AGENT, name="Agente", password=told[AGENT], roles={"agent"})
        skills = dict.fromkeys(session.scalars(select(Skill.key)), _LEVEL)
        agent = add_agent(session, login=AGENT, extension=_EXTENSION, skills=skills, browser_phone=True)
        for queue in queues_of_account(session, DEFAULT_ACCOUNT_ID):
            let_serve(session, agent, queue)
    if SUPERVISOR in told:
        add_user(
            session, login=SUPERVISOR, name="Supervisora", password=told[SUPERVISOR], roles={"supervisor"}
        )
    return told
