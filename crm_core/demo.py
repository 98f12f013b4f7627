"""A small demo company: a Chilean gas utility with customers, queues and agents.

Everything is drawn from one seed, so that each installation gets the same company. Loading it again adds
what is missing and changes nothing that is there. Names, RUTs and numbers are drawn by chance; whom they belong to in
life is unknown, so the demo's only trunk ends in simulated telephones, and must never be another.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from faker import Faker
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import demo_campaigns, demo_orders, demo_places, demo_scripts
from crm_core.accounts import account
from crm_core.agents import Agent, Skill, add_agent, agent
from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.contact_reasons import ContactReason, reasons_of_account
from crm_core.customers import Customer, add_customer
from crm_core.demo_center import (
    ASKING_CALL_BACK,
    CONTACT_REASONS,
    DISPOSITIONS,
    PAUSE_REASONS,
    QUEUES,
    SKILLS,
)
from crm_core.dispositions import Disposition
from crm_core.pause_reasons import PauseReason, pause_reasons_of_account
from crm_core.phone_numbers import E164, is_assigned, normalise
from crm_core.queues import Queue, add_queue, let_serve
from crm_core.users import User, add_user
from ctiserver.core import rut

COMPANY = "Gas del Valle"
SEED = 20_240
CUSTOMERS = 200
AGENTS = 12
SELLERS = 4
"""The last of the agents call customers, and serve nobody else."""
FIRST_EXTENSION = 1001
CLASS_WEIGHTS = {"A": 10, "B": 30, "C": 60}
COMPANY_SHARE = 0.1
SECOND_PHONE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Added:
    """How much of the demo company was missing."""

    customers: int
    agents: int


def load(
    session: Session,
    *,
    now: float,
    password: str,
    phone_uri: Callable[[str], str | None] = lambda extension: None,
) -> Added:
    """Adds what is missing of the demo company to account 1.

    `password` is that of new users; `phone_uri` gives the phone of an extension, None for one that registers.
    """
    company = account(session)
    if company.name == "default":
        company.name = COMPANY
    _add_skills(session)
    queues = _add_queues(session)
    _add_dispositions(session, queues)
    _add_reasons(session)
    agents = _add_agents(session, queues, password, phone_uri)
    _add_supervisor(session, password)
    added = Added(customers=_add_customers(session, now), agents=agents)
    demo_places.load(session, now=now)
    demo_orders.load(session, now=now, password=password)
    demo_scripts.load(session, now=now)
    demo_campaigns.load(session, now=now)
    return added


def customers(count: int = CUSTOMERS, seed: int = SEED) -> Iterator[dict[str, object]]:
    """Fields of customers as `add_customer` takes them; the same `seed` gives the same ones."""
    people = Faker("es_CL")
    people.seed_instance(seed)
    chance = random.Random(seed)
    numbers = chance.sample(range(5_000_000, 22_000_000), count)
    company_numbers = chance.sample(range(76_000_000, 79_000_000), count)
    for person_number, company_number in zip(numbers, company_numbers, strict=True):
        is_company = chance.random() < COMPANY_SHARE
        names = _company(people) if is_company else _person(people, chance)
        yield {
            **names,
            "rut": _rut(company_number if is_company else person_number),
            "language": "en" if chance.random() < 0.05 else "es",
            "value_class": chance.choices(list(CLASS_WEIGHTS), list(CLASS_WEIGHTS.values()))[0],
            "value_class_reason": "demo",
            "phones": _phones(chance),
        }


def _person(people: Faker, chance: random.Random) -> dict[str, object]:
    given = people.first_name_female if chance.random() < 0.5 else people.first_name_male
    return {
        "kind": "person",
        "name": given(),
        "surname": people.last_name(),
        "second_surname": people.last_name(),
    }


def _company(people: Faker) -> dict[str, object]:
    return {"kind": "company", "name": people.company()}


def _rut(number: int) -> str:
    return f"{number}-{rut.check_digit(number)}"


def _phones(chance: random.Random) -> list[E164]:
    count = 2 if chance.random() < SECOND_PHONE_SHARE else 1
    return [_phone(chance) for _ in range(count)]


def _phone(chance: random.Random) -> E164:
    """A mobile number (9 and eight digits) or, one time in four, one of Santiago (2 2 and seven digits)."""
    while True:
        start = "22" if chance.random() < 0.25 else "9"
        written = start + "".join(chance.choices("0123456789", k=9 - len(start)))
        number = normalise(written, "CL")
        if number and is_assigned(number):
            return number


def _add_skills(session: Session) -> None:
    for key, (label_es, label_en) in SKILLS.items():
        if session.get(Skill, key) is None:
            session.add(Skill(key=key, label_es=label_es, label_en=label_en))
    session.flush()


def _add_queues(session: Session) -> dict[str, Queue]:
    queues = {queue.key: queue for queue in session.scalars(select(Queue))}
    for key, name, fields in QUEUES:
        if key not in queues:
            queues[key] = add_queue(session, DEFAULT_ACCOUNT_ID, key, name, **fields)
    return queues


def _add_dispositions(session: Session, queues: dict[str, Queue]) -> None:
    known = {(row.queue_id, row.code) for row in session.scalars(select(Disposition))}
    for key, code, label_es, label_en, needs_note in DISPOSITIONS:
        queue_id = queues[key].id if key else None
        if (queue_id, code) not in known:
            session.add(
                Disposition(
                    account_id=DEFAULT_ACCOUNT_ID,
                    queue_id=queue_id,
                    code=code,
                    label_es=label_es,
                    label_en=label_en,
                    needs_note=needs_note,
                    asks_call_back=code in ASKING_CALL_BACK,
                )
            )
    session.flush()


def _add_reasons(session: Session) -> None:
    every = reasons_of_account(session, DEFAULT_ACCOUNT_ID, with_retired=True)
    reasons = {row.key: row for row in every}
    for position, (key, parent, label_es, label_en, guessed_by) in enumerate(CONTACT_REASONS):
        if key not in reasons:
            reasons[key] = ContactReason(
                account_id=DEFAULT_ACCOUNT_ID,
                key=key,
                parent=reasons[parent] if parent else None,
                label_es=label_es,
                label_en=label_en,
                position=position,
                guessed_by=list(guessed_by),
            )
            session.add(reasons[key])
    pauses = {row.key for row in pause_reasons_of_account(session, DEFAULT_ACCOUNT_ID, with_retired=True)}
    for position, (key, label_es, label_en) in enumerate(PAUSE_REASONS):
        if key not in pauses:
            session.add(
                PauseReason(
                    account_id=DEFAULT_ACCOUNT_ID,
                    key=key,
                    label_es=label_es,
                    label_en=label_en,
                    position=position,
                )
            )
    session.flush()


def _add_agents(
    session: Session, queues: dict[str, Queue], password: str, phone_uri: Callable[[str], str | None]
) -> int:
    people = Faker("es_CL")
    people.seed_instance(SEED)
    known = set(session.scalars(select(User.login).join(Agent)))
    added = 0
    for place in range(AGENTS):
        name = f"{people.first_name()} {people.last_name()}"
        login, extension = _login(place), str(FIRST_EXTENSION + place)
        if login in known:
            continue
        add_user(session, login=login, name=name, password=password, roles={"agent"})
        add_agent(
            session, login=login, extension=extension, skills=_skills(place), phone_uri=phone_uri(extension)
        )
        for key, preference in _queues_of(place).items():
            let_serve(session, agent(session, login), queues[key], preference=preference)
        added += 1
    return added


def sellers() -> list[str]:
    """Those of the agents who call customers."""
    return [_login(place) for place in range(AGENTS) if _sells(place)]


def _login(place: int) -> str:
    return f"agent{place + 1}"


def _skills(place: int) -> dict[str, int]:
    """Five know invoices, three are technicians; half speak English; four take emergencies; the others sell."""
    english = {"en": 60} if place % 2 else {}
    if _sells(place):
        return {"es": 100, **english}
    trade = {"billing": 80} if place < 5 else {"technical": 80}
    emergency = {"emergency": 90} if place >= 4 else {}
    return {"es": 100, **trade, **english, **emergency}


def _sells(place: int) -> bool:
    return place >= AGENTS - SELLERS


def _queues_of(place: int) -> dict[str, int]:
    if _sells(place):
        return {"ventas": 0}
    own = {"servicio": 0} if place < 5 else {"tecnico": 0}
    return {**own, "emergencia": 0} if place >= 4 else own


def _add_supervisor(session: Session, password: str) -> None:
    if session.scalar(select(User.id).where(User.login == "supervisor")) is None:
        add_user(
            session,
            login="supervisor",
            name="Supervisión",
            password=password,
            roles={"supervisor", "administrator"},
        )


def _add_customers(session: Session, now: float) -> int:
    known = set(session.scalars(select(Customer.rut).where(Customer.account_id == DEFAULT_ACCOUNT_ID)))
    missing = [fields for fields in customers() if fields["rut"] not in known]
    for fields in missing:
        add_customer(session, DEFAULT_ACCOUNT_ID, now=now, **fields)  # type: ignore[arg-type]
    return len(missing)
