"""Figures of queues and agents from the events that the reader recorded, on both databases."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from crm_core import figure_looks
from crm_core.accounts import Account
from crm_core.agents import add_agent
from crm_core.db import Store
from crm_core.interaction_writer import apply_batch, events_lost
from crm_core.permission.calendars import instant
from crm_core.queues import add_queue
from crm_core.reader_positions import EventId
from crm_core.reports.agent_report import agent_report, own_report
from crm_core.reports.arrival_rates import arrival_rates
from crm_core.reports.call_history import call_history
from crm_core.reports.queue_report import contacts_behind, queue_report
from crm_core.shift_import import import_shifts
from crm_core.users import add_user
from ctiserver.core import events as e
from ctiserver.core.errors import ConfigError
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey
from ctiserver.core.message import Event
from ctiserver.core.requests import Status

MIDNIGHT = 1_780_027_200.0  # 2026-05-29 in Santiago
HOUR, DAY = 3600.0, 86400.0
PEOPLE = ("ann", "bea", "cid", "dan", "eva")


class Day:
    """Writes events down as the reader does."""

    def __init__(self, store: Store) -> None:
        self.store, self.seq = store, 0

    def tell(self, *events: Event) -> None:
        batch = []
        for event in events:
            self.seq += 1
            batch.append((EventId(1, self.seq, 0), event))
        self.store.write(apply_batch, batch)

    def arrives(
        self,
        contact: str,
        at: float,
        queue: str,
        value_class: str = "A",
        account_id: int = 1,
        channel: Any = "voice",
    ) -> None:
        key: dict[str, Any] = {"contact": ContactId(contact), "at": at, "account_id": account_id}
        key |= {"leg": LegId("l"), "pii_number": "+56971884213", "language": "es"}
        self.tell(
            e.ContactArrived(did="6", flow="main", flow_version="1", channel=channel, **key),
            e.ContactQueued(queue=QueueKey(queue), value_class=value_class, **key),
        )

    def talk(self, contact: str, at: float, agent: str, queue: str, segment: int, seconds: float) -> None:
        key: dict[str, Any] = {"contact": ContactId(contact), "agent": AgentKey(agent)}
        self.tell(
            e.OfferMade(at=at - 4, queue=QueueKey(queue), leg=LegId("a"), **key),
            e.ContactConnected(at=at, queue=QueueKey(queue), segment=segment, leg=LegId("a"), **key),
            e.TalkEnded(at=at + seconds, segment=segment, by="agent", caller_stays=False, **key),
            e.WrapUpStarted(at=at + seconds, segment=segment, until=at + seconds + 60, **key),
            e.WrapUpEnded(at=at + seconds + 10, segment=segment, disposition="done", by=agent, **key),
        )

    def ends(self, contact: str, at: float, by: Any = "caller") -> None:
        self.tell(e.ContactEnded(contact=ContactId(contact), at=at, where="queue", by=by, q850=16))


@pytest.fixture
def day(store: Store) -> Day:
    store.write(_furnish)
    return Day(store)


def _furnish(session: Session) -> None:
    session.add(Account(id=2, name="Other", country="CL", language="es", time_zone="America/Santiago"))
    for place, login in enumerate(PEOPLE):
        add_user(session, login=login, name=login.title(), password="a-good-password", roles={"agent"})
        add_agent(session, login=login, extension=str(100 + place), skills={})
    add_queue(session, 1, "sales", "Sales", skills={}, service_level_seconds=20.0)
    add_queue(session, 1, "help", "Help", skills={}, service_level_seconds=60.0, time_zone="UTC")


def test_each_queue_answers_for_its_own_wait_across_a_transfer(day: Day) -> None:
    day.arrives("c-1", MIDNIGHT + 100, "sales")
    day.talk("c-1", MIDNIGHT + 110, "ann", "sales", 1, 60)
    day.tell(
        e.TransferCompleted(
            contact=ContactId("c-1"), at=MIDNIGHT + 165, agent=AgentKey("ann"), kind="blind", to="help"
        ),
        e.ContactRequeued(
            contact=ContactId("c-1"), at=MIDNIGHT + 170, queue=QueueKey("help"), reason="transfer"
        ),
    )
    day.talk("c-1", MIDNIGHT + 210, "bea", "help", 2, 100)
    day.ends("c-1", MIDNIGHT + 310)
    day.arrives("c-2", MIDNIGHT + HOUR, "sales", "C")
    day.ends("c-2", MIDNIGHT + HOUR + 3)
    day.arrives("c-3", MIDNIGHT + HOUR, "sales", "C")
    day.ends("c-3", MIDNIGHT + HOUR + 50)
    report = day.store.read(queue_report, 1, MIDNIGHT, MIDNIGHT + DAY, step="60")
    sales, assist = (one.figures for one in sorted(report.queues, key=lambda one: -one.figures.queued))
    assert (sales.queued, sales.answered, sales.abandoned, sales.abandoned_short) == (3, 1, 2, 1)
    assert (sales.service_level, sales.asa_seconds, sales.longest_wait_seconds) == (2 / 3, 10.0, 50.0)
    assert (assist.queued, assist.service_level, assist.asa_seconds) == (1, 1.0, 40.0)  # from the transfer on
    assert (sales.aht_seconds, assist.aht_seconds) == (70.0, 110.0)
    assert (sales.transferred, assist.transferred) == (1, 0)
    assert (report.total.queued, report.total.handled) == (4, 2)
    assert [one.figures.queued for one in report.intervals[:3]] == [2, 2, 0]
    assert [(one.key, one.figures.queued) for one in report.classes] == [("A", 2), ("C", 2)]
    only = day.store.read(queue_report, 1, MIDNIGHT, MIDNIGHT + DAY, queue="help")
    assert (only.total.queued, only.time_zone) == (1, "UTC")
    span = (1, MIDNIGHT, MIDNIGHT + DAY)
    first = day.store.read(contacts_behind, *span, figure="abandoned", limit=1)
    second = day.store.read(contacts_behind, *span, figure="abandoned", limit=1, cursor=first.next)
    assert {one.contact for one in (*first.rows, *second.rows)} == {"c-2", "c-3"}
    for figure in ("queued", "answered", "answered_in_time", "abandoned_short", "handled", "transferred"):
        behind = day.store.read(contacts_behind, *span, figure=figure)
        assert len(behind.rows) == getattr(report.total, figure), figure


def test_calls_are_expected_as_they_came_at_this_hour_of_the_week(day: Day) -> None:
    week = 7 * DAY
    for place in range(6):
        day.arrives(f"old-{place}", MIDNIGHT + 60 * place, "sales")
        day.ends(f"old-{place}", MIDNIGHT + 60 * place + 30)
    day.arrives("lately", MIDNIGHT + week - HOUR, "sales", "C")
    day.talk("lately", MIDNIGHT + week - HOUR + 30, "ann", "sales", 1, 100)
    found = day.store.read(arrival_rates, 1, MIDNIGHT + week)
    assert found.keys() == {"sales"}
    rates = found["sales"]
    assert rates.calls_per_second == {"A": 6 / HOUR}
    assert (rates.service_seconds, rates.patience_seconds) == (
        110.0,
        35.0,
    )  # 6 x 30 s and 30 s waited, six hung up
    assert day.store.read(arrival_rates, 2, MIDNIGHT + week) == {}
    young = day.store.read(arrival_rates, 1, MIDNIGHT + HOUR)
    assert young["sales"].calls_per_second == {"A": 6 / (3 * HOUR)}


def test_a_wait_whose_end_was_lost_with_the_journal_is_no_patience_and_does_not_last_for_ever(
    day: Day,
) -> None:
    day.arrives("lost", MIDNIGHT + 60, "sales")
    day.store.write(events_lost, EventId(1, 50, 0))
    day.seq = 50
    day.arrives("waits", MIDNIGHT + 6 * DAY, "sales")
    day.arrives("gone", MIDNIGHT + 100, "sales")
    day.ends("gone", MIDNIGHT + 130)
    figures = day.store.read(queue_report, 1, MIDNIGHT, MIDNIGHT + 7 * DAY).total
    assert (figures.queued, figures.abandoned, figures.waiting) == (3, 1, 1)
    behind = day.store.read(contacts_behind, 1, MIDNIGHT, MIDNIGHT + 7 * DAY, figure="waiting")
    assert [one.contact for one in behind.rows] == ["waits"]
    rates = day.store.read(arrival_rates, 1, MIDNIGHT + 6 * DAY + 20)
    assert rates["sales"].patience_seconds == 30.0 + 20.0


def test_an_hour_in_which_nobody_called_counts_too_in_what_is_expected_of_it(day: Day) -> None:
    for place, week in enumerate((0, 3)):
        day.arrives(f"c-{place}", MIDNIGHT + week * 7 * DAY + 60, "sales")
        day.ends(f"c-{place}", MIDNIGHT + week * 7 * DAY + 90)
    rates = day.store.read(arrival_rates, 1, MIDNIGHT + 4 * 7 * DAY)
    assert rates["sales"].calls_per_second == {"A": 2 / (4 * HOUR)}
    another_hour = day.store.read(arrival_rates, 1, MIDNIGHT + 21 * DAY + 2 * HOUR)
    assert another_hour["sales"].calls_per_second == {}


def test_an_agents_time_and_who_looked_at_it(day: Day) -> None:
    for who in PEOPLE:
        day.tell(
            e.AgentStatusChanged(
                agent=AgentKey(who), at=MIDNIGHT - HOUR, status=Status.AVAILABLE, reason="", by=who
            )
        )
    day.arrives("c-1", MIDNIGHT + 100, "sales")
    day.talk("c-1", MIDNIGHT + 110, "ann", "sales", 1, 890)
    day.ends("c-1", MIDNIGHT + 1000)
    pause: dict[str, Any] = {"agent": AgentKey("ann"), "status": Status.PAUSE, "reason": "lunch", "by": "ann"}
    day.tell(e.AgentStatusChanged(at=MIDNIGHT + 2 * HOUR, **pause))
    now = MIDNIGHT + 3 * HOUR
    own = day.store.read(own_report, 1, "ann", "2026-05-29", "2026-05-29", step="60", now=now)
    assert (own.total.on_contacts_seconds, own.total.idle_seconds) == (900.0, 2 * HOUR - 900)
    assert own.total.occupancy == 900 / (2 * HOUR)
    assert own.total.pauses == {"lunch": HOUR}
    assert [one.figures.occupancy for one in own.intervals] == [0.25, 0.0, None]

    def seen(at: float) -> Any:
        return day.store.write(agent_report, 1, MIDNIGHT, MIDNIGHT + DAY, now=at, by="boss")

    assert seen(now).agents is None  # today's figures are first for each himself
    assert day.store.read(figure_looks.looks_at, 1, "ann") == []
    shown = seen(MIDNIGHT + DAY + HOUR)
    assert [(one.agent, one.figures.handled) for one in shown.agents] == [
        ("ann", 1),
        *((who, 0) for who in PEOPLE[1:]),
    ]
    (look,) = day.store.read(figure_looks.looks_at, 1, "ann")
    assert (look.by, look.at) == ("boss", MIDNIGHT + DAY + HOUR)
    assert day.store.read(agent_report, 2, MIDNIGHT, MIDNIGHT + DAY, now=now, by="boss").people == 0


@pytest.mark.parametrize(("name", "hours"), [("2026-04-04", 25), ("2026-09-06", 23)])
def test_every_hour_of_a_day_on_which_the_clock_is_changed_is_counted_once(
    day: Day, name: str, hours: int
) -> None:
    begins = instant(date.fromisoformat(name), 0, ZoneInfo("America/Santiago"))
    available: dict[str, Any] = {"agent": AgentKey("ann"), "reason": "", "by": "ann"}
    day.tell(e.AgentStatusChanged(at=begins - HOUR, status=Status.AVAILABLE, **available))
    for hour in range(-1, hours + 1):
        day.arrives(f"c{hour}", begins + hour * HOUR + 60, "sales")
        day.talk(f"c{hour}", begins + hour * HOUR + 90, "ann", "sales", 1, 600)
        day.ends(f"c{hour}", begins + hour * HOUR + 690)
    whole = (begins, begins + hours * HOUR)
    report = day.store.read(queue_report, 1, *whole, queue="sales", step="60")
    assert [one.figures.queued for one in report.intervals] == [1] * hours
    assert (report.total.queued, report.total.answered, report.total.asa_seconds) == (hours, hours, 30.0)
    assert [one.figures.queued for one in report.weekdays] == [hours]
    assert sum(one.figures.queued for one in report.hours) == hours
    assert {one.figures.queued for one in report.hours} == {1, 2} if hours == 25 else {1}
    assert len(report.hours) == min(hours, 24)
    own = day.store.read(own_report, 1, "ann", name, name, step="60", now=begins + 2 * DAY)
    assert [one.figures.handled for one in own.intervals] == [1] * hours
    assert (own.total.handled, own.total.occupancy) == (hours, pytest.approx(610 / HOUR))


def test_adherence_is_time_in_what_the_shift_says(day: Day) -> None:
    table = "agent,day,from,until,kind\nann,2026-05-29,00:00,04:00,work\nann,2026-05-29,01:00,02:00,break\n"
    zone = ZoneInfo("America/Santiago")
    given: dict[str, Any] = {"zone": zone, "by": "boss", "now": 1.0}
    assert day.store.write(import_shifts, 1, table, **given) == 2
    assert day.store.write(import_shifts, 1, table, **given) == 2  # in the place of the first
    with pytest.raises(ConfigError, match="line 2: agent is the login of an agent"):
        day.store.write(import_shifts, 2, table, **given)
    wrong = "bob,2026-05-29,00:00,04:00,work\nann,2026-05-29,25,26,work\n"
    with pytest.raises(ConfigError) as refused:
        day.store.write(import_shifts, 1, table + wrong, **given)
    assert [one.path for one in refused.value.mistakes] == ["line 4", "line 5"]
    upon = "ann,2026-05-29,03:00,06:00,work\nann,2026-05-29,05:30,06:30,break\n"
    with pytest.raises(ConfigError) as refused:
        day.store.write(import_shifts, 1, table + upon, **given)  # and what was there stays
    assert [one.error_id for one in refused.value.mistakes] == ["shift_overlap", "break_outside"]
    status: dict[str, Any] = {"agent": AgentKey("ann"), "reason": "", "by": "ann"}
    day.tell(
        e.AgentStatusChanged(at=MIDNIGHT + 1800, status=Status.AVAILABLE, **status),
        e.AgentStatusChanged(at=MIDNIGHT + HOUR, status=Status.PAUSE, **status),
        e.AgentStatusChanged(at=MIDNIGHT + 2 * HOUR, status=Status.AVAILABLE, **status),
    )
    own = day.store.read(own_report, 1, "ann", "2026-05-29", "2026-05-29", step="60", now=MIDNIGHT + 5 * HOUR)
    assert own.total.planned_seconds == 4 * HOUR
    assert own.total.adherence == 3.5 / 4
    assert [one.figures.adherence for one in own.intervals] == [0.5, 1.0, 1.0, 1.0, None]


def test_a_forecast_is_made_of_callers_and_not_of_calls_back_messages_and_our_own_calls(day: Day) -> None:
    for place, channel in enumerate(("voice", "callback", "voicemail", "outbound", "voice")):
        day.arrives(f"c-{place}", MIDNIGHT + HOUR + place, "sales", channel=channel)
    zone = ZoneInfo("America/Santiago")
    (found,) = day.store.read(call_history, 1, "sales", MIDNIGHT, MIDNIGHT + DAY, minutes=60, zone=zone)
    assert {minute: calls for minute, calls in found.calls.items() if calls} == {60: 2.0}
    day.arrives("ours", MIDNIGHT - HOUR, "sales", channel="outbound")
    span = MIDNIGHT - DAY, MIDNIGHT + DAY
    since = day.store.read(call_history, 1, "sales", *span, minutes=60, zone=zone)
    assert [one.day.isoformat() for one in since] == ["2026-05-29"]  # from the first caller on
