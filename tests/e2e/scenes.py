"""What may be so in a center, as pictures: nobody there, an ordinary morning, two thousand waiting."""

from typing import Any

import msgspec

from crm_core import demo
from ctiserver.core.customers import Candidate
from ctiserver.core.events import DecisionMade, Head
from ctiserver.core.live_rows import AgentView, ContactView
from ctiserver.core.live_view import LiveView
from ctiserver.core.queue_view import QueueView, local_day
from tests.e2e.stage import ENGLISH, NAMES, SPANISH

_ZONE = "America/Santiago"
_KEYS = tuple(key for key, _, _ in demo.QUEUES)
_DAY = {
    "servicio": (148, 132, 108, 11, 3, 2, 312.0),
    "tecnico": (61, 58, 55, 2, 1, 1, 95.0),
    "emergencia": (4, 4, 4, 0, 0, 0, 7.0),
}
"""Queued, answered, of these in time, given up, of these in time, of these at once, longest wait in seconds."""
_COLLEAGUES: tuple[tuple[str, str, str, str, float], ...] = (
    ("agent1", "Valentina Rojas", "available", "talking", 194.0),
    ("agent2", "Benjamín Soto", "available", "wrapping_up", 41.0),
    ("agent3", "Camila Contreras Valenzuela", "pause", "idle", 1325.0),
    ("agent4", "Matías Sepúlveda", "available", "idle", 12.0),
    ("agent5", "Antonia Muñoz", "available", "on_hold", 66.0),
    ("agent6", "Joaquín Díaz", "logged_out", "idle", 15300.0),
)
"""Login, name, status, activity, for how many seconds."""
_LABELS = {
    "main": {"es": "Menú principal", "en": "Main menu"},
    "invoices": {"es": "Boletas", "en": "Invoices"},
    "technical": {"es": "Servicio técnico", "en": "Technical service"},
    "visit": {"es": "Pedir visita", "en": "Ask for a visit"},
    "reconnection_after_payment": {
        "es": "Reposición del suministro después del pago",
        "en": "Reconnection of the supply after payment",
    },
}
_WAITING: tuple[tuple[str, str, str, str, float], ...] = (
    ("servicio", "A", "Constanza Aguirrezabala Echeverría", "main invoices reconnection_after_payment", 64.0),
    ("servicio", "B", "Inversiones y Servicios Hoteleros del Pacífico Sur Limitada", "main invoices", 38.0),
    ("servicio", "C", "", "main", 9.0),
    ("tecnico", "B", "Ignacio Vergara", "main technical visit", 17.0),
)


def empty(now: float) -> LiveView:
    """The doors are open; nobody is there yet."""
    queues = {key: _queue(key, now) for key in _KEYS}
    agents = {
        key: AgentView(agent=key, name=NAMES[key], queues=_KEYS)  # type: ignore[arg-type]
        for key in (SPANISH, ENGLISH)
    }
    return LiveView(seq=1, switch_up=True, queues=queues, agents=agents)  # type: ignore[arg-type]


def morning(now: float) -> LiveView:
    """An ordinary morning: both agents talk, some wait, one of them too long."""
    view = empty(now)
    for key, (queued, answered, in_time, gave_up, gave_up_in_time, short, longest) in _DAY.items():
        row = view.queues[key]  # type: ignore[index]
        row.queued, row.answered, row.answered_in_time = queued, answered, in_time
        row.abandoned, row.abandoned_in_time, row.abandoned_short = gave_up, gave_up_in_time, short
        row.longest_wait_seconds = longest
    for key, name, status, activity, seconds in _COLLEAGUES:
        view.agents[key] = AgentView(  # type: ignore[index]
            agent=key,  # type: ignore[arg-type]
            name=name,
            queues=("servicio", "tecnico"),  # type: ignore[arg-type]
            status=status,
            reason="lunch" if status == "pause" else "",
            activity=activity,
            since=now - seconds,
        )
    for place, (queue, value_class, name, path, seconds) in enumerate(_WAITING):
        contact = _contact(f"w{place}", now, seconds, queue, value_class, name, path)
        view.contacts[contact.contact] = contact
    for place, agent in enumerate((SPANISH, ENGLISH)):
        _talks(view, f"t{place}", agent, now)
    return view


def crowd(now: float, count: int = 2000) -> LiveView:
    """A disaster: everybody calls at once."""
    view = morning(now)
    for place in range(count):
        name = f"Cliente número {place} de la Fuente"
        contact = _contact(f"c{place}", now, 30.0 + place, "servicio", "C", name, "main invoices")
        view.contacts[contact.contact] = contact
    return view


def wrapping_up(now: float) -> LiveView:
    """The callers of both agents are gone; what is left is to say how it ended."""
    view = morning(now)
    for place, agent in enumerate((SPANISH, ENGLISH)):
        row = view.agents[agent]  # type: ignore[index]
        row.activity, row.since, row.wrap_up_until = "wrapping_up", now - 12.0, now + 108.0
        row.card = view.contacts.pop(f"t{place}")  # type: ignore[call-overload]
    return view


def ringing(now: float) -> LiveView:
    """The telephones of both agents ring."""
    view = morning(now)
    for place, agent in enumerate((SPANISH, ENGLISH)):
        view.agents[agent].activity, view.agents[agent].since = "ringing", now - 3.0  # type: ignore[index]
        contact = view.contacts[f"t{place}"]  # type: ignore[index]
        contact.stage, contact.since = "offered", now - 3.0
    return view


def message(now: float) -> LiveView:
    """Both agents have in hand what somebody left to be heard; another message waits."""
    view = morning(now)
    view.contacts["w0"].channel, view.contacts["w0"].stage = "voicemail", "voicemail"  # type: ignore[index]
    for place, agent in enumerate((SPANISH, ENGLISH)):
        contact = view.contacts[f"t{place}"]  # type: ignore[index]
        contact.channel, contact.stage, contact.message_seconds = "voicemail", "message", 12.4
        view.agents[agent].activity = "message"  # type: ignore[index]
    return view


def _queue(key: str, now: float) -> QueueView:
    began, ends = local_day(now, _ZONE)
    promised = 10.0 if key == "emergencia" else 20.0
    return QueueView(
        queue=key,  # type: ignore[arg-type]
        time_zone=_ZONE,
        service_level_seconds=promised,
        day_began_at=began,
        day_ends_at=ends,
    )


def _contact(
    key: str, now: float, seconds: float, queue: str, value_class: str, name: str, path: str
) -> ContactView:
    candidate = Candidate(customer_id=1, pii_name=name, value_class=value_class)
    fields: dict[str, Any] = {
        "contact": key,
        "account_id": 1,
        "did": "+56221234567",
        "pii_number": "+56987654321",
        "language": "es",
        "arrived_at": now - seconds - 20.0,
        "queued_at": now - seconds,
        "waits_since": now - seconds,
        "since": now - seconds,
        "stage": "queued",
        "queue": queue,
        "value_class": value_class,
        "candidates": (candidate,) if name else (),
        "path": path.split(),
        "labels": {node: _LABELS[node] for node in path.split()},
        "values": {"topic": "invoices"},
    }
    return ContactView(**fields)


def _talks(view: LiveView, key: str, agent: str, now: float) -> None:
    name = "Rosario del Carmen Undurraga Fernández"
    contact = _contact(key, now, 180.0, "servicio", "A", name, "main invoices reconnection_after_payment")
    contact.stage, contact.since, contact.waits_since = "talking", now - 154.0, None
    contact.agent = agent  # type: ignore[assignment]
    head: dict[str, Any] = {"queue": "servicio", "contact": key, "value_class": "A"}
    contact.why = DecisionMade(
        at=now - 160.0,
        contact=key,  # type: ignore[arg-type]
        agent=agent,  # type: ignore[arg-type]
        queue="servicio",  # type: ignore[arg-type]
        rule="score",
        heads=(
            Head(**head, score_seconds=140.0, emergency=False, preference=0),
            Head(**head | {"queue": "tecnico"}, score_seconds=64.0, emergency=False, preference=0),
        ),
        idle_agents=1,
        excluded={},
    )
    view.contacts[contact.contact] = contact
    row = view.agents[agent]  # type: ignore[index]
    row.status, row.activity, row.since, row.contact = "available", "talking", now - 154.0, contact.contact


def copied(view: LiveView) -> LiveView:
    """The same once more."""
    return msgspec.json.decode(msgspec.json.encode(view), type=LiveView)
