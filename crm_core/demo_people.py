"""The people of the demo who are real: two agents with a telephone in the page, a supervisor and those in the field.

The simulated people have no password that anybody knows; these have one each, told once by whoever adds them. So is the
PIN of every technician, for closing orders by telephone.
"""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.agents import Skill, add_agent
from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.caller_secrets import has_pin
from crm_core.queues import let_serve, queues_of_account
from crm_core.users import User, add_user
from crm_core.work_orders import order_list, order_work, technicians
from crm_core.work_orders.order_list import OrderFilter
from crm_core.work_orders.work_orders import Author

AGENT, SELLER, SUPERVISOR = "agente", "vendedora", "supervisora"
DISPATCHER, TECHNICIAN = "despachadora", "tecnica"
TECHNICIANS_CODE = "20"
PEOPLE = (AGENT, SELLER, SUPERVISOR, DISPATCHER, TECHNICIAN)
_TELEPHONES = {AGENT: ("Agente", "1100", "tecnico"), SELLER: ("Vendedora", "1101", "ventas")}
"""Name, extension, and the queue that each serves."""
_SUPERVISORS_EXTENSION = "1102"
_LEVEL = 90


def add_people(session: Session, new_password: Callable[[], str]) -> dict[str, str]:
    """Adds who is missing; the passwords of those who are new, by login.

    The agent serves technical service alone, the seller the campaigns: whoever serves one queue is taken before those
    who serve several, as the simulated technicians do, so that the human's telephone soon rings.
    """
    known = set(session.scalars(select(User.login)))
    told = {login: new_password() for login in PEOPLE if login not in known}
    for login in (AGENT, SELLER):
        if login in told:
            _add_agent(session, login, told[login])
    if SUPERVISOR in told:
        roles = {"supervisor", "campaign_manager"}
        add_user(session, login=SUPERVISOR, name="Supervisora", password=told[SUPERVISOR], roles=roles)
        add_agent(session, login=SUPERVISOR, extension=_SUPERVISORS_EXTENSION, skills={}, browser_phone=True)
    if DISPATCHER in told:
        add_user(
            session, login=DISPATCHER, name="Despachadora", password=told[DISPATCHER], roles={"dispatcher"}
        )
    if TECHNICIAN in told:
        add_user(session, login=TECHNICIAN, name="Técnica", password=told[TECHNICIAN], roles={"technician"})
        technicians.put_technician(session, DEFAULT_ACCOUNT_ID, TECHNICIAN, code=TECHNICIANS_CODE)
    return told


def _add_agent(session: Session, login: str, password: str) -> None:
    name, extension, served = _TELEPHONES[login]
    add_user(session, login=login, name=name, password=password, roles={"agent"})
    skills = dict.fromkeys(session.scalars(select(Skill.key)), _LEVEL)
    agent = add_agent(session, login=login, extension=extension, skills=skills, browser_phone=True)
    for queue in queues_of_account(session, DEFAULT_ACCOUNT_ID):
        if queue.key == served:
            let_serve(session, agent, queue)


def give_work(session: Session, now: float) -> int:
    """Gives the technician who is real orders that nobody has, if she has none; how many."""
    if order_list.current_order(session, DEFAULT_ACCOUNT_ID, TECHNICIAN):
        return 0
    free = order_list.list_orders(session, DEFAULT_ACCOUNT_ID, OrderFilter(technician=""), now=now, limit=3)
    office = Author(account_id=DEFAULT_ACCOUNT_ID, login=DISPATCHER, at=now)
    for one in free.rows:
        order_work.assign(session, office, one.id, TECHNICIAN)
    return len(free.rows)


def give_pins(session: Session, now: float) -> dict[str, str]:
    """A PIN for each technician without one: by code, for whoever adds them to tell once."""
    every = technicians.technicians_of_account(session, DEFAULT_ACCOUNT_ID)
    return {
        one.code: technicians.new_pin(session, DEFAULT_ACCOUNT_ID, one.user.login, now=now)
        for one in every
        if not has_pin(session, DEFAULT_ACCOUNT_ID, "technician", str(one.user_id))
    }
