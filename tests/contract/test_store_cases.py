"""Cases on both databases: opening, steps and clock, who has them, outages, escalation, the work list."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from crm_core import outbox
from crm_core.accounts import Account
from crm_core.activities import add_activity
from crm_core.base import NEVER_AT
from crm_core.case_escalation import escalate_late, late
from crm_core.case_flow import Kind
from crm_core.case_list import CaseFilter, count, remove_filter, save_filter, saved_filters, work_list
from crm_core.case_targets import Promise, calendar, put_calendar, put_target
from crm_core.case_work import assign, change, comment, escalate, open_case, set_parent, take_step
from crm_core.cases import Case, case, contacts, history, link_contact
from crm_core.contact_points import Email
from crm_core.contact_reasons import ContactReason
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.interactions import Interaction
from crm_core.permission import consents, legal_profiles
from crm_core.permission.permits import PermitRow
from crm_core.permission.profile import shipped
from crm_core.resolution import resolution_of
from crm_core.sla_clock import open_seconds
from crm_core.teams import keys_of_member, put_team, teams_of_account
from crm_core.timeline import timeline
from crm_core.users import add_user
from ctiserver.core.errors import ConfigError, Conflict, NotFound, Refusal

OTHER = 2
HOUR = 3600.0


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Santiago")).timestamp()


MONDAY = at("2026-07-06T09:00")


def company(session: Session) -> None:
    session.add(Account(id=OTHER, name="Other", country="ES", language="es", time_zone="Europe/Madrid"))
    session.flush()
    for login in ("ann", "bob"):
        add_user(session, login=login, name=login.title(), password="correct horse", roles=["agent"])
    add_user(session, login="eve", name="Eve", password="correct horse", roles=["agent"], account_id=OTHER)
    session.add(ContactReason(account_id=1, key="invoice", label_es="Boleta", label_en="Invoice"))
    put_team(session, 1, "refunds", "Devoluciones", ["ann", "bob"])


@pytest.fixture
def desk(store: Store) -> Store:
    store.write(company)
    return store


def opened(desk: Store, account_id: int = 1, *, now: float = MONDAY, **fields: Any) -> Case:
    wanted: dict[str, Any] = {"kind": "help", "subject": "No puede entrar", "by": "ann", "now": now}
    return desk.write(open_case, account_id, **(wanted | fields))


def step(desk: Store, number: int, event: str, now: float = MONDAY, **more: Any) -> Case:
    return desk.write(take_step, 1, number, event, by="ann", now=now, **more)


def escalate_due(desk: Store, now: float) -> int:
    return sum(desk.write(escalate_late, *one, now) for one in desk.read(late, now))


def told(desk: Store, number: int) -> list[str]:
    return [entry.what for entry in reversed(desk.read(history, 1, number))]


def listed(desk: Store, now: float = MONDAY, **wanted: Any) -> list[int]:
    return [one.id for one in desk.read(work_list, 1, CaseFilter(**wanted), now=now).rows]


def test_a_case_promises_an_answer_and_a_solution_in_opening_hours(desk: Store) -> None:
    new = opened(desk, contact_id="c-1", channel="voice", reason="invoice")
    assert (new.state, new.priority, new.is_open) == ("new", "normal", True)
    assert new.respond_by_at == new.next_due_at == at("2026-07-06T17:00")
    assert new.due_at == new.escalate_at == at("2026-07-10T13:00")  # 40 h of nine a day
    assert told(desk, new.id) == ["opened"]
    assert desk.read(contacts, 1, new.id) == ["c-1"]


def test_the_reason_of_a_case_is_one_of_the_accounts(desk: Store) -> None:
    with pytest.raises(Refusal, match="choose one of the list") as refused:
        opened(desk, reason="weather")
    assert refused.value.error_id == "wrong_reason"
    new = opened(desk, OTHER)
    wanted = {"expected_version": None, "by": "eve", "now": MONDAY}
    with pytest.raises(Refusal):
        desk.write(change, OTHER, new.id, reason="invoice", **wanted)
    assert desk.write(change, 1, opened(desk).id, reason="invoice", **wanted).reason == "invoice"


def test_a_contact_is_about_what_its_agent_said_else_what_the_menu_suggests(desk: Store) -> None:
    def contacts_of_two(session: Session) -> None:
        session.add(
            ContactReason(
                account_id=1, key="balance", label_es="Saldo", label_en="Balance", guessed_by=["reason=saldo"]
            )
        )
        for who in (1, 2):
            add_customer(session, 1, now=0.0, name=f"Cliente {who}")
        session.flush()
        told = ((1, None, "saldo"), (1, "invoice", "saldo"), (2, None, "otro"), (2, "balance", "saldo"))
        for place, (who, said, pressed) in enumerate(told):
            contact = Interaction(id=f"c-{place}", account_id=1, customer_id=who, arrived_at=MONDAY + place)
            contact.contact_reason, contact.collected = said, {"reason": pressed}
            contact.last_epoch = contact.last_seq = contact.last_n = 1
            session.add(contact)

    desk.write(contacts_of_two)
    span = {"from_at": MONDAY, "until_at": MONDAY + HOUR, "now": MONDAY + 30 * 24 * HOUR, "window_days": 7.0}
    found = desk.read(resolution_of, 1, **span)
    assert (found.closed, found.calls_to_resolve) == (3, 1.0)


def test_an_episode_is_whole_whatever_the_span_cuts_and_belongs_where_it_began(desk: Store) -> None:
    week, day = 7 * 24 * HOUR, 24 * HOUR

    def contacts(session: Session) -> None:
        for who in (1, 2, 3):
            add_customer(session, 1, now=0.0, name=f"Cliente {who}")
        session.flush()
        told = (
            *((1, MONDAY - day), (1, MONDAY + day)),  # began before
            *(
                (2, MONDAY + 6 * day),
                (2, MONDAY + week + day),
                (2, MONDAY + week + 5 * day),
            ),  # goes on behind
            (3, MONDAY + 2 * day),
        )
        for place, (who, at_) in enumerate(told):
            contact = Interaction(id=f"c-{place}", account_id=1, customer_id=who, arrived_at=at_)
            contact.contact_reason, contact.collected = "invoice", {}
            contact.last_epoch = contact.last_seq = contact.last_n = 1
            session.add(contact)

    desk.write(contacts)
    span = {"from_at": MONDAY, "until_at": MONDAY + week, "window_days": 7.0}
    found = desk.read(resolution_of, 1, now=MONDAY + 10 * week, **span)
    assert (found.closed, found.calls_to_resolve, found.first_contact_resolution) == (2, 2.0, 1 / 2)
    early = desk.read(resolution_of, 1, now=MONDAY + 2 * week + day, **span)
    assert (early.closed, early.censored) == (1, 1)


def test_whom_we_call_back_and_whose_message_we_hear_has_contacted_us_once(desk: Store) -> None:
    def asked(session: Session) -> None:
        session.add(
            ContactReason(
                account_id=1, key="balance", label_es="Saldo", label_en="Balance", guessed_by=["reason=saldo"]
            )
        )
        for who in (1, 2, 3):
            add_customer(session, 1, now=0.0, name=f"Cliente {who}")
        session.flush()
        told = (
            (1, "voice", None, "saldo"),
            (1, "callback", "balance", ""),
            (2, "voice", None, "saldo"),  # what the agent says of his call-back is right, not the menu
            (2, "callback", "invoice", ""),
            (3, "voice", None, ""),  # only his message tells what he wanted
            (3, "voicemail", "balance", ""),
            (3, "voice", "balance", ""),
        )
        for place, (who, channel, said, pressed) in enumerate(told):
            contact = Interaction(id=f"c-{place}", account_id=1, customer_id=who, arrived_at=MONDAY + place)
            contact.channel, contact.contact_reason, contact.collected = channel, said, {"reason": pressed}
            contact.last_epoch = contact.last_seq = contact.last_n = 1
            session.add(contact)

    desk.write(asked)
    span = {"from_at": MONDAY, "until_at": MONDAY + HOUR, "now": MONDAY + 30 * 24 * HOUR, "window_days": 7.0}
    found = desk.read(resolution_of, 1, **span)
    assert (found.closed, found.calls_to_resolve) == (3, 4 / 3)


def test_the_holidays_of_the_country_and_closed_days_count_nothing(desk: Store) -> None:
    opened_at = at("2026-09-17T17:00")  # the 18th is a holiday, a Friday
    assert opened(desk, now=opened_at).respond_by_at == at("2026-09-21T16:00")
    desk.write(
        put_calendar, 1, weekly=[[(540, 1080)]] * 5 + [[], []], region="RM", closed_days=["2026-09-21"]
    )
    assert opened(desk, now=opened_at).respond_by_at == at("2026-09-22T16:00")


def test_a_wrong_calendar_is_refused_with_every_mistake(desk: Store) -> None:
    week = [[(540, 1080), (1000, 1100)], [(600, 500)], [], [], [], [], []]
    with pytest.raises(ConfigError) as caught:
        desk.write(put_calendar, 1, weekly=week, region="nowhere", closed_days=["31/12"])
    assert [one.path for one in caught.value.mistakes] == ["weekly[0]", "weekly[1]", "closed_days", "region"]
    assert open_seconds(desk.read(calendar, 1), MONDAY, MONDAY + 24 * HOUR) == 9 * HOUR


def test_the_clock_stands_while_the_customer_is_to_answer(desk: Store) -> None:
    number = opened(desk).id
    waiting = step(desk, number, "ask_customer", at("2026-07-06T12:00"))
    assert (waiting.due_at, waiting.escalate_at, waiting.next_due_at) == (None, None, NEVER_AT)
    assert (waiting.used_seconds, waiting.responded_at) == (3 * HOUR, at("2026-07-06T12:00"))
    going_on = step(desk, number, "customer_answered", at("2026-07-08T12:00"))
    assert (going_on.state, going_on.due_at) == ("in_progress", at("2026-07-14T13:00"))


def test_what_the_customer_says_is_no_answer_of_ours(desk: Store) -> None:
    answered = step(desk, opened(desk).id, "customer_answered")
    assert answered.responded_at is None
    assert answered.respond_by_at is not None


def test_a_case_of_a_valuable_customer_is_high_from_the_beginning(desk: Store) -> None:
    rosa = desk.write(lambda s: add_customer(s, 1, name="Rosa", value_class="A", now=0.0).id)
    new = opened(desk, customer_id=rosa)
    assert (new.priority, new.resolve_seconds) == ("high", 16 * HOUR)
    assert opened(desk, customer_id=rosa, priority="low").priority == "low"


def test_a_reopened_case_goes_on_with_the_time_that_was_left(desk: Store) -> None:
    number = opened(desk).id
    done = step(desk, number, "resolve", at("2026-07-06T11:00"), solution="Clave nueva")
    assert (done.is_open, done.resolved_at, done.solution) == (False, at("2026-07-06T11:00"), "Clave nueva")
    again = step(desk, number, "customer_answered", at("2026-07-20T09:00"))
    assert (again.state, again.reopened_count, again.resolved_at) == ("in_progress", 1, None)
    assert again.due_at == at("2026-07-24T11:00")  # 38 h


def test_a_refund_needs_its_fields_and_somebody_who_may_decide(desk: Store) -> None:
    number = opened(desk, kind="charge", subject="Cobro doble").id
    step(desk, number, "start")
    with pytest.raises(ConfigError) as caught:
        step(desk, number, "request_approval", fields={"refund_reason": "duplicate"})
    assert [one.path for one in caught.value.mistakes] == ["fields.amount"]
    step(desk, number, "request_approval", fields={"refund_reason": "duplicate", "amount": 12_990})
    with pytest.raises(Refusal, match="supervisor"):
        step(desk, number, "approve")
    step(desk, number, "approve", may_decide=True)
    paid = step(desk, number, "pay", fields={"payment_reference": "T-1"})
    assert (paid.state, paid.fields["amount"]) == ("resolved", 12_990)
    with pytest.raises(Refusal, match="cannot happen"):
        step(desk, number, "pay")


def test_a_step_that_is_refused_leaves_no_trace(desk: Store) -> None:
    number = opened(desk).id
    before = desk.read(case, 1, number).version
    with pytest.raises(Refusal):
        step(desk, number, "approve", text="?")
    assert (desk.read(case, 1, number).version, told(desk, number)) == (before, ["opened"])


def test_a_case_belongs_to_a_person_a_team_or_nobody(desk: Store) -> None:
    number = opened(desk, team_key="refunds").id
    desk.write(assign, 1, number, assignee="bob", team_key="refunds", by="ann", now=MONDAY)
    kept = desk.write(assign, 1, number, assignee="bob", team_key="refunds", by="ann", now=MONDAY)
    assert (kept.assignee, kept.team, told(desk, number)) == (
        "bob",
        "refunds",
        ["opened", "assigned", "assigned"],
    )
    with pytest.raises(Refusal, match="no user 'eve'"):
        desk.write(assign, 1, number, assignee="eve", team_key=None, by="ann", now=MONDAY)
    with pytest.raises(NotFound):
        desk.write(assign, 1, number, assignee=None, team_key="nobody", by="ann", now=MONDAY)


def test_two_who_change_a_case_at_once_are_told(desk: Store) -> None:
    number = opened(desk).id
    read = desk.read(case, 1, number).version
    changed = desk.write(change, 1, number, expected_version=read, by="ann", now=MONDAY, priority="urgent")
    assert changed.due_at == MONDAY + 8 * HOUR  # urgent ones run around the clock
    with pytest.raises(Conflict, match="changed meanwhile"):
        desk.write(change, 1, number, expected_version=read, by="bob", now=MONDAY, subject="Otro")
    last = desk.read(history, 1, number)[0]
    assert (last.what, last.details) == (
        "changed",
        {"before": {"priority": "normal"}, "after": {"priority": "urgent"}},
    )


@pytest.mark.parametrize(
    "wrong", [{"subject": " "}, {"state": "closed"}, {"priority": "now"}, {"fields": {"colour": "red"}}]
)
def test_what_cannot_be_changed_is_refused(desk: Store, wrong: dict[str, Any]) -> None:
    number = opened(desk).id
    with pytest.raises((ConfigError, Refusal)):
        desk.write(change, 1, number, expected_version=1, by="ann", now=MONDAY, **wrong)


def test_comments_stand_in_the_history_with_who_and_when(desk: Store) -> None:
    number = opened(desk).id
    desk.write(comment, 1, number, " Llamó su hija. ", by="bob", now=MONDAY + 5)
    entry = desk.read(history, 1, number)[0]
    assert (entry.by, entry.at, entry.text) == ("bob", MONDAY + 5, "Llamó su hija.")
    with pytest.raises(ConfigError, match="write the comment"):
        desk.write(comment, 1, number, "  ", by="bob", now=MONDAY)


def test_a_case_remembers_every_contact_that_was_about_it(desk: Store) -> None:
    number = opened(desk, contact_id="c-1").id
    for contact in ("c-2", "c-2"):
        desk.write(lambda s, one: link_contact(s, case(s, 1, number), one), contact)
    assert desk.read(contacts, 1, number) == ["c-1", "c-2"]


def test_an_outage_that_is_resolved_resolves_what_can_be_under_it(desk: Store) -> None:
    outage = opened(desk, kind="service", subject="Corte en Ñuñoa", is_outage=True).id
    plain = [opened(desk, kind=kind, parent_id=outage).id for kind in (Kind.HELP, Kind.SERVICE)]
    refund = opened(desk, kind="charge", parent_id=outage).id
    step(desk, outage, "resolve", solution="Válvula cambiada")
    assert [desk.read(case, 1, one).state for one in (*plain, refund)] == ["resolved", "resolved", "new"]
    assert desk.read(case, 1, plain[0]).solution == "Válvula cambiada"
    assert told(desk, refund)[-1] == "left_open"


def test_customers_of_an_outage_are_told_once_and_only_with_a_permit(desk: Store) -> None:
    for row in shipped():
        desk.write(
            legal_profiles.confirm, 1, row, expected_version=0, by="admin", name="Ana Admin", now=MONDAY
        )
    outage = opened(desk, kind="service", subject="Corte", is_outage=True).id
    people = {}
    for name in ("Ana", "Eva", "Sol"):
        people[name] = desk.write(lambda s, one: add_customer(s, 1, name=one, now=0.0).id, name)
        opened(desk, kind="service", customer_id=people[name], parent_id=outage)
    again = opened(desk, kind="help", customer_id=people["Ana"], parent_id=outage).id
    for name in ("Ana", "Eva"):
        mail = f"{name}@example.com".lower()
        desk.write(
            lambda s, who, to: s.add(Email(account_id=1, customer_id=who, address=to)), people[name], mail
        )
    refusing = {"channel": "any", "purpose": "any", "source": "call", "by": "ann", "now": MONDAY}
    desk.write(consents.note, 1, people["Eva"], given=False, **refusing)
    step(desk, outage, "resolve", at("2026-07-06T11:00"), solution="Válvula cambiada")
    [letter] = [item for item in desk.write(outbox.due, 1e12) if item.kind == "mail"]
    assert letter.body | {"permit": 0} == {
        "permit": 0,
        "customer_id": people["Ana"],
        "pii_address": "ana@example.com",
        "template": "outage_over",
        "case": outage + 1,
        "parent": outage,
        "subject": "Corte",
        "text": "Válvula cambiada",
    }
    assert desk.read(lambda s: s.get(PermitRow, letter.body["permit"])).customer_id == people["Ana"]
    assert [told(desk, outage + place)[-1] for place in (1, 2, 3)] == [
        "informed",
        "not_informed",
        "not_informed",
    ]
    rules = [desk.read(history, 1, outage + place)[0].details["rule"] for place in (2, 3)]
    assert rules == ["consent_revoked", "no_address"]
    assert told(desk, again)[-1] == "step"


def test_cases_and_activities_stand_in_the_customers_timeline(desk: Store) -> None:
    rosa = desk.write(lambda s: add_customer(s, 1, name="Rosa", now=0.0).id)
    opened(desk, customer_id=rosa)
    plan = {
        "kind": "call",
        "subject": "Llamar",
        "owner": "ann",
        "due_at": MONDAY + 5,
        "by": "ann",
        "now": 1.0,
    }
    desk.write(add_activity, 1, customer_id=rosa, **plan)
    shown = desk.read(timeline, 1, rosa, kinds=("case", "activity")).rows
    assert [(one.kind, one.title, one.detail) for one in shown] == [
        ("activity", "Llamar", "call"),
        ("case", "No puede entrar", "help, new"),
    ]


def test_cases_lie_one_level_deep_only(desk: Store) -> None:
    top, middle, low = (opened(desk).id for _ in range(3))
    desk.write(set_parent, 1, middle, top, by="ann", now=MONDAY)
    for child, parent in ((low, middle), (top, low), (low, low)):
        with pytest.raises(Refusal, match="uppermost"):
            desk.write(set_parent, 1, child, parent, by="ann", now=MONDAY)
    assert desk.write(set_parent, 1, middle, None, by="ann", now=MONDAY).parent_id is None
    step(desk, top, "resolve")
    with pytest.raises(Refusal, match="reopen"):
        desk.write(set_parent, 1, low, top, by="ann", now=MONDAY)


def test_a_late_case_is_escalated_once_per_level(desk: Store) -> None:
    desk.write(put_target, 1, "help", "normal", Promise(HOUR, 2 * HOUR, escalate_to="refunds"))
    number = opened(desk, assignee="bob").id
    assert escalate_due(desk, at("2026-07-06T10:59")) == 0
    assert escalate_due(desk, at("2026-07-06T11:00")) == 1
    late = desk.read(case, 1, number)
    assert (late.escalation_level, late.priority, late.team, late.assignee) == (1, "urgent", "refunds", None)
    assert escalate_due(desk, at("2026-07-06T11:59")) == 0
    assert escalate_due(desk, at("2026-07-06T12:00")) == 1
    assert escalate_due(desk, at("2026-07-30T12:00")) == 0
    assert told(desk, number).count("escalated") == 2
    assert not desk.write(escalate_late, 1, number, MONDAY)  # somebody was quicker


def test_a_case_that_waits_or_has_ended_is_not_escalated(desk: Store) -> None:
    waiting, ended = opened(desk).id, opened(desk).id
    step(desk, waiting, "ask_customer")
    step(desk, ended, "resolve")
    assert escalate_due(desk, MONDAY + 1e8) == 0
    with pytest.raises(Refusal, match="reopen"):
        desk.write(escalate, 1, ended, by="ann", now=MONDAY)
    by_hand = desk.write(escalate, 1, waiting, by="ann", now=MONDAY, text="Es el alcalde")
    assert (by_hand.priority, by_hand.escalation_level) == ("urgent", 1)


def test_a_promise_is_checked(desk: Store) -> None:
    with pytest.raises(ConfigError):
        desk.write(put_target, 1, "help", "normal", Promise(3 * HOUR, 2 * HOUR))
    with pytest.raises(Refusal):
        desk.write(put_target, 1, "help", "now", Promise(HOUR, 2 * HOUR))


def test_the_work_list_shows_what_is_due_first(desk: Store) -> None:
    slow, fast = opened(desk, priority="low").id, opened(desk, priority="urgent").id
    waiting = opened(desk).id
    step(desk, waiting, "ask_customer")
    ended = opened(desk).id
    step(desk, ended, "resolve")
    assert listed(desk) == [fast, slow, waiting]
    assert listed(desk, open=None) == [fast, slow, waiting, ended]
    assert listed(desk, open=False) == [ended]
    assert listed(desk, late=True, now=MONDAY + 2 * HOUR) == [fast]
    assert desk.read(count, 1, CaseFilter(), now=MONDAY) == 3


def test_the_work_list_is_filtered(desk: Store) -> None:
    boiler = opened(desk, kind="service", subject="Caldera con fuga 100%", assignee="ann").id
    login = opened(desk, team_key="refunds", contact_id="c-9").id
    taken = opened(desk, team_key="refunds", assignee="bob").id
    assert listed(desk, kind="service") == listed(desk, assignee="ann") == [boiler]
    assert listed(desk, assignee="") == listed(desk, contact_id="c-9") == [login]
    assert listed(desk, mine="ann") == [boiler, login]
    assert listed(desk, team="refunds") == [login, taken]
    assert (
        listed(desk, text="FUGA caldera")
        == listed(desk, text="100%")
        == listed(desk, text=f"#{boiler}")
        == [boiler]
    )
    assert listed(desk, text="%") == [boiler]


def test_pages_of_the_list_neither_repeat_nor_leave_out(desk: Store) -> None:
    numbers = [opened(desk, now=MONDAY + (place % 3)).id for place in range(10)]
    seen: list[int] = []
    cursor, first = None, True
    while first or cursor:
        page = desk.read(work_list, 1, CaseFilter(), now=MONDAY, cursor=cursor, limit=3)
        seen += [one.id for one in page.rows]
        cursor, first = page.next, False
    assert sorted(seen) == numbers
    assert seen == listed(desk)


def test_a_filter_is_saved_for_oneself_or_for_all(desk: Store) -> None:
    desk.write(save_filter, 1, owner="ann", name="Míos", query={"mine": True})
    desk.write(save_filter, 1, owner="ann", name="Míos", query={"late": True})
    shared = desk.write(save_filter, 1, owner=None, name="Cortes", query={"kind": "service"}).id
    desk.write(save_filter, 1, owner="bob", name="De Bob", query={})
    assert [(one.name, one.query) for one in desk.read(saved_filters, 1, "ann")] == [
        ("Cortes", {"kind": "service"}),
        ("Míos", {"late": True}),
    ]
    with pytest.raises(NotFound):
        desk.write(remove_filter, OTHER, shared)
    desk.write(remove_filter, 1, shared)
    with pytest.raises(ConfigError):
        desk.write(save_filter, 1, owner=None, name=" ", query={})


def test_no_account_sees_the_cases_and_teams_of_another(desk: Store) -> None:
    number = opened(desk).id
    with pytest.raises(NotFound):
        desk.read(case, OTHER, number)
    assert desk.read(history, OTHER, number) == []
    assert desk.read(work_list, OTHER, CaseFilter(open=None), now=MONDAY).rows == []
    assert desk.read(teams_of_account, OTHER) == []
    with pytest.raises(NotFound):
        desk.write(set_parent, OTHER, opened(desk, OTHER, by="eve").id, number, by="eve", now=MONDAY)
    rosa = desk.write(lambda s: add_customer(s, 1, name="Rosa", now=0.0).id)
    with pytest.raises(NotFound):
        opened(desk, OTHER, customer_id=rosa)


def test_a_team_has_the_colleagues_that_were_named_last(desk: Store) -> None:
    desk.write(put_team, 1, "refunds", "Devoluciones", ["bob"])
    assert desk.read(lambda s: [(t.key, t.logins) for t in teams_of_account(s, 1)]) == [("refunds", ["bob"])]
    assert desk.read(keys_of_member, 1, "ann") == []
    with pytest.raises(Refusal):
        desk.write(put_team, 1, "refunds", "Devoluciones", ["eve"])


@pytest.mark.parametrize(
    "wrong", [{"kind": "complaint"}, {"subject": ""}, {"priority": "now"}, {"fields": {"x": 1}}]
)
def test_a_case_that_is_wrong_in_itself_is_not_opened(desk: Store, wrong: dict[str, Any]) -> None:
    with pytest.raises((ConfigError, Refusal)):
        opened(desk, **wrong)
    assert listed(desk, open=None) == []
