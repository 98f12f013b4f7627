"""A new member of staff: user, agent, skills and queues, all in one unit of work or not at all."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from crm_core.agents import add_agent
from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.queues import let_serve, queue
from crm_core.users import add_user
from ctiserver.core.errors import Refusal


def add_member(
    session: Session,
    *,
    login: str,
    name: str,
    password: str,
    roles: frozenset[str],
    language: str = "es",
    extension: str | None = None,
    phone_uri: str | None = None,
    skills: Mapping[str, int] | None = None,
    queues: Mapping[str, int] | None = None,
) -> None:
    """Adds a user; with an extension also the agent that he is, who serves `queues` (key to preference).

    Raises Refusal for a user without a role or an agent's things without an extension, and what `add_user`,
    `add_agent` and `queue` raise.
    """
    if not extension and (phone_uri or skills or queues):
        raise Refusal("no_extension", "skills, queues and a phone are an agent's: give an extension")
    duties = roles | {"agent"} if extension else roles
    if not duties:
        raise Refusal("no_role", "say what he does: a role such as supervisor, or an extension for an agent")
    add_user(session, login=login, name=name, password=password, roles=duties, language=language)
    if not extension:
        return
    agent = add_agent(session, login=login, extension=extension, skills=skills or {}, phone_uri=phone_uri)
    for key, preference in (queues or {}).items():
        let_serve(session, agent, queue(session, DEFAULT_ACCOUNT_ID, key), preference=preference)
