"""The demo company's work orders: five technicians with their vans, and a day of orders in all states.

The day is that of the first loading, so that there is something late, something under way and something to give to
somebody when one looks. Loading again adds nothing: what people did with the orders since is theirs.
"""

import random
from collections.abc import Sequence
from dataclasses import replace

from faker import Faker
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.customers import Customer
from crm_core.users import User, add_user
from crm_core.work_orders import closing_truth, order_work, parts, stock, technicians, visit_capacity
from crm_core.work_orders.closing import close
from crm_core.work_orders.order_flow import Event, Way
from crm_core.work_orders.stock import Used
from crm_core.work_orders.technicians import Technician
from crm_core.work_orders.visit_capacity import Places
from crm_core.work_orders.visit_slots import Half
from crm_core.work_orders.work_orders import Author, WorkOrder

DISPATCHER = "despacho"
TECHNICIANS = tuple(f"tecnico{place}" for place in range(1, 6))
FIRST_CODE = 21
PARTS = (
    ("valve", "Válvula de corte", "1"),
    ("regulator", "Regulador", "2"),
    ("hose", "Flexible de gas", "3"),
    ("meter", "Medidor", "4"),
    ("seal", "Sello", "5"),
    ("igniter", "Encendedor", "6"),
)
"""Key, name, code on the telephone."""
_IN_EACH_VAN = 6
_SEED = 20_241
_HOUR = 3600.0
_AREAS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Providencia", ("Los Leones 1234", "Av. Pedro de Valdivia 815", "Suecia 482 depto. 31")),
    ("Ñuñoa", ("Irarrázaval 3050", "Dublé Almeyda 2711", "Simón Bolívar 4420 casa B")),
    ("Maipú", ("Av. Pajaritos 2988", "Rinconada 1310", "Los Pajaritos 115")),
    ("La Florida", ("Vicuña Mackenna 7110", "Rojas Magallanes 640", "Walker Martínez 2290")),
)
_WORK = (
    ("repair", "Cocina no enciende", "high"),
    ("repair", "Calefont se apaga", "normal"),
    ("installation", "Instalar medidor nuevo", "normal"),
    ("inspection", "Certificación de red interior", "low"),
    ("maintenance", "Mantención de caldera", "normal"),
    ("reconnection", "Reconectar después de pago", "high"),
    ("reading", "Lectura en terreno", "low"),
    ("leak", "Olor a gas en la cocina", "urgent"),
)
_ENDINGS = (
    ("done", 7),
    ("done", 6),
    ("needs_part", None),
    ("done", 3),
    ("customer_absent", None),
    ("done", 7),
)
"""Code, and the grade that the customer gave; None: he has not been asked."""


def load(session: Session, *, now: float, password: str) -> int:
    """Adds what is missing; how many orders were made. `password` is that of new users."""
    people = _people(session, password)
    _plan_visits(session, now)
    if session.scalar(select(WorkOrder.id).where(WorkOrder.account_id == DEFAULT_ACCOUNT_ID).limit(1)):
        return 0
    office = Author(account_id=DEFAULT_ACCOUNT_ID, login=DISPATCHER, at=now)
    _fill_vans(session, now)
    return _day(session, office, people)


def _people(session: Session, password: str) -> Sequence[Technician]:
    names = Faker("es_CL")
    names.seed_instance(_SEED)
    known = set(session.scalars(select(User.login)))
    if DISPATCHER not in known:
        add_user(session, login=DISPATCHER, name="Despacho", password=password, roles={"dispatcher"})
    for place, login in enumerate(TECHNICIANS):
        name = f"{names.first_name()} {names.last_name()}"
        if login not in known:
            area = _AREAS[place % len(_AREAS)][0]
            add_user(session, login=login, name=name, password=password, roles={"technician"})
            technicians.put_technician(
                session, DEFAULT_ACCOUNT_ID, login, code=str(FIRST_CODE + place), areas=[area]
            )
    return technicians.technicians_of_account(session, DEFAULT_ACCOUNT_ID)


def _plan_visits(session: Session, now: float) -> None:
    """A visit for each technician and half day, from Monday to Friday, and the mornings of Saturdays."""
    if visit_capacity.capacity(session, DEFAULT_ACCOUNT_ID):
        return
    rows = [
        Places(weekday=weekday, half=half, places=len(TECHNICIANS) if weekday < 6 else 2)
        for weekday in range(1, 7)
        for half in Half
        if weekday < 6 or half is Half.MORNING
    ]
    visit_capacity.put_capacity(session, DEFAULT_ACCOUNT_ID, rows, by=DISPATCHER, now=now)


def _fill_vans(session: Session, now: float) -> None:
    for key, name, code in PARTS:
        parts.put_part(session, DEFAULT_ACCOUNT_ID, key, name=name, code=code)
        stock.receive(
            session,
            DEFAULT_ACCOUNT_ID,
            key,
            100,
            place=stock.STORE,
            key=f"demo.{key}",
            by=DISPATCHER,
            now=now,
        )
        for login in TECHNICIANS:
            stock.hand_over(
                session,
                DEFAULT_ACCOUNT_ID,
                key,
                _IN_EACH_VAN,
                source=stock.STORE,
                target=login,
                key=f"demo.{key}.{login}",
                by=DISPATCHER,
                now=now,
            )


def _day(session: Session, office: Author, people: Sequence[Technician]) -> int:
    chance = random.Random(_SEED)
    customers = session.scalars(
        select(Customer.id).where(Customer.account_id == DEFAULT_ACCOUNT_ID).order_by(Customer.id).limit(60)
    ).all()
    made = 0
    for place in range(26 if customers else 0):
        kind, subject, priority = _WORK[place % len(_WORK)]
        area, streets = _AREAS[chance.randrange(len(_AREAS))]
        begins = office.at + (place - 12) * 0.75 * _HOUR
        author = replace(office, at=min(office.at, begins - 5 * _HOUR))
        new = order_work.open_order(
            session,
            author,
            kind=kind,
            subject=subject,
            priority=priority,
            customer_id=customers[chance.randrange(len(customers))],
            address=chance.choice(streets),
            area=area,
            due_from_at=begins,
            due_until_at=begins + 2 * _HOUR,
        )
        made += 1
        if place < 22 and people:
            login = people[place % len(people)].user.login
            order_work.assign(session, author, new.id, login)
            _work(session, replace(office, login=login, technician=True, way=Way.PAGE), new, place, begins)
    return made


def _work(session: Session, technician: Author, new: WorkOrder, place: int, begins: float) -> None:
    """What the technician has done so far: the early ones are closed, one each is under way."""
    if place == 10:
        order_work.take_step(session, replace(technician, at=technician.at - 600), new.id, Event.SET_OUT)
    if place == 11:
        order_work.take_step(session, replace(technician, at=technician.at - 1500), new.id, Event.ARRIVE)
    if place > 8:
        return
    arrived = begins + 0.5 * _HOUR
    order_work.take_step(session, replace(technician, at=arrived), new.id, Event.ARRIVE)
    code, grade = _ENDINGS[place % len(_ENDINGS)]
    ended = replace(technician, at=arrived + (30 + 10 * (place % 4)) * 60)
    used = [Used("hose")] if code == "done" and place % 2 else []
    close(session, ended, new.id, code, key="demo", used=used)
    if grade is not None:
        told = replace(technician, login="survey", at=ended.at + _HOUR, technician=False, way=Way.PHONE)
        closing_truth.take_answer(session, told, new.id, 1, solved=grade > 3, grade=grade)
